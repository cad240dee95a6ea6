"""Pools as the store keeps them, laid out for the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labwidgets.analysis.decision.betting import Draws, Floats, Numbers
from labwidgets.analysis.decision.drawing import inclusion, region_weights
from labwidgets.analysis.decision.grid import Grid, make_grid
from labwidgets.analysis.decision.stakes import Stakes, caps_by_size, chances_by_size
from labwidgets.analysis.decision.testing import Audited, Taken, Wish
from labwidgets.records import AuditDraw, AuditPool, AuditRow, PoolUnit, TakenDraft


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A pool in the order of its scores, without those whose speaker was taken out.

    Attributes:
        segment_ids: Best score first.
        ranks: Place of each.
        grid: Its thresholds, as they were fixed when it was opened.
        before: int64[n], rank of each while everybody was there.
        pool: What was fixed with it.
        words: float64[n], of each draft.
    """

    segment_ids: tuple[str, ...]
    ranks: Mapping[str, int]
    grid: Grid
    before: Numbers
    pool: AuditPool
    words: Floats

    def __len__(self) -> int:
        return len(self.segment_ids)

    def weights(self, region: int) -> Floats:
        """Return the chances of a draw out of the best ``region`` drafts of the whole pool."""
        return self._chances * region_weights(len(self), int(np.searchsorted(self.before, region)))

    @property
    def lengths(self) -> Floats:
        """Words of each draft; of an average one where the pool did not keep them."""
        return self.words if self.pool.by_size is not None else np.full(len(self), self.pool.n_words)

    @property
    def _chances(self) -> Floats:
        return chances_by_size(self.words, self.pool.by_size, mean=self.pool.n_words)

    def stakes(self, wish: Wish) -> Stakes:
        """Return what is at stake in each draft where a limit is asked for.

        Args:
            wish: With ``max_edits`` where the pool has no rule.
        """
        if wish.max_edits is None and self.pool.by_size is not None:
            caps = caps_by_size(self.words, self.pool.by_size, max_wer=wish.max_wer)
            return Stakes(caps, self._chances, wish.max_wer * self.words, wish.max_wer)
        caps = np.full(len(self), float(wish.max_edits or 1))
        return Stakes(caps, self._chances, np.zeros(len(self)), wish.max_wer)


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
    words = np.array([units[place].words for place in order], dtype=np.float64)[is_there]
    return Laid(ids, ranks, grid, np.flatnonzero(is_there), pool, words)


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
    wish: Wish,
) -> Audited:
    """Return audits as the decision takes them.

    One without a text counts as the worst that can be: a person could not label it, took it apart, or saw a
    draft.

    Args:
        laid: The pool.
        draws: All draws from it.
        rows: The audits to use, in order.
        errors: Edits and words by segment, of those that were labelled.
        wish: The limit that is asked for.
    """
    stakes = laid.stakes(wish)
    ranks = np.array([laid.ranks[row.segment_id] for row in rows], dtype=np.int64)
    worst = stakes.caps[ranks]
    both = [errors.get(row.segment_id, (most, 0)) for row, most in zip(rows, worst, strict=True)]
    edits, words = np.array(both, dtype=np.float64).reshape(-1, 2).T
    batch = np.array([row.batch for row in rows], dtype=np.int64)
    drawn = Draws(ranks, batch, tuple(laid.weights(draw.region) for draw in draws))
    return Audited(drawn, edits, words, chances(laid, draws)[ranks], stakes)


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
        weights = laid.weights(draw.region)
        ranks = [laid.ranks[key] for key in draw.chances if key in laid.ranks]
        if ((weights > 0) & ~seen).any():
            # Also of those seen before: it is the chance of such a unit that counts, not what became of it.
            missed *= 1 - inclusion(weights, len(ranks), seen=seen)
        seen[ranks] = True
    missed[seen & (missed == 1)] = 0.0
    return 1 - missed
