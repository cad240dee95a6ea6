"""What segments hold, and what there is of it so far: words, and kinds of speech."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from labwidgets.analysis.worth.weights import Weights
from labwidgets.records import WorkItem
from labwidgets.text import normalisation

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Words of segments.

    Attributes:
        counts: How many of each are likely said.
        open: Of these, how many it is not clear of whether they are.
        seen: How many of each there are so far.
        weights: What each counts.
    """

    counts: csr_array
    open: csr_array
    seen: Floats
    weights: Floats

    def gain(self) -> Floats:
        """Return what each segment adds."""
        found: Floats = self.open @ (self.weights * (np.sqrt(self.seen + 1) - np.sqrt(self.seen)))
        return found

    def new(self, at: Numbers) -> Numbers:
        """Return how many words of some segments were not there yet."""
        is_new = (self.seen < 1).astype(np.float64)
        some = self.counts[at]
        some.data = np.ones_like(some.data)
        return np.asarray(np.rint(some @ is_new), dtype=np.int64)

    def add(self, at: Numbers) -> None:
        """Count some segments as labelled."""
        self.seen[:] += np.asarray(self.counts[at].sum(axis=0)).ravel()


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """One kind of speech: the value of each segment (-1 unknown), seconds of each so far, its weight."""

    name: str
    index: Numbers
    seconds: Floats
    wanted: Floats

    def gain(self, durations: Floats) -> Floats:
        """Return what each segment adds."""
        there = np.append(self.seconds, 0.0)[self.index]
        found = (np.sqrt(there + durations) - np.sqrt(there)) * np.append(self.wanted, 0.0)[self.index]
        return np.where(self.index < 0, 0.0, found)

    def add(self, at: Numbers, durations: Floats) -> None:
        """Count some segments as labelled."""
        known = at[self.index[at] >= 0]
        np.add.at(self.seconds, self.index[known], durations[known])


def words_of(items: Sequence[WorkItem], referred: Sequence[WorkItem], wer: Floats) -> Words:
    """Return the words of drafts, each as likely as the draft is right, beside those of references."""
    spell = normalisation("basic")
    number: dict[str, int] = {}
    seen: Counter[int] = Counter()
    for one in referred:
        seen.update(number.setdefault(word, len(number)) for word in spell(one.text or "").split())
    ends, columns, counts = [0], list[int](), list[int]()
    for one in items:
        found = Counter(spell(one.text or "").split())
        columns += [number.setdefault(word, len(number)) for word in found]
        counts += found.values()
        ends.append(len(columns))
    right = np.repeat(1 - np.nan_to_num(wer, nan=1.0), np.diff(ends))
    said = np.array(counts, dtype=np.float64) * right
    places = (np.array(columns, dtype=np.int64), np.array(ends, dtype=np.int64))
    # A word that is surely right teaches little, one of a draft that is all wrong was hardly said.
    packed, unsure = (
        csr_array((data, *places), shape=(len(items), len(number))) for data in (said, 4 * said * (1 - right))
    )
    before = np.zeros(len(number))
    before[list(seen)] = list(seen.values())
    to_come = np.asarray(packed.sum(axis=0)).ravel() + before
    return Words(packed, unsure, before, np.log1p(to_come))


def kinds_of(name: str, items: Sequence[WorkItem], referred: Sequence[WorkItem], weights: Weights) -> Kinds:
    """Return of what kind segments are, and the seconds of each among the references."""
    number: dict[str, int] = {}
    index = [
        -1 if value is None else number.setdefault(value, len(number))
        for value in (one.groups[name] for one in (*items, *referred))
    ]
    seconds = np.zeros(len(number))
    for at, one in zip(index[len(items) :], referred, strict=True):
        if at >= 0:
            seconds[at] += one.duration_s
    wanted = np.array([weights.wanted.get((name, value), 1.0) for value in number], dtype=np.float64)
    return Kinds(name, np.array(index[: len(items)], dtype=np.int64), seconds, wanted)
