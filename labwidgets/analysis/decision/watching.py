"""Whether a permission still holds after more audits: a look costs nothing of the risk.

References:
    Waudby-Smith and Ramdas (see ``betting``): the same wealth, bet the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.decision.betting import Draws, Floats, Guess, wealth
from labwidgets.analysis.decision.testing import Audited, Wish

DRIFT_P = 0.01
"""Chance that audits of one kind look like two."""

_SHUFFLES = 2000
_FEWEST = 10


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
    forward = wealth(excess, audited.draws, [count], cap=wish.max_edits, guess=wish.guess).now[0]
    if later.any() and forward < 0:
        reason = "all audits together no longer speak for it"
    elif later.any() and _against(audited, excess, count, n_before, wish) >= -np.log(wish.risk):
        reason = "the audits since then show that the limit is broken"
    elif drift(excess[is_in & ~later], excess[later]) < DRIFT_P:
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
    most_words = max(float(audited.words.max()), 1.0)
    cap = wish.max_wer * most_words
    guess = Guess(-cap / 4, float(np.sqrt(cap)))
    found = wealth(-excess[n_before:][is_in], rest, [len(pool)], cap=cap, guess=guess)
    return float(found.most[0])


def drift(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], *, seed: int = 0) -> float:
    """Return how likely two sets of values would differ so much in their means if they were of one kind.

    1 where one of them has fewer than ten values.

    References:
        Phipson and Smyth, Permutation p-values should never be zero, 2010.
    """
    if min(len(before), len(after)) < _FEWEST:
        return 1.0
    both, n = np.concatenate([before, after]), len(before)
    seen = abs(before.mean() - after.mean())
    generator = np.random.default_rng(seed)
    hits = 0
    for _ in range(_SHUFFLES):
        mixed = generator.permutation(both)
        hits += abs(mixed[:n].mean() - mixed[n:].mean()) >= seen - 1e-12
    return (hits + 1) / (_SHUFFLES + 1)
