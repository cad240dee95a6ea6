from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.sources import ModelSource, family_of, resolve
from labwidgets.errors import ConfigError, ModelError
from labwidgets.records import Transcription

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def whisper(random_whisper: Path):
    return load_drafter(resolve(str(random_whisper), "en"), settings={"max_new_tokens": 20})


@pytest.fixture(scope="module")
def ctc(random_ctc: Path):
    return load_drafter(resolve(str(random_ctc), "en"))


@pytest.fixture(params=["whisper", "ctc"])
def drafter(request: pytest.FixtureRequest):
    return request.getfixturevalue(request.param)


def noise(duration_s: float, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal(round(duration_s * RATE_HZ))).astype(np.float32)


def check_words(draft: Transcription, duration_s: float) -> None:
    edges = [edge for word in draft.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= duration_s)
    assert all(0 <= word.confidence <= 1 for word in draft.words)
    assert [word.text for word in draft.words] == draft.text.split()


@pytest.mark.parametrize("duration_s", [0.1, 0.5, 3.0, 35.0, 62.0])
def test_words_are_in_order_inside_the_clip_and_spell_the_text(drafter, duration_s):
    draft = drafter.transcribe(noise(duration_s), language="en")
    check_words(draft, duration_s)
    assert draft.language == "en"


def test_a_random_model_writes_something(drafter):
    draft = drafter.transcribe(noise(3.0), language="en")
    assert draft.words
    assert 0 < draft.confidence < 1


@pytest.mark.parametrize("n_samples", [0, 1, 1599])
def test_less_than_a_tenth_of_a_second_gives_an_empty_draft(drafter, n_samples):
    draft = drafter.transcribe(np.zeros(n_samples, np.float32), language="en")
    assert draft == Transcription("", (), None, "en")


def test_the_same_sound_gives_the_same_draft(drafter):
    assert drafter.transcribe(noise(2.0), language="en") == drafter.transcribe(noise(2.0), language="en")


def test_a_quiet_library_stays_quiet(whisper, caplog, capsys):
    with caplog.at_level(logging.WARNING):
        whisper.transcribe(noise(2.0), language="en")
    assert not caplog.records
    assert capsys.readouterr().err == ""


def test_whisper_is_told_the_language(whisper):
    english, hindi = (whisper.transcribe(noise(3.0), language=tag) for tag in ("en-IN", "hi"))
    assert english.confidence != hindi.confidence
    assert (english.language, hindi.language) == ("en-IN", "hi")


def test_whisper_guesses_the_language_it_is_not_told(whisper):
    assert whisper.transcribe(noise(3.0)).language in {"en", "hi"}


@pytest.mark.parametrize("language", ["mai", "ta"])
def test_whisper_refuses_a_language_it_does_not_know(whisper, language):
    with pytest.raises(ModelError, match="no draft"):
        whisper.transcribe(noise(1.0), language=language)


@pytest.mark.parametrize(
    "text", ["the cat", "  spaced   out ", "नमस्ते दुनिया", "<|endoftext|> a", "<script>x</script>"]
)
def test_scoring_keeps_any_text_as_it_is(whisper, text):
    scored = whisper.score(noise(2.0), text, "en")
    assert scored.text == text
    check_words(scored, 2.0)


def test_scoring_no_text_is_defined(whisper):
    assert whisper.score(noise(1.0), "  ", "en") == Transcription("", (), None, "en")


def test_scoring_refuses_too_much_sound_and_too_much_text(whisper):
    with pytest.raises(ModelError, match=r"too long to be scored in one piece: '31\.0 s'"):
        whisper.score(noise(31.0), "a", "en")
    with pytest.raises(ModelError, match="text is too long"):
        whisper.score(noise(1.0), "a" * 500, "en")


def test_an_unknown_setting_is_refused(random_whisper):
    with pytest.raises(ConfigError, match="no such setting of a whisper model: 'beams'"):
        load_drafter(resolve(str(random_whisper), "en"), settings={"beams": 5})


def test_a_setting_out_of_range_is_refused(random_whisper):
    with pytest.raises(ConfigError, match="num_beams out of range: '11'"):
        load_drafter(resolve(str(random_whisper), "en"), settings={"num_beams": 11})


def test_a_ctc_model_takes_no_settings(random_ctc):
    with pytest.raises(ConfigError, match="no settings at all"):
        load_drafter(resolve(str(random_ctc), "en"), settings={"num_beams": 1})


def test_the_revision_follows_the_weights(random_ctc, tmp_path):
    before = resolve(str(random_ctc), "en").revision
    copy = shutil.copytree(random_ctc, tmp_path / "copy")
    assert resolve(str(copy), "en").revision == before
    config = copy / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert resolve(str(copy), "en").revision != before


def test_weights_that_lack_a_part_are_refused(random_ctc, tmp_path):
    from safetensors.numpy import load_file, save_file

    copy = shutil.copytree(random_ctc, tmp_path / "copy")
    weights = load_file(copy / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="do not fit its config"):
        load_drafter(resolve(str(copy), "en"))


def test_a_folder_without_a_tokenizer_is_refused(random_whisper, tmp_path):
    copy = shutil.copytree(random_whisper, tmp_path / "copy")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    with pytest.raises(ModelError, match="has no tokenizer"):
        load_drafter(resolve(str(copy), "en"))


def test_a_broken_part_is_refused(random_whisper, tmp_path):
    copy = shutil.copytree(random_whisper, tmp_path / "copy")
    (copy / "preprocessor_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_drafter(resolve(str(copy), "en"))


def test_the_family_is_read_from_the_config(random_whisper, random_ctc):
    assert (family_of(random_whisper), family_of(random_ctc)) == ("whisper", "ctc")


def test_a_source_is_plain_data(random_ctc):
    source = resolve(str(random_ctc), "en")
    assert replace(source, name="x") == ModelSource(random_ctc, "x", source.revision, "ctc")
