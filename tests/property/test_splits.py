"""What must hold for any mix of speakers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labwidgets.analysis.splits import SHARES, assign_splits

HOURS = st.dictionaries(
    st.text(min_size=1, max_size=4), st.floats(0.0, 100.0, allow_nan=False), min_size=0, max_size=30
)


@given(HOURS)
def test_every_group_gets_one_known_split(hours):
    splits = assign_splits(hours, {})
    assert set(splits) == set(hours)
    assert set(splits.values()) <= set(SHARES)


@given(HOURS)
def test_the_number_of_groups_decides_which_splits_there_are(hours):
    names = set(assign_splits(hours, {}).values())
    expected = [set(), {"train"}, {"train", "test"}, {"train", "validation", "test"}][min(3, len(hours))]
    assert names == expected


@given(HOURS, st.randoms())
def test_the_order_of_the_groups_does_not_matter(hours, random):
    shuffled = list(hours.items())
    random.shuffle(shuffled)
    assert assign_splits(dict(shuffled), {}) == assign_splits(hours, {})


@given(HOURS, HOURS)
def test_later_groups_never_move_earlier_ones(before, after):
    first = assign_splits(before, {})
    second = assign_splits(before | after, first)
    assert {group: second[group] for group in before} == first


@given(st.integers(20, 60), st.floats(0.1, 5.0))
def test_equal_groups_come_within_one_group_of_the_shares(n_groups, each_h):
    splits = assign_splits({f"g{number:02}": each_h for number in range(n_groups)}, {})
    for name, share in SHARES.items():
        n_there = sum(split == name for split in splits.values())
        assert abs(n_there - share * n_groups) <= 1.5  # rounding of three shares to whole groups
