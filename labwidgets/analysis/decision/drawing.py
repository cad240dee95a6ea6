"""Drawing audits: without replacement, with chances that are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.decision.betting import Floats, Numbers

Flags = npt.NDArray[np.bool_]

_ROUNDS = 60


def region_weights(n_pool: int, region: int | None = None) -> Floats:
    """Return equal chances for the best ``region`` units of a pool (default: all) and none for the others."""
    weights = np.ones(n_pool)
    if region is not None:
        weights[max(1, region) :] = 0.0
    return weights


def draw(weights: Floats, n: int, *, seed: int) -> Numbers:
    """Return ``n`` different places, in the order drawn; fewer where fewer have a chance.

    Each next one is drawn among those that are left, with a chance that is proportional to its weight.

    Args:
        weights: float64[n_pool], 0 or more.
        n: How many.
        seed: Of the generator: the same seed draws the same.

    References:
        Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006: the order of exponential
        waiting times is such a draw.
    """
    can = np.flatnonzero(weights > 0)
    waits = np.random.default_rng(seed).exponential(size=len(can)) / weights[can]
    return can[np.argsort(waits, kind="stable")[:n]]


def inclusion(weights: Floats, n: int, *, seen: Flags | None = None) -> Floats:
    """Return the chance of each unit to be among ``n`` drawn; exact for equal weights, else very close.

    Args:
        weights: float64[n_pool], 0 or more.
        n: How many.
        seen: bool[n_pool], units that had been drawn before: the chance of one is what it would be if it
            alone had not.

    References:
        Rosén, Asymptotic theory for order sampling, 1997: units whose waiting time is below a common limit.

    >>> inclusion(np.array([1.0, 1.0, 0.0, 1.0, 1.0]), 1).tolist()
    [0.25, 0.25, 0.0, 0.25, 0.25]
    """
    can = weights > 0
    left = weights[can if seen is None else can & ~seen]
    if n >= len(left):
        return can.astype(np.float64)
    if np.ptp(weights[can]) == 0:
        return np.where(can, n / len(left), 0.0)
    # Many units have the same weight: drafts have few lengths.
    sizes, times = np.unique(left, return_counts=True)
    low, high = 0.0, 1.0
    while -(times * np.expm1(-high * sizes)).sum() < n:
        high *= 2
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        is_short = -(times * np.expm1(-middle * sizes)).sum() < n
        low, high = (middle, high) if is_short else (low, middle)
    chances: Floats = -np.expm1(-high * weights)
    return chances
