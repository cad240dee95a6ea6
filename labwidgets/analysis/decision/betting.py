"""Evidence against "the total over these units is above zero", from draws without replacement.

A gambler bets that each next value lies under what that claim allows. While the claim is true the wealth is a
supermartingale that starts at one, so it ever reaches ``1 / risk`` with a chance of at most ``risk``, however
often one looks and whenever one stops.

References:
    Waudby-Smith and Ramdas, Confidence sequences for sampling without replacement, NeurIPS 2020; Estimating
    means of bounded random variables by betting, JRSS B 2024, sections 4 (betting), 5 (without replacement)
    and appendix B.3 (the bets, aGRAPA).
    Stark, ALPHA: Audit that Learns from Previously Hand-Audited Ballots, Annals of Applied Statistics 2023,
    section 2.2: draws without replacement with unequal chances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_PRIOR = 20.0
"""How many draws the first guess of mean and spread counts for."""

_BOLDEST = 0.95
"""Share of the wealth that the worst value may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Units in the order in which they were drawn out of a fixed pool, never one twice.

    Attributes:
        ranks: int64[n], place of each in the pool, best score first, from 0.
        batch: int64[n], which of ``weights`` it was drawn with; never falling.
        weights: By batch, float64[n_pool] by rank: how likely a unit was to come next, up to a factor; where
            it is 0 the unit could not come.
    """

    ranks: Numbers
    batch: Numbers
    weights: tuple[Floats, ...]

    def __len__(self) -> int:
        return len(self.ranks)


@dataclass(frozen=True, slots=True, eq=False)
class Wealth:
    """Logarithms, by claim, float64[n_claims]: after the last draw, and the most there ever was.

    ``total``: sum of the values drawn, ``n``: how many there were, ``left``: units not drawn.
    """

    now: Floats
    most: Floats
    total: Floats
    n: Numbers
    left: Numbers


@dataclass(frozen=True, slots=True)
class Guess:
    """What values are expected to be before any is seen: it decides how boldly one bets, not what is true."""

    mean: float
    spread: float


def wealth(  # noqa: PLR0913 - a claim, what speaks of it, and how boldly one bets
    values: Floats,
    draws: Draws,
    counts: Sequence[int],
    *,
    caps: Floats,
    guess: Guess,
    above: Floats | float = 0.0,
) -> Wealth:
    """Return the wealth against each claim "the total over the first ``counts[i]`` units is above zero".

    Args:
        values: float64[n], of the units drawn, in that order; none above its cap. Or float64[n, n_claims],
            where each claim is about values of its own.
        draws: The units.
        counts: Ascending; how many units, best scores first, each claim is about.
        caps: float64[n_pool] by rank: what the value of each unit does not exceed; above 0.
        guess: Of the values.
        above: What the claims say instead of zero, by claim.
    """
    book = _Book.begin(np.asarray(counts, dtype=np.int64), caps, guess)
    book.total -= above
    rows = np.broadcast_to(values if values.ndim == 2 else values[:, None], (len(draws), len(book.counts)))
    seen = np.zeros(len(draws.weights[0]) if draws.weights else 0, dtype=np.bool_)
    edges = np.flatnonzero(np.diff(draws.batch)) + 1
    for first, last in pairwise([0, *edges.tolist(), len(draws)]):
        if first == last:
            continue
        weights = draws.weights[draws.batch[first]]
        book.begin_batch(weights, seen)
        for rank, value in zip(draws.ranks[first:last], rows[first:last], strict=True):
            book.take(int(rank), value, float(weights[rank]))
        seen[draws.ranks[first:last]] = True
    return Wealth(book.now, book.most, book.total + above, book.n, book.left)


@dataclass(slots=True, eq=False)
class _Book:
    """The bets on all claims side by side, each array by claim; ``total``: drawn, less what is claimed."""

    counts: Numbers
    caps: Floats
    guess: Guess
    now: Floats
    most: Floats
    total: Floats
    n: Numbers
    left: Numbers
    cap_left: Floats
    weight: Floats
    steepest: Floats
    sums: Floats

    @classmethod
    def begin(cls, counts: Numbers, caps: Floats, guess: Guess) -> _Book:
        def zeros() -> Floats:
            return np.zeros(len(counts))

        n = np.zeros(len(counts), dtype=np.int64)
        cap_left, sums = _heads(caps)[counts], np.zeros((3, len(counts)))
        now, most, total, weight, steepest = (zeros() for _ in range(5))
        return cls(counts, caps, guess, now, most, total, n, counts.copy(), cap_left, weight, steepest, sums)

    def begin_batch(self, weights: Floats, seen: npt.NDArray[np.bool_]) -> None:
        """Note how much weight is left under each claim, and the highest cap for its weight of one unit."""
        self.weight = _heads(np.where(seen, 0.0, weights))[self.counts]
        with np.errstate(divide="ignore"):
            steepest = np.maximum.accumulate(np.where(seen, 0.0, self.caps / weights))
        self.steepest = steepest[np.maximum(self.counts, 1) - 1]

    def take(self, rank: int, value: Floats, weight: float) -> None:
        """Bet on the next draw, then look at it."""
        is_in = self.counts > rank
        # Where some unit cannot come, a draw says nothing of the mean of all that are left: no bet.
        can = np.flatnonzero(is_in & np.isfinite(self.steepest) & np.isfinite(self.now))
        left, share = self.left[can], self.weight[can] / self.left[can]
        # A unit that was unlikely to come stands for many.
        drawn, highest = value[can] * share / weight, self.steepest[can] * share
        claimed = -self.total[can] / left
        gain = claimed - drawn
        self.now[can] += np.log1p(self._bets(can, claimed, highest) * gain)
        self.sums[:, can] += np.stack([np.ones(len(can)), drawn, drawn**2])
        self.total[is_in] += value[is_in]
        self.n[is_in] += 1
        self.left[is_in] -= 1
        self.cap_left[is_in] -= self.caps[rank]
        self.weight[is_in] -= weight
        # What is left cannot add up to what the claim needs: it is false.
        self.now[is_in & (-self.total >= self.cap_left)] = np.inf
        self.most = np.maximum(self.most, self.now)

    def _bets(self, can: Numbers, claimed: Floats, highest: Floats) -> Floats:
        n, total, squares = self.sums[:, can]
        mean = (self.guess.mean * _PRIOR + total) / (n + _PRIOR)
        prior = (self.guess.spread**2 + self.guess.mean**2) * _PRIOR
        variance = np.maximum((prior + squares) / (n + _PRIOR) - mean**2, 1e-12)
        edge = claimed - mean
        wanted = edge / (variance + edge**2)
        bets: Floats = np.clip(wanted, 0.0, _BOLDEST / (highest - claimed))
        return bets


def _heads(values: Floats) -> Floats:
    """Return the sums of the first 0, 1, 2, … values."""
    return np.concatenate([[0.0], np.cumsum(values)])
