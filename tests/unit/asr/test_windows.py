from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.asr.windows import levels_dbfs, speech_spans, split_at_quiet
from labwidgets.records import RATE_HZ


def noise(duration_s: float, level: float) -> np.ndarray:
    random = np.random.default_rng(0)
    return (level * random.standard_normal(round(duration_s * RATE_HZ))).astype(np.float32)


def test_the_level_of_a_full_scale_square_is_zero_dbfs():
    assert levels_dbfs(np.ones(RATE_HZ, np.float32)) == pytest.approx(np.zeros(100))


def test_silence_has_a_floor_and_nothing_has_no_level():
    assert levels_dbfs(np.zeros(160, np.float32)).tolist() == [-90.0]
    assert len(levels_dbfs(np.zeros(159, np.float32))) == 0


def test_sound_between_pauses_is_found_where_it_is():
    sound = np.concatenate(
        [noise(1, 0.001), noise(2, 0.1), noise(1, 0.001), noise(0.5, 0.1), noise(1, 0.001)]
    )
    spans = speech_spans(sound)
    # Frames last 10 ms.
    assert np.array(spans) == pytest.approx(np.array([(1.0, 3.0), (4.0, 4.5)]), abs=0.011)


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(16_000), noise(1, 1e-4)], ids=["none", "zero", "hiss"]
)
def test_nothing_is_heard_in_silence(samples):
    assert speech_spans(samples.astype(np.float32)) == ()


def test_speech_without_a_pause_is_heard_throughout():
    [(start_s, end_s)] = speech_spans(noise(2, 0.1))
    assert end_s - start_s == pytest.approx(2.0, abs=0.05)


def test_long_sound_is_cut_in_its_pause():
    sound = np.concatenate([noise(20, 0.1), np.zeros(8_000, np.float32), noise(20, 0.1)])
    [first, second] = split_at_quiet(sound, longest_s=29.5, earliest_s=15.0)
    assert 20.0 <= first[1] / RATE_HZ <= 20.5
    assert second == (first[1], len(sound))


def test_short_sound_is_not_cut():
    assert split_at_quiet(noise(3, 0.1), longest_s=29.5, earliest_s=15.0) == [(0, 48_000)]


@given(st.integers(0, 40_000), st.integers(0, 1000))
def test_pieces_cover_everything_once_and_keep_the_limits(n_samples, seed):
    sound = np.random.default_rng(seed).standard_normal(n_samples).astype(np.float32)
    pieces = split_at_quiet(sound, longest_s=1.0, earliest_s=0.4)
    assert [first for first, _ in pieces] == [0, *(last for _, last in pieces[:-1])]
    assert pieces[-1][1] == n_samples
    assert all(last - first <= RATE_HZ for first, last in pieces)
    assert all(last - first >= 6_400 for first, last in pieces[:-1])
