"""The parts of training that need no model: recipes, sound as it might have been, spelling."""

from __future__ import annotations

import base64
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from labwidgets.config import AugmentSettings, plain_settings, training_recipe, training_recipe_names
from labwidgets.errors import ConfigError, ModelError
from labwidgets.training.augment import Augmenter, faster, padded, with_noise
from labwidgets.training.curves import Curves
from labwidgets.training.material import Clip
from labwidgets.training.measuring import heard
from labwidgets.training.spelling import CtcSpeller
from labwidgets.training.steady import Hooks

RATE_HZ = 16_000


def tone(duration_s: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(duration_s * RATE_HZ)) / RATE_HZ)).astype(
        np.float32
    )


def clip(spelling: str, *, duration_s: float = 5.0, language: str = "en") -> Clip:
    return Clip("seg_1", "train", 0, spelling, spelling, duration_s, language, "ana", None, "typed", ())


# ---- recipes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", training_recipe_names())
def test_every_shipped_recipe_says_what_it_is_for(name: str) -> None:
    recipe = training_recipe(name)
    assert name.startswith(recipe.family)
    assert training_recipe(name, recipe.model_dump(mode="json")) == recipe


def test_each_kind_of_model_has_a_recipe_for_each_method() -> None:
    for family in ("whisper", "ctc"):
        for method in ("full", "lora"):
            recipe = training_recipe(f"{family}-{method}")
            assert (recipe.family, recipe.method, recipe.architecture) == (family, method, None)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epoch": 3}, "unknown key in the settings of the training: 'epoch'.*Did you mean epochs"),
        ({"epochs": 0}, "'epochs'. allowed: .*greater than or equal to 1"),
        ({"text": "nonsense"}, "text in the settings of the training: no such normalisation: 'nonsense'"),
        ({"augment": {"noise_db": [30, 5]}}, "augment.noise_db in .*: the range runs backwards"),
        ({"architecture": {"width": 10, "heads": 4}}, "the width cannot be divided among the heads: '10'"),
        ({"method": "lora"}, "only a CTC model trained in full can start from nothing: 'ctc, lora'"),
        (
            {"family": "whisper", "architecture": None, "freeze": "features"},
            "a Whisper has no such part: 'features'",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        training_recipe("ctc-small", settings)


def test_numbers_of_numpy_are_numbers() -> None:
    given = {"epochs": np.int64(3), "augment": {"noise_share": np.float32(0.5)}}
    assert plain_settings(given) == {"epochs": 3, "augment": {"noise_share": 0.5}}


# ---- sound -----------------------------------------------------------------------------------------------


def test_the_same_seed_epoch_and_place_give_the_same_sound() -> None:
    augment = Augmenter(AugmentSettings(noise_share=1.0), 1, RATE_HZ)
    np.testing.assert_array_equal(augment(tone(), epoch=2, place=3), augment(tone(), epoch=2, place=3))
    others = [augment(tone(), epoch=epoch, place=place) for epoch, place in ((2, 3), (3, 3), (2, 4), (9, 9))]
    assert len({sound.tobytes() for sound in others}) == 4


def test_faster_sound_is_shorter_and_higher() -> None:
    fast = faster(tone(), 1.1)
    assert len(fast) == pytest.approx(RATE_HZ / 1.1, abs=2)
    spectrum = np.abs(np.fft.rfft(fast))
    assert np.argmax(spectrum) * RATE_HZ / len(fast) == pytest.approx(484, abs=2)


@pytest.mark.parametrize("tilt", [0.0, 1.0, 2.0])
def test_noise_lies_as_far_under_the_sound_as_asked(tilt: float) -> None:
    noisy = with_noise(tone(), snr_db=10.0, tilt=tilt, draw=np.random.default_rng(1))
    noise = noisy - tone()
    assert 10 * np.log10(np.mean(tone() ** 2) / np.mean(noise**2)) == pytest.approx(10.0, abs=0.1)
    assert noisy.dtype == np.float32


def test_silence_stays_silence_and_short_sound_gets_some() -> None:
    nothing = np.zeros(100, np.float32)
    assert not with_noise(nothing, snr_db=0.0, tilt=0.0, draw=np.random.default_rng(1)).any()
    assert len(padded(nothing, RATE_HZ)) == RATE_HZ // 5
    assert len(padded(tone(), RATE_HZ)) == RATE_HZ


# ---- spelling --------------------------------------------------------------------------------------------


def tokenizer(letters: str) -> SimpleNamespace:
    ids = {token: index for index, token in enumerate(["<pad>", "|", *letters])}
    return SimpleNamespace(get_vocab=lambda: ids, word_delimiter_token="|")


def test_a_model_that_writes_capitals_learns_capitals() -> None:
    speller = CtcSpeller(tokenizer("ABC"), frames_per_s=50, name="m")
    assert speller.labels(clip("ab c")) == [2, 3, 1, 4]
    assert speller.why_not(clip("ab c")) is None
    assert speller.why_not(clip("a|c")) == "the model has no token for \ufffd"


def test_letters_need_frames_and_twins_need_a_blank_between_them() -> None:
    speller = CtcSpeller(tokenizer("abc"), frames_per_s=50, name="m")
    assert speller.why_not(clip("abc", duration_s=0.08)) is None
    assert speller.why_not(clip("abb", duration_s=0.08)) == "more letters than the model has frames for"


def test_a_whisper_is_spelt_for_as_it_drafts(random_whisper) -> None:
    from transformers import AutoTokenizer, GenerationConfig

    from labwidgets.asr.drafting import load_drafter
    from labwidgets.asr.sources import resolve
    from labwidgets.training.spelling import WhisperSpeller

    drafter = load_drafter(resolve(str(random_whisper), "en"))
    generation = GenerationConfig.from_pretrained(random_whisper)
    speller = WhisperSpeller(AutoTokenizer.from_pretrained(random_whisper), generation, name="m")
    pipe = drafter._pipe
    for language in ("en", "hi"):
        labels = speller.labels(clip("the cat", language=language))
        start, *prompt = pipe._prompt(language)
        assert start == generation.decoder_start_token_id
        assert labels == [*prompt, *pipe._tokens("the cat"), generation.eos_token_id]
    assert speller.why_not(clip("x", language="ta")) == "the model does not know the language ta"
    assert speller.why_not(clip("x" * 500)) == "more than 448 tokens"
    with pytest.raises(ModelError, match=r"model m does not know the language.*'ta'"):
        speller.require([clip("x", language="ta")])


def test_the_bar_of_what_is_heard_is_full_at_its_end() -> None:
    told: list[tuple[int, int, str]] = []
    drafter = SimpleNamespace(transcribe=lambda _sound, language: SimpleNamespace(text=f"said in {language}"))
    clips = [replace(clip("a"), id="1"), replace(clip("b", language="hi"), id="2")]
    hooks = Hooks(progress=lambda *step: told.append(step))
    said = heard(drafter, clips, lambda _clip: None, hooks=hooks, note="hearing")
    assert list(said.values()) == ["said in en", "said in hi"]
    assert told == [(0, 2, "hearing"), (1, 2, "hearing"), (2, 2, "hearing")]


# ---- curves ----------------------------------------------------------------------------------------------


def test_curves_draw_what_they_have_and_escape_what_they_are_called() -> None:
    empty = Curves("a <b>")
    assert repr(empty) == "<Curves a <b>: nothing yet>"
    assert "a &lt;b&gt;" in empty._repr_svg_()
    assert ET.fromstring(Curves('a" onload="x')._repr_svg_()).get("onload") is None
    points = [{"step": step, "epoch": 0.1, "loss": 3.0 / step} for step in range(1, 9)]
    drawn = Curves("run", [*points, {"step": 8, "epoch": 1.0, "eval_loss": 0.5}])
    assert repr(drawn) == "<Curves run: training 0.375, validation 0.500>"
    assert drawn._repr_svg_().count("<circle") == 9
    assert "nan" not in drawn._repr_svg_()
    assert ET.fromstring(drawn._repr_svg_()).get("viewBox") == "0 0 640 260"


def test_a_notebook_gets_curves_as_an_image_that_shrinks_and_is_said_in_words() -> None:
    drawn = Curves('a <b> "c"', [{"step": 1, "loss": 3.0}])
    image = ET.fromstring(drawn._repr_html_() + "</img>")
    assert (image.tag, image.get("alt")) == ("img", '<Curves a <b> "c": training 3.000>')
    kind, encoded = str(image.get("src")).split(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(encoded).decode() == drawn._repr_svg_()
    assert "max-width: 100%" in str(image.get("style"))


def test_a_long_name_leaves_the_key_free() -> None:
    name = "training org/a-model-with-a-name-that-has-no-end"
    drawn = Curves(name, [{"step": 1, "loss": 2.0}])._repr_svg_()
    assert ">training org/a-model-with-a-nam…</text>" in drawn
    assert f'aria-label="{name}"' in drawn
