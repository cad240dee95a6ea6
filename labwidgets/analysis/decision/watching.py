"""Whether a permission still holds after more audits: a look costs nothing of the risk.

References:
    Waudby-Smith and Ramdas (see ``betting``): the same wealth, bet the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labwidgets.analysis.decision.betting import Draws, Floats, Guess, wealth
from labwidgets.analysis.decision.drawing import Flags
from labwidgets.analysis.decision.testing import Audited, Wish

DRIFT_P = 0.01
"""Chance that audits of one kind look like two."""

_SHUFFLES = 2000
_FEWEST = 10
_QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Watch:
    """What later audits say of an accepted part of a pool.

    Attributes:
        is_broken: The permission should be withdrawn.
        reason: Why; empty where it holds.
        n_later: Audits of the accepted part since the decision.
        wer: Estimate over all audits of the accepted part; None without words.
    """

    is_broken: bool
    reason: str
    n_later: int
    wer: float | None


def watch(audited: Audited, *, n_before: int, count: int, wish: Wish) -> Watch:
    """Return whether what was accepted still holds.

    It is broken when the later audits alone refute that the limit is kept, when all audits together speak
    against it more than for it, or when later audits have other error counts than the earlier ones.

    Args:
        audited: All audits of the pool, in order.
        n_before: How many of them the decision saw.
        count: How many of the best drafts it accepted.
        wish: What was asked for.
    """
    excess, ranks = audited.excess(wish), audited.draws.ranks
    is_in = ranks < count
    later = is_in & (np.arange(len(audited)) >= n_before)
    words, edits = audited.words[is_in].sum(), audited.edits[is_in].sum()
    wer = float(edits / words) if words else None
    reason = ""
    caps, sizes = audited.stakes.highest(wish.max_wer), audited.stakes.weights[ranks]
    forward = wealth(excess, audited.draws, [count], caps=caps, guess=wish.guess).now[0]
    if later.any() and forward < 0:
        reason = "all audits together no longer speak for it"
    elif later.any() and _against(audited, excess, count, n_before, wish) >= -np.log(wish.risk):
        reason = "the audits since then show that the limit is broken"
    elif drift((excess / sizes)[is_in], later[is_in], sizes[is_in]) < DRIFT_P:
        reason = "the audits since then are not like the earlier ones"
    return Watch(bool(reason), reason, int(later.sum()), wer)


def _against(audited: Audited, excess: Floats, count: int, n_before: int, wish: Wish) -> float:
    """Return the wealth against "the limit is kept", by the audits since the decision alone."""
    draws = audited.draws
    # What was seen before is no part of the pool any more: its weight is 0 and its values are known.
    known = draws.ranks[:n_before]
    pool = np.setdiff1d(np.arange(count), known)
    place = np.full(len(draws.weights[0]), -1, dtype=np.int64)
    place[pool] = np.arange(len(pool))
    ranks = place[draws.ranks[n_before:]]
    is_in = ranks >= 0
    weights = tuple(weights[pool] for weights in draws.weights)
    rest = Draws(ranks[is_in], draws.batch[n_before:][is_in], weights)
    sizes = audited.stakes.weights
    most_words = max(float((audited.words / sizes[draws.ranks]).max()), 1.0)
    caps = wish.max_wer * most_words * sizes[pool]
    cap = float(caps.mean()) if len(caps) else 1.0
    guess = Guess(-cap / 4, float(np.sqrt(cap)))
    found = wealth(-excess[n_before:][is_in], rest, [len(pool)], caps=caps, guess=guess)
    return float(found.most[0])


def drift(values: Floats, is_later: Flags, sizes: Floats, *, seed: int = 0) -> float:
    """Return how likely two sets of values would differ so much in their means if they were of one kind.

    Long drafts are drawn sooner, so that a value is held against those of drafts about as long, and only
    among these it might as well have come at another time. 1 where one of the sets has fewer than ten.

    Args:
        values: float64[n].
        is_later: bool[n], which are of the second set.
        sizes: float64[n], how likely each was to be drawn, next to the others.
        seed: Of the shuffles.

    References:
        Phipson and Smyth, Permutation p-values should never be zero, 2010.
    """
    if min(is_later.sum(), (~is_later).sum()) < _FEWEST:
        return 1.0
    kinds = np.searchsorted(np.quantile(sizes, _QUARTERS), sizes)
    groups = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
    level = values.copy()
    for group in groups:
        level[group] -= values[group].mean()
    seen = abs(level[~is_later].mean() - level[is_later].mean())
    generator = np.random.default_rng(seed)
    hits = 0
    mixed = level.copy()
    for _ in range(_SHUFFLES):
        for group in groups:
            mixed[group] = generator.permutation(level[group])
        hits += abs(mixed[~is_later].mean() - mixed[is_later].mean()) >= seen - 1e-12
    return (hits + 1) / (_SHUFFLES + 1)
