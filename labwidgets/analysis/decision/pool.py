"""Pools as the store keeps them, laid out for the decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labwidgets.analysis.decision.betting import Draws, Floats, Numbers
from labwidgets.analysis.decision.drawing import region_weights
from labwidgets.analysis.decision.grid import Grid, make_grid
from labwidgets.analysis.decision.testing import Audited, Taken
from labwidgets.records import AuditDraw, AuditPool, AuditRow, PoolUnit, TakenDraft

_FEWEST_EDITS = 3
_LONG = 0.99
"""The share of the drafts that are shorter than the longest ones that count."""


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A pool in the order of its scores, without those whose speaker was taken out.

    Attributes:
        segment_ids: Best score first.
        ranks: Place of each.
        grid: Its thresholds, as they were fixed when it was opened.
        before: int64[n], rank of each while everybody was there.
    """

    segment_ids: tuple[str, ...]
    ranks: Mapping[str, int]
    grid: Grid
    before: Numbers

    def __len__(self) -> int:
        return len(self.segment_ids)

    def weights(self, region: int) -> Floats:
        """Return the chances of a draw out of the best ``region`` drafts of the whole pool."""
        return region_weights(len(self), int(np.searchsorted(self.before, region)))


def lay_out(pool: AuditPool, units: Sequence[PoolUnit]) -> Laid:
    """Return the units of a pool by score; equal scores in the order of the pool."""
    scores = np.array([unit.score for unit in units])
    order = np.argsort(-scores, kind="stable")
    fixed = make_grid(scores, step=pool.step, starts=dict(pool.starts))
    is_there = np.array([units[place].is_there for place in order], dtype=np.bool_)
    counts = np.concatenate([[0], np.cumsum(is_there)])[fixed.counts]
    # A threshold under which nobody is left hands its part of the risk on like any other.
    kept = np.flatnonzero(counts > 0)
    grid = Grid(fixed.thresholds[kept], counts[kept].astype(np.int64), fixed.budgets[kept])
    ids = tuple(units[place].segment_id for place, there in zip(order, is_there, strict=True) if there)
    ranks = {segment_id: rank for rank, segment_id in enumerate(ids)}
    return Laid(ids, ranks, grid, np.flatnonzero(is_there))


def usable(rows: Sequence[AuditRow]) -> list[AuditRow]:
    """Return the audits up to the first that nobody labelled: to pick among them would spoil the draw."""
    first_open = next((place for place, row in enumerate(rows) if row.state == "open"), len(rows))
    return list(rows[:first_open])


def audited(
    laid: Laid,
    draws: Sequence[AuditDraw],
    rows: Sequence[AuditRow],
    *,
    errors: Mapping[str, tuple[int, int]],
    worst: int,
) -> Audited:
    """Return audits as the decision takes them.

    One without a text counts as the worst that can be: a person could not label it, took it apart, or saw a
    draft.

    Args:
        laid: The pool.
        draws: All draws from it.
        rows: The audits to use, in order.
        errors: Edits and words by segment, of those that were labelled.
        worst: Edits of one without a text.
    """
    ranks = np.array([laid.ranks[row.segment_id] for row in rows], dtype=np.int64)
    both = np.array([errors.get(row.segment_id, (worst, 0)) for row in rows], dtype=np.float64)
    edits, words = both.reshape(-1, 2).T
    batch = np.array([row.batch for row in rows], dtype=np.int64)
    drawn = Draws(ranks, batch, tuple(laid.weights(draw.region) for draw in draws))
    return Audited(drawn, edits, words, chances(laid, draws)[ranks])


def known_taken(laid: Laid, drafts: Sequence[TakenDraft], *, errors: Mapping[str, tuple[int, int]]) -> Taken:
    """Return what people took out of a pool as the decision takes it.

    Args:
        laid: The pool.
        drafts: What they took.
        errors: Edits and words by segment, of all of them.
    """
    there = [one.segment_id for one in drafts if one.segment_id in laid.ranks]
    ranks = np.array([laid.ranks[key] for key in there], dtype=np.int64)
    edits, words = np.array([errors[key] for key in there], dtype=np.float64).reshape(-1, 2).T
    return Taken(ranks, edits, words)


def chances(laid: Laid, draws: Sequence[AuditDraw]) -> Floats:
    """Return the chance of each unit to be in any of the draws, float64[n_pool]."""
    missed, seen = np.ones(len(laid)), np.zeros(len(laid), dtype=np.bool_)
    for draw in draws:
        can = (laid.weights(draw.region) > 0) & ~seen
        ranks = [laid.ranks[key] for key in draw.chances if key in laid.ranks]
        if can.any():
            # Also of those seen before: it is the chance of such a unit that counts, not what became of it.
            missed[laid.weights(draw.region) > 0] *= 1 - len(ranks) / can.sum()
        seen[ranks] = True
    missed[seen & (missed == 1)] = 0.0
    return 1 - missed


def most_edits(n_words: Sequence[int]) -> int:
    """Return how many edits of one draft count by default, given the words of each draft of a pool.

    A third of an average draft's words; where some drafts are far longer, a sixth of theirs: what is beyond
    the cap does not count, and on a pool of words and long turns that would be most of the errors.

    >>> most_edits([14] * 10), most_edits([2, 2]), most_edits([1] * 90 + [120] * 10)
    (5, 3, 20)
    """
    if not n_words:
        return _FEWEST_EDITS
    longest = float(np.quantile(n_words, _LONG))
    return max(_FEWEST_EDITS, math.ceil(float(np.mean(n_words)) / 3), math.ceil(longest / 6))
