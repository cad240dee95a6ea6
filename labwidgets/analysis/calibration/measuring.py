"""How far confidences are from what comes out right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.calibration.fitting import Floats

N_BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Confidences that lie together: their mean, the share that is right, how many, their share of all."""

    confidence: float
    right: float
    n: int
    weight: float


def reliability(
    confidences: npt.ArrayLike,
    is_right: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    n_bins: int = N_BINS,
) -> tuple[Bin, ...]:
    """Return bins of about equal weight, by rising confidence; equal confidences are never parted.

    Args:
        confidences: float64[n], 0..1.
        is_right: bool[n].
        weights: float64[n]; default: equal.
        n_bins: Most bins.

    References:
        Nguyen and O'Connor, Posterior calibration and exploratory analysis for NLP models, EMNLP 2015: bins
        of equal size.
    """
    x, y = np.asarray(confidences, dtype=np.float64), np.asarray(is_right, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(x):
        return ()
    _, index = np.unique(x, return_inverse=True)
    before = np.concatenate([[0.0], np.cumsum(np.bincount(index, weights=w))])[:-1]
    number = np.minimum((before / w.sum() * n_bins).astype(np.int64), n_bins - 1)[index]
    found = []
    for one in np.unique(number):
        is_in = number == one
        total = w[is_in].sum()
        mean, right = (float(w[is_in] @ values[is_in] / total) for values in (x, y))
        found.append(Bin(mean, right, int(is_in.sum()), float(total / w.sum())))
    return tuple(found)


def expected_error(bins: tuple[Bin, ...]) -> float:
    """Return the expected calibration error: how far bins are off, on average.

    References:
        Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI
        2015.

    >>> expected_error((Bin(0.9, 0.5, 10, 0.5), Bin(0.2, 0.2, 10, 0.5)))
    0.2
    """
    return float(sum(one.weight * abs(one.confidence - one.right) for one in bins))


def brier(confidences: Floats, is_right: npt.ArrayLike, *, weights: npt.ArrayLike | None = None) -> float:
    """Return the mean squared distance between confidences and what came out (0 or 1); 0 for none."""
    x, y = np.asarray(confidences, dtype=np.float64), np.asarray(is_right, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    return float(w @ (x - y) ** 2 / w.sum()) if len(x) else 0.0
