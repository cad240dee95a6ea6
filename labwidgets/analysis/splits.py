"""Which speakers go into which split of a data set, so that no voice is in two of them."""

from __future__ import annotations

from collections.abc import Mapping

SHARES: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}
"""The share of the hours that each split should get."""


def assign_splits(hours_by_group: Mapping[str, float], existing: Mapping[str, str]) -> dict[str, str]:
    """Return the split of each group (a speaker, or a recording whose speaker is not known).

    A group is never split. Groups in ``existing`` stay where they are. From three groups on, the new ones,
    longest first, each go to the split that lacks most of its share (``SHARES``), and every split gets at
    least one group as long as there are enough. Two groups make train and test; one makes train alone.

    Args:
        hours_by_group: Hours of audio of each group; the order does not matter.
        existing: Split of the groups that were assigned before, from the last call.

    Returns:
        Group to split, for the groups of ``hours_by_group``; empty for none.

    >>> assign_splits({"ana": 5.0, "ben": 1.0, "cai": 1.0}, {})
    {'ana': 'train', 'ben': 'test', 'cai': 'validation'}
    >>> assign_splits({"ana": 5.0, "ben": 9.0}, {"ana": "train"})
    {'ana': 'train', 'ben': 'test'}
    """
    wanted = _wanted(len(hours_by_group))
    total = sum(hours_by_group.values())
    lacking = {name: SHARES[name] * total for name in wanted}
    empty = set(wanted)
    result = {group: existing[group] for group in hours_by_group if group in existing}
    for group, name in result.items():
        empty.discard(name)
        if name in lacking:
            lacking[name] -= hours_by_group[group]
    longest_first = sorted(hours_by_group, key=lambda group: (-hours_by_group[group], group))
    new = [group for group in longest_first if group not in result]
    for position, group in enumerate(new):
        n_left = len(new) - position
        choice = [name for name in wanted if name in empty] if n_left <= len(empty) else list(wanted)
        name = max(choice, key=lacking.__getitem__)
        result[group] = name
        lacking[name] -= hours_by_group[group]
        empty.discard(name)
    return {group: result[group] for group in hours_by_group}


def _wanted(n_groups: int) -> tuple[str, ...]:
    # A test set matters before a validation set: this is the order of filling when they lack the same.
    if n_groups >= 3:
        return ("train", "test", "validation")
    return ("train", "test")[: max(1, n_groups)]
