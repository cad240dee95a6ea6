"""Rows keep their place, whatever comes and goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labwidgets.analysis.shards import place_rows

rows = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.tuples(st.sampled_from(["train", "test"]), st.floats(0.1, 50.0)),
    max_size=20,
)


@given(steps=st.lists(rows, min_size=1, max_size=5))
def test_no_row_moves_and_no_two_meet(steps):
    places = {}
    for wanted in steps:
        found = place_rows(wanted, places, max_shard_s=60.0)
        assert list(found) == list(wanted)
        for row, place in found.items():
            assert place.split == wanted[row][0]
            if row in places and places[row].split == place.split:
                assert place == places[row]
        taken = [place for row, place in places.items() if row not in found]
        assert not set(found.values()) & set(taken)
        assert len(set(found.values())) == len(found)
        places |= found


@given(wanted=rows)
def test_a_file_is_never_too_long(wanted):
    filled = {}
    for row, place in place_rows(wanted, {}, max_shard_s=60.0).items():
        filled.setdefault(place[:2], []).append(wanted[row][1])
    assert all(sum(lengths) <= 60.0 + 1e-6 for lengths in filled.values())
    shards = {split: sorted(n for name, n in filled if name == split) for split, _ in filled}
    assert all(numbers == list(range(len(numbers))) for numbers in shards.values())
