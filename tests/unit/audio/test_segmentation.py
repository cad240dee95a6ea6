"""Speech is cut into segments that hold all of it, as long as wanted, at quiet places."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.audio.segmentation import Cutting, segment_spans, voice_spans, without
from labwidgets.audio.voice import FRAME_S, probabilities_by_level

QUIET = np.full(4000, -60.0, np.float32)


def segments(voice, *, levels=QUIET, duration_s=128.0, **how):
    return segment_spans(voice, levels, FRAME_S, duration_s=duration_s, cutting=Cutting(**how))


def test_a_pause_parts_and_a_breath_does_not():
    assert segments([(1.0, 3.0), (3.4, 5.0), (6.0, 8.0)], pad_s=0.1) == [(0.9, 5.1), (5.9, 8.1)]


def test_neighbours_share_the_silence_between_them():
    assert segments([(1.0, 3.0), (3.7, 5.0)], pad_s=0.5) == [(0.5, 3.35), (3.35, 5.5)]


def test_nothing_reaches_out_of_the_recording():
    assert segments([(0.1, 5.0)], duration_s=5.05) == [(0.0, 5.05)]


def test_a_long_speech_is_cut_where_it_is_quietest():
    levels = np.full(2000, -20.0, np.float32)
    levels[round(15 / FRAME_S) : round(15.3 / FRAME_S)] = -50.0
    first, second = segments([(1.0, 30.0)], levels=levels, pad_s=0.0)
    assert first[1] == second[0] == pytest.approx(15.15, abs=0.1)


def test_a_short_one_goes_with_the_nearer_neighbour():
    voice = [(1.0, 4.0), (4.9, 5.2), (6.3, 9.0)]
    assert segments(voice, pad_s=0.0) == [(1.0, 5.2), (6.3, 9.0)]
    assert segments(voice, pad_s=0.0, min_s=0.2) == voice
    assert segments([(1.0, 1.5)], pad_s=0.0) == [(1.0, 1.5)]


def test_silence_has_no_segment():
    assert segments([]) == []
    assert voice_spans(np.zeros(100, np.float32), FRAME_S) == []
    assert voice_spans(np.empty(0, np.float32), FRAME_S) == []
    assert not probabilities_by_level(np.full(100, -100.0, np.float32)).any()
    assert len(probabilities_by_level(np.empty(0, np.float32))) == 0


@pytest.mark.parametrize("n_speech", [100, 1000, 30_000])
def test_speech_is_told_from_noise_whether_there_is_much_or_little(n_speech):
    random = np.random.default_rng(0)
    levels = random.normal(-70, 2, 40_000).astype(np.float32)
    levels[5_000 : 5_000 + n_speech] = random.normal(-25, 5, n_speech)
    said = probabilities_by_level(levels) > 0.5
    assert np.mean(said[5_000 : 5_000 + n_speech]) > 0.95
    assert np.sum(said) < 1.01 * n_speech + 10


def test_speech_begins_where_it_is_likely_and_ends_where_it_is_not():
    said = np.array([0.4] * 20 + [0.9] * 20 + [0.4] * 20 + [0.1] * 20 + [0.45] * 20, np.float32)
    assert voice_spans(said, 0.1, threshold=0.5) == [(0.0, 6.0)]


def test_what_is_taken_is_left_out():
    assert without([(0.0, 10.0), (20.0, 21.0)], [(9.9, 12.0), (19.0, 22.0)]) == [(0.0, 9.9)]


@given(
    pauses=st.lists(st.tuples(st.floats(0.1, 3), st.floats(0.2, 60)), max_size=12),
    min_s=st.floats(0.1, 3),
    max_s=st.floats(4, 30),
    pad_s=st.floats(0, 0.5),
)
def test_segments_hold_all_speech_in_order_and_none_is_too_long(pauses, min_s, max_s, pad_s):
    voice, at_s = [], 0.0
    for pause_s, speech_s in pauses:
        voice.append((at_s + pause_s, at_s + pause_s + speech_s))
        at_s = voice[-1][1]
    levels = np.random.default_rng(1).uniform(-60, -20, int((at_s + 1) / FRAME_S) + 1).astype(np.float32)
    how = {"min_s": min_s, "max_s": max_s, "pad_s": pad_s}
    found = segments(voice, levels=levels, duration_s=at_s + 1, **how)
    assert all(0 <= start_s < end_s <= at_s + 1 for start_s, end_s in found)
    assert all(end_s - start_s <= max_s + 1e-5 for start_s, end_s in found)
    assert all(before[1] <= behind[0] + 1e-9 for before, behind in pairwise(found))
    for start_s, end_s in voice:
        covered = sum(max(0.0, min(end_s, last) - max(start_s, first)) for first, last in found)
        assert covered == pytest.approx(end_s - start_s, abs=1e-4)
