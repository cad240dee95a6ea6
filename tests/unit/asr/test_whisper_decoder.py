"""The light encoder, decoder and beam search say what the library's say."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers.generation import GenerationMixin

from labwidgets.asr import beams, loading
from labwidgets.asr.sources import resolve
from labwidgets.asr.whisper import WhisperPipeline
from labwidgets.asr.whisper_decoder import Decoding
from labwidgets.asr.whisper_encoder import encode

HEADS = [(1, 0), (0, 1)]


@pytest.fixture(scope="module")
def pipe(random_whisper):
    return loading.open_pipeline(resolve(str(random_whisper), "en"), WhisperPipeline)


@pytest.fixture(scope="module")
def features(pipe):
    noise = np.random.default_rng(3).standard_normal(32_000).astype(np.float32)
    return pipe.feature_extractor(noise, sampling_rate=16_000, return_tensors="pt").input_features


@pytest.fixture(scope="module")
def encoded(pipe, features):
    with torch.no_grad():
        return pipe.model.get_encoder()(features)


def prompt(pipe) -> list[int]:
    return pipe._prompt("en")


@torch.no_grad()
def test_all_of_the_sound_is_heard_as_the_library_hears_it(pipe, features, encoded):
    torch.testing.assert_close(encode(pipe.model, features), encoded[0], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_one_pass_gives_the_librarys_scores_and_attention(pipe, encoded):
    tokens = [*prompt(pipe), 70, 80, 90]
    ours = Decoding(pipe.model, encoded[0]).score(tokens, HEADS)
    usual = pipe.model.config._attn_implementation
    pipe.model.set_attn_implementation("eager")
    theirs = pipe.model(
        encoder_outputs=encoded, decoder_input_ids=torch.tensor([tokens]), output_attentions=True
    )
    pipe.model.set_attn_implementation(usual)
    # Another order of the same float32 sums.
    torch.testing.assert_close(ours.logits, theirs.logits[0], atol=1e-5, rtol=1e-5)
    expected = torch.stack([theirs.cross_attentions[layer][0, head] for layer, head in sorted(HEADS)])
    torch.testing.assert_close(ours.attention, expected, atol=1e-6, rtol=1e-4)


@torch.no_grad()
def test_rows_token_by_token_are_the_same_as_all_at_once(pipe, encoded):
    decoding = Decoding(pipe.model, encoded[0], n_rows=3)
    decoding.start(prompt(pipe))
    decoding.go_on([0, 0, 0], [70, 80, 90])
    steps = decoding.go_on([2, 0, 2], [71, 81, 91])
    for step, text in zip(steps, ([90, 71], [70, 81], [90, 91]), strict=True):
        at_once = Decoding(pipe.model, encoded[0]).score([*prompt(pipe), *text], HEADS)
        torch.testing.assert_close(step, at_once.logits[-1], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_one_beam_takes_what_the_librarys_greedy_search_takes(pipe, encoded):
    rules = rules_of(pipe)
    decoding = Decoding(pipe.model, encoded[0])
    ours = beams.write(decoding, prompt(pipe), rules, n_beams=1, max_new_tokens=30)
    ids = torch.tensor([prompt(pipe)])
    made = GenerationMixin.generate(
        pipe.model,
        encoder_outputs=encoded,
        decoder_input_ids=ids,
        max_length=ids.shape[1] + 30,
        # The library leaves special tokens inside a text; we never write them.
        suppress_tokens=rules.always.isinf().nonzero()[:, 0].tolist(),
    )
    assert ours == [token for token in made[0, ids.shape[1] :].tolist() if token != rules.end]


def rules_of(pipe):
    model = pipe.model
    return beams.rules_of(model.generation_config, n_vocabulary=model.config.vocab_size, device=model.device)


class Tree:
    """A decoder that knows the scores after each text; tokens are 0..4, of which 4 ends a text."""

    def __init__(self, after: dict[tuple[int, ...], list[float]]) -> None:
        self.after, self.rows = after, [()]

    def start(self, _: object) -> torch.Tensor:
        return self.scores()

    def go_on(self, rows: list[int], tokens: list[int]) -> torch.Tensor:
        self.rows = [(*self.rows[row], token) for row, token in zip(rows, tokens, strict=True)]
        return self.scores()

    def scores(self) -> torch.Tensor:
        usual = [0.01, 0.01, 0.01, 0.01, 0.96]
        return torch.tensor([self.after.get(row, usual) for row in self.rows]).log()


TREE = {
    (): [0.5, 0.4, 0.05, 0.04, 0.01],
    (0,): [0.3, 0.25, 0.25, 0.15, 0.05],
    (1,): [0.02, 0.02, 0.9, 0.02, 0.04],
}


@pytest.mark.parametrize(("n_beams", "expected"), [(1, [0, 0]), (2, [1, 2])])
def test_more_beams_find_what_the_likeliest_first_token_hides(n_beams, expected):
    nothing = SimpleNamespace(eos_token_id=4, suppress_tokens=[], begin_suppress_tokens=[])
    rules = beams.rules_of(nothing, n_vocabulary=5, device=torch.device("cpu"))
    assert beams.write(Tree(TREE), [9], rules, n_beams=n_beams, max_new_tokens=9) == expected


def test_writing_stops_at_the_longest_text_and_keeps_the_rules():
    given = SimpleNamespace(eos_token_id=4, suppress_tokens=[0], begin_suppress_tokens=[1, 4])
    rules = beams.rules_of(given, n_vocabulary=6, device=torch.device("cpu"))

    class Endless:
        def start(self, _: object) -> torch.Tensor:
            return torch.tensor([[9.0, 8.0, 1.0, 0.0, 7.0, 20.0]])

        def go_on(self, rows: list[int], _: object) -> torch.Tensor:
            return torch.tensor([[9.0, 8.0, 1.0, 0.0, -20.0, 20.0]] * len(rows))

    assert beams.write(Endless(), [9], rules, n_beams=2, max_new_tokens=4) == [2, 1, 1, 1]
