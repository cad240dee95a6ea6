"""The light decoder says what the library's says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers.generation import GenerationMixin, LogitsProcessorList, WhisperTimeStampLogitsProcessor
from transformers.modeling_outputs import BaseModelOutput

from labwidgets.asr import greedy, loading
from labwidgets.asr.sources import resolve
from labwidgets.asr.whisper import WhisperPipeline
from labwidgets.asr.whisper_decoder import Decoding

HEADS = [(1, 0), (0, 1)]
N_TIMES = 1501


@pytest.fixture(scope="module")
def pipe(random_whisper):
    return loading.open_pipeline(resolve(str(random_whisper), "en"), WhisperPipeline)


@pytest.fixture(scope="module")
def encoded(pipe):
    noise = np.random.default_rng(3).standard_normal(32_000).astype(np.float32)
    features = pipe.feature_extractor(noise, sampling_rate=16_000, return_tensors="pt").input_features
    with torch.no_grad():
        return pipe.model.get_encoder()(features)


def prompt(pipe) -> list[int]:
    return pipe._prompt("en")


@torch.no_grad()
def test_one_pass_gives_the_librarys_scores_and_attention(pipe, encoded):
    tokens = [*prompt(pipe), 70, 80, 90]
    ours = Decoding(pipe.model, encoded[0], HEADS).feed(tokens)
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
def test_token_by_token_is_the_same_as_all_at_once(pipe, encoded):
    decoding = Decoding(pipe.model, encoded[0], HEADS)
    decoding.feed(prompt(pipe))
    steps = torch.cat([decoding.feed([token]).logits for token in (70, 80, 90)])
    decoding.restart()
    at_once = decoding.feed([*prompt(pipe), 70, 80, 90]).logits[-3:]
    torch.testing.assert_close(steps, at_once, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_greedy_writing_is_the_librarys(pipe, encoded):
    rules = greedy.rules_of(
        pipe.model.generation_config, n_vocabulary=pipe.model.config.vocab_size, device=pipe.model.device
    )
    ours = greedy.write(Decoding(pipe.model, encoded[0], HEADS), prompt(pipe), rules, max_new_tokens=30)
    ids = torch.tensor([prompt(pipe)])
    made = GenerationMixin.generate(
        pipe.model,
        encoder_outputs=BaseModelOutput(encoded[0]),
        decoder_input_ids=ids,
        max_length=ids.shape[1] + 30,
        # The library leaves special tokens inside a text; we never write them.
        suppress_tokens=rules.always.isinf().nonzero()[:, 0].tolist(),
    )
    assert ours == [token for token in made[0, ids.shape[1] :].tolist() if token != rules.end]


class Settings:
    eos_token_id, no_timestamps_token_id, max_initial_timestamp_index = 10, 12, 5
    suppress_tokens, begin_suppress_tokens = [1], [2]


@pytest.mark.parametrize("written", [[], [15], [15, 3], [15, 3, 20], [15, 3, 20, 20], [15, 3, 4, 20, 21, 5]])
def test_the_order_of_times_is_kept_as_the_library_keeps_it(written):
    n_vocabulary = 13 + N_TIMES
    rules = greedy.rules_of(Settings, n_vocabulary=n_vocabulary, device=torch.device("cpu"))
    theirs = LogitsProcessorList([WhisperTimeStampLogitsProcessor(Settings, begin_index=1)])
    random = torch.Generator().manual_seed(len(written))
    for spread in (0.1, 20.0):
        scores = spread * torch.randn(n_vocabulary, generator=random) + (rules.always if written else 0)
        # Never written by us in either case.
        scores[11:13] = -torch.inf
        expected = theirs(torch.tensor([[11, *written]]), scores[None].clone())[0]
        greedy._keep_time(scores, written, rules, rules.first_time)
        assert torch.equal(scores.isinf(), expected.isinf())
