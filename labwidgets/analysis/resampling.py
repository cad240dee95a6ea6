"""Intervals by resampling: how far a rate would wander had other speakers been recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

N_RESAMPLES = 2000
LEVEL = 0.95
FEW_GROUPS = 10
"""With fewer groups an interval is rather too narrow."""

_MOST_BLOCKS = 2000
_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which utterances belong together, because the same person speaks or they come from one recording.

    Attributes:
        index: int64[n_utterances], the group of each.
        n: Number of groups.
        by: ``speaker``, ``recording`` or ``utterance``.
    """

    index: Numbers
    n: int
    by: str

    def sums(self, values: npt.NDArray[Any]) -> Floats:
        """Return the sum of ``values`` over each group, float64[n]."""
        return np.bincount(self.index, weights=values, minlength=self.n).astype(np.float64)


def grouped(values: Sequence[object], *, by: str) -> Groups:
    """Return groups of equal values; each value that is missing is a group of its own."""
    numbers: dict[object, int] = {}
    index = np.empty(len(values), dtype=np.int64)
    for place, value in enumerate(values):
        key = (place,) if value is None or value != value or value == "" else value  # noqa: PLR0124 - NaN
        index[place] = numbers.setdefault(key, len(numbers))
    return Groups(index, len(numbers), by)


def ungrouped(n: int) -> Groups:
    """Return groups of one utterance each."""
    return Groups(np.arange(n), n, "utterance")


def resample(groups: Groups, columns: Sequence[npt.NDArray[Any]], *, seed: int = 0) -> list[Floats]:
    """Return the totals of each column in ``N_RESAMPLES`` draws of groups with replacement.

    The same draw serves all columns. Very many groups are put into 2000 random blocks first, which does not
    change what the draws are worth.

    References:
        Bisani and Ney, Bootstrap estimates for confidence intervals in ASR performance evaluation, ICASSP
        2004, equations 3 to 6.
    """
    generator = np.random.default_rng(seed)
    totals = np.stack([groups.sums(column) for column in columns])
    if groups.n > _MOST_BLOCKS:
        block = generator.permutation(groups.n) % _MOST_BLOCKS
        totals = np.stack([np.bincount(block, weights=total, minlength=_MOST_BLOCKS) for total in totals])
    n = totals.shape[1]
    found = np.zeros((len(columns), N_RESAMPLES))
    step = max(1, _CHUNK // max(1, n))
    for first in range(0, N_RESAMPLES, step):
        count = min(step, N_RESAMPLES - first)
        times = _draws(generator, n, count)
        found[:, first : first + count] = totals @ times
    return list(found)


def _draws(generator: np.random.Generator, n: int, count: int) -> Floats:
    """Return how often each of ``n`` groups is drawn in each of ``count`` draws, float64[n, count]."""
    picks = generator.integers(0, n, size=(count, n)) + np.arange(count)[:, None] * n
    return np.bincount(picks.ravel(), minlength=n * count).reshape(count, n).T.astype(np.float64)


def interval(values: Floats, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the middle ``level`` of the resampled values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def rate_interval(
    edits: npt.NDArray[Any], units: npt.NDArray[Any], groups: Groups, *, seed: int = 0
) -> tuple[float, float] | None:
    """Return the interval of total edits over total units; None where there is but one group."""
    if groups.n < 2:
        return None
    drawn_edits, drawn_units = resample(groups, [edits, units], seed=seed)
    return interval(drawn_edits / np.maximum(1, drawn_units))
