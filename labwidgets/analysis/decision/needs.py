"""How many more audits it takes until something can be accepted, and where to draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from labwidgets.analysis.decision.betting import Floats, Wealth
from labwidgets.analysis.decision.grid import Grid

if TYPE_CHECKING:
    from labwidgets.analysis.decision.testing import Audited, Wish

_PRIOR = 10.0
_BOLDEST = 0.95
_MARGIN = 1.25
"""Evidence grows unevenly: so many more than on average."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing.

    Attributes:
        n: Audits, about; None where the audits so far speak against every threshold.
        region: Draw them among so many of the best drafts.
    """

    n: int | None
    region: int


def needs(grid: Grid, audited: Audited, now: Wealth, *, wish: Wish, above: Floats | float = 0.0) -> Need:
    """Return how many more audits the cheapest threshold is expected to need.

    A forecast out of the audits so far and a guess: it promises nothing and proves nothing.

    Args:
        grid: Of the pool.
        audited: The audits.
        now: Wealth after them.
        wish: What is asked for.
        above: What the claims say of the total under each threshold, at most 0.
    """
    weights = np.cumsum(audited.stakes.weights)[grid.counts - 1]
    mean, square = _moments(grid, audited, wish)
    mean = mean - above / grid.counts
    variance = np.maximum(square - mean**2, 1e-9)
    highest = audited.stakes.highest(wish.max_wer)
    steepest = np.maximum.accumulate(highest / audited.stakes.weights)[grid.counts - 1]
    bets = np.clip(-mean / (variance + mean**2), 0.0, _BOLDEST / (steepest * weights / grid.counts))
    growth = -bets * mean - bets**2 * square / 2
    levels = wish.risk * grid.budgets
    is_open = (levels > 0) & (growth > 0)
    # The region is drawn from as a whole, so that the next thresholds are heard, too.
    promising = mean < 0
    farthest = int(grid.counts[promising].max()) if promising.any() else int(grid.counts[-1])
    missing = -np.log(np.where(levels > 0, levels, 1.0)) - now.now
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(is_open, np.maximum(missing, 0) / growth, np.inf)
    inside = np.minimum(inside, np.where(is_open, now.left, np.inf))
    regions = np.maximum(grid.counts, farthest)
    all_weights = weights[np.searchsorted(grid.counts, regions)]
    total = inside * np.maximum(1.0, all_weights / weights) * _MARGIN
    place = int(np.argmin(total))
    if not np.isfinite(total[place]):
        return Need(None, int(grid.counts[-1]))
    n = int(np.ceil(max(1.0, min(total[place], regions[place]))))
    return Need(n, int(regions[place]))


def _moments(grid: Grid, audited: Audited, wish: Wish) -> tuple[Floats, Floats]:
    """Return by threshold the mean of what a draw says and of its square, drawn towards the guess."""
    order = np.argsort(audited.draws.ranks, kind="stable")
    ranks, excess = audited.draws.ranks[order], audited.excess(wish)[order]
    weights, sizes = 1 / audited.inclusion[order], audited.stakes.weights
    said = (np.ones(len(order)), excess, excess**2 / sizes[ranks])
    heads = [np.concatenate([[0.0], np.cumsum(weights * value)]) for value in said]
    ends = np.searchsorted(ranks, grid.counts, side="left")
    weight, first, second = (head[ends] for head in heads)
    # A draft that was unlikely to come stands for many (see ``betting``).
    second = second * np.cumsum(sizes)[grid.counts - 1] / grid.counts
    scale = np.where(weight > 0, ends / np.where(weight > 0, weight, 1.0), 0.0)
    guess = wish.guess
    n = ends + _PRIOR
    mean = (first * scale + guess.mean * _PRIOR) / n
    square = (second * scale + (guess.spread**2 + guess.mean**2) * _PRIOR) / n
    return mean, square
