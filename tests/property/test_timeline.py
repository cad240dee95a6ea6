"""Time arithmetic keeps what it promises for any numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from labwidgets.timeline import covered_s, merge_spans, to_s, to_samples, to_us

microseconds = st.integers(min_value=0, max_value=10**12)
seconds = st.integers(min_value=0, max_value=3600).map(float)
spans = st.lists(st.tuples(seconds, seconds))


@given(microseconds)
def test_microseconds_survive_the_way_through_seconds(us: int) -> None:
    assert to_us(to_s(us)) == us


@given(microseconds, st.sampled_from([8_000, 16_000, 44_100, 48_000]))
def test_samples_are_within_half_a_sample_of_the_time(us: int, rate_hz: int) -> None:
    assert abs(to_samples(to_s(us), rate_hz) - to_s(us) * rate_hz) <= 0.5


@given(spans)
def test_merged_spans_are_sorted_and_apart(given_spans: list[tuple[float, float]]) -> None:
    merged = merge_spans(given_spans)
    assert all(start_s < end_s for start_s, end_s in merged)
    assert all(first[1] < second[0] for first, second in pairwise(merged))


@given(spans, seconds)
def test_merging_keeps_which_instants_are_covered(
    given_spans: list[tuple[float, float]], at_s: float
) -> None:
    middle_s = at_s + 0.5
    before = any(start_s <= middle_s < end_s for start_s, end_s in given_spans)
    assert any(start_s <= middle_s < end_s for start_s, end_s in merge_spans(given_spans)) == before


@given(spans, seconds, seconds)
def test_no_more_is_covered_than_there_is(
    given_spans: list[tuple[float, float]], start_s: float, length_s: float
) -> None:
    assert 0.0 <= covered_s(given_spans, start_s, start_s + length_s) <= length_s
