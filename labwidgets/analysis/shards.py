"""Which row of a data set lies in which file, so that a changed text changes one file and moves no row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MAX_SHARD_S = 4 * 3600.0
"""Sound in one file: at most 460 MB at 16 kHz and 16 bits, about half of that as FLAC."""


class Place(NamedTuple):
    """Where a row lies for good: row ``number`` of file ``shard`` of a split, both from 0."""

    split: str
    shard: int
    number: int


def place_rows(
    wanted: Mapping[str, tuple[str, float]],
    existing: Mapping[str, Place],
    *,
    max_shard_s: float = MAX_SHARD_S,
) -> dict[str, Place]:
    """Return the place of each row.

    Rows in ``existing`` stay, unless their split changed. New ones go behind the last row of their split, in
    the order given, and into a new file when the last one is full. A row that went away leaves a gap: no
    other row moves because of it.

    Args:
        wanted: Split and length in seconds of each row.
        existing: Places from the last call; those of rows that are gone count as taken.
        max_shard_s: Seconds of sound in one file; a longer row has one for itself.

    Returns:
        Row to place, for the rows of ``wanted``; empty for none.

    >>> first = place_rows({"a": ("train", 2.0), "b": ("train", 2.0)}, {}, max_shard_s=4.0)
    >>> place_rows({"c": ("train", 1.0), "b": ("train", 2.0)}, first, max_shard_s=4.0)
    {'c': Place(split='train', shard=0, number=2), 'b': Place(split='train', shard=0, number=1)}
    """
    kept = {row: existing[row] for row, (split, _) in wanted.items() if split == _split(existing.get(row))}
    last: dict[str, int] = {}
    next_number: dict[tuple[str, int], int] = {}
    for split, shard, number in existing.values():
        last[split] = max(last.get(split, 0), shard)
        next_number[split, shard] = max(next_number.get((split, shard), 0), number + 1)
    filled_s: dict[tuple[str, int], float] = {}
    for row, (split, shard, _) in kept.items():
        filled_s[split, shard] = filled_s.get((split, shard), 0.0) + wanted[row][1]
    result = {}
    for row, (split, length_s) in wanted.items():
        if row in kept:
            result[row] = kept[row]
            continue
        shard = last.setdefault(split, 0)
        if filled_s.get((split, shard), 0.0) + length_s > max_shard_s and (split, shard) in next_number:
            shard = last[split] = shard + 1
        number = next_number.get((split, shard), 0)
        next_number[split, shard] = number + 1
        filled_s[split, shard] = filled_s.get((split, shard), 0.0) + length_s
        result[row] = Place(split, shard, number)
    return result


def _split(place: Place | None) -> str | None:
    return None if place is None else place.split
