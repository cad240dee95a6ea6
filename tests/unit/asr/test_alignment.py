from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labwidgets.asr.alignment import TokenGroup, group_confidences, group_words, path_starts, place_words

COSTS = arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    elements=st.integers(-20, 20).map(float),
)


def cheapest(cost: np.ndarray) -> float:
    """The cost of the best path, cell by cell."""
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), np.inf)
    total[0, 0] = 0.0
    for i, j in np.ndindex(cost.shape):
        total[i + 1, j + 1] = cost[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return float(total[-1, -1])


def cost_through(cost: np.ndarray, starts: list[int]) -> float:
    """The cheapest path that enters each row at the given column, diagonally or from above."""
    ends = [*starts[1:], cost.shape[1] - 1]
    total = 0.0
    for row, (first, entered) in enumerate(zip(starts, ends, strict=True)):
        line = cost[row]
        is_last = row == len(starts) - 1
        straight = float(line[first : entered + 1].sum())
        diagonal = float(line[first:entered].sum()) if entered > first and not is_last else np.inf
        total += min(straight, diagonal)
    return total


@given(COSTS)
def test_the_path_is_the_cheapest_one(cost):
    assert cost_through(cost, path_starts(cost).tolist()) == pytest.approx(cheapest(cost))


@given(COSTS)
def test_rows_start_in_order_at_existing_columns(cost):
    starts = path_starts(cost).tolist()
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert starts[-1] < cost.shape[1]


def pieces(*texts: str) -> list[TokenGroup]:
    return [TokenGroup(text, index, index + 1) for index, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([" the", " cat", "."], ["the", "cat."]),
        ([" 1", "-", "2"], ["1-2"]),
        (["the", " ", " cat"], ["the", "cat"]),
        ([" cat", " "], ["cat"]),
        ([" ", " "], []),
        ([], []),
    ],
)
def test_spaces_alone_divide_the_words_of_a_spaced_script(texts, words):
    assert [group.text.strip() for group in group_words(pieces(*texts), spaceless=False)] == words


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["你", "好", "。", "世界"], ["你", "好。", "世界"]),
        (["我", "用", "Wi", "Fi", "6"], ["我", "用", "WiFi6"]),
        (["ก", "ุ", "ง"], ["กุ", "ง"]),
    ],
)
def test_an_unspaced_script_is_divided_by_piece(texts, words):
    assert [group.text for group in group_words(pieces(*texts), spaceless=True)] == words


def test_a_word_does_not_reach_into_the_pause_after_it():
    [word] = place_words(
        pieces(" cat"), starts_s=[0.5, 3.0], confidences=[0.9], speech=[(0.6, 1.0)], duration_s=3.0
    )
    assert (word.start_s, word.end_s) == (0.55, 1.05)


def test_a_word_after_a_pause_does_not_begin_with_the_tail_of_the_one_before():
    [word] = place_words(
        pieces(" cat"),
        starts_s=[0.0, 3.0],
        confidences=[0.9],
        speech=[(0.0, 0.1), (2.0, 2.5)],
        duration_s=3.0,
    )
    assert (word.start_s, word.end_s) == (1.95, 2.55)


@given(
    st.lists(st.floats(0, 10), min_size=2, max_size=8),
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)).map(sorted).map(tuple), max_size=4),
    st.floats(0.1, 9),
)
def test_words_never_overlap_or_leave_the_clip(starts_s, speech, duration_s):
    n_words = len(starts_s) - 1
    words = place_words(
        pieces(*[" a"] * n_words),
        starts_s=starts_s,
        confidences=[0.5] * n_words,
        speech=speech,
        duration_s=duration_s,
    )
    edges = [edge for word in words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    # Times are rounded to the millisecond.
    assert edges[0] >= 0
    assert edges[-1] <= duration_s + 0.0005


def test_a_doubtful_comma_does_not_make_the_word_doubtful():
    groups = [TokenGroup(" me,", 0, 2)]
    assert group_confidences(groups, [" me", ","], [np.log(0.9), np.log(0.1)]) == pytest.approx([0.9])


def test_bare_punctuation_has_its_own_confidence():
    assert group_confidences([TokenGroup("-", 0, 1)], ["-"], [np.log(0.3)]) == pytest.approx([0.3])
