"""The thresholds that are tried, fixed before anything is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.decision.betting import Floats, Numbers

STEP = 0.025
"""Share of the pool from one threshold to the next."""

STARTS: Mapping[float, float] = {0.1: 0.2, 0.2: 0.3, 0.4: 0.3, 0.7: 0.2}
"""Shares of the pool at which testing begins, each with its part of the risk."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Thresholds on a score, from the strictest to the one that takes all.

    Attributes:
        thresholds: float64[n], falling; a draft with this score or a better one is accepted.
        counts: int64[n], rising; how many drafts of the pool each accepts.
        budgets: float64[n], part of the risk that each brings along; they sum to 1.
    """

    thresholds: Floats
    counts: Numbers
    budgets: Floats

    def __len__(self) -> int:
        return len(self.counts)


def make_grid(scores: npt.ArrayLike, *, step: float = STEP, starts: Mapping[float, float] = STARTS) -> Grid:
    """Return the thresholds for a pool: every ``step`` of it, equal scores together.

    Args:
        scores: float64[n_pool], in any order; higher is better; at least one.
        step: Share of the pool.
        starts: By share of the pool, the part of the risk that is there from the start.

    >>> made = make_grid([0.9, 0.8, 0.8, 0.1], step=0.5, starts={0.5: 1.0})
    >>> made.thresholds.tolist(), made.counts.tolist(), made.budgets.tolist()
    ([0.8, 0.1], [3, 4], [1.0, 0.0])
    """
    falling = -np.sort(-np.asarray(scores, dtype=np.float64))
    n = len(falling)
    wanted = np.unique(np.ceil(np.arange(step, 1 + step / 2, step) * n - 1e-9).clip(1, n).astype(np.int64))
    thresholds = np.unique(falling[wanted - 1])[::-1]
    counts = np.searchsorted(-falling, -thresholds, side="right").astype(np.int64)
    budgets = np.zeros(len(counts))
    for share, part in starts.items():
        # At least so many: with equal scores the next threshold up may be far.
        budgets[min(int(np.searchsorted(counts, share * n - 1e-9)), len(counts) - 1)] += part
    return Grid(thresholds, counts, budgets / budgets.sum())
