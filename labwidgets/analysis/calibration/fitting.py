"""From confidences to chances: isotonic regression, Platt's logistic curve, beta calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression, minimize

from labwidgets.errors import ConfigError

Floats = npt.NDArray[np.float64]

METHODS = ("beta", "platt", "isotonic")
"""The first one needs least data; the last one can take any rising shape and needs most."""

_EDGE = 1e-6
_RIDGE = 1e-3
"""A pull towards "as it is", so that a few equal answers give no infinite slope."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve from confidence to chance.

    Attributes:
        method: One of ``METHODS``.
        numbers: Of a logistic curve, its weights; of an isotonic one, its corners: all confidences, then all
            chances.
    """

    method: str
    numbers: tuple[float, ...]

    def apply(self, confidences: npt.ArrayLike) -> Floats:
        """Return the chances that go with confidences, 0..1."""
        given = np.asarray(confidences, dtype=np.float64)
        if self.method == "isotonic":
            half = len(self.numbers) // 2
            corners: Floats = np.interp(given, self.numbers[:half], self.numbers[half:])
            return corners
        return _sigmoid(_features(self.method, given) @ np.array(self.numbers))


def fit(
    confidences: npt.ArrayLike,
    is_right: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    method: str = METHODS[0],
) -> Calibration:
    """Return the curve that fits what came out right.

    Args:
        confidences: float64[n], 0..1.
        is_right: bool[n].
        weights: float64[n], above 0; for example one over the chance that it was looked at. Default: equal.
        method: One of ``METHODS``.

    Raises:
        ConfigError: No such method, or nothing to fit to.

    References:
        Zadrozny and Elkan, Transforming classifier scores into accurate multiclass probability estimates, KDD
        2002 (isotonic). Platt, Probabilistic outputs for support vector machines, 1999. Kull, Silva Filho and
        Flach, Beta calibration, AISTATS 2017, equation 5.

    >>> fit([0.1, 0.4, 0.6, 0.9], [False, False, True, True], method="isotonic").apply([0.5]).tolist()
    [0.5]
    """
    x, y = np.asarray(confidences, dtype=np.float64), np.asarray(is_right, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    if method not in METHODS:
        raise ConfigError("no such calibration", value=method, allowed=", ".join(METHODS))
    if not len(x):
        raise ConfigError("nothing to calibrate with", value="0 confidences", remedy="Label some audits")
    return Calibration("isotonic", _isotonic(x, y, w)) if method == "isotonic" else _logistic(x, y, w, method)


def _isotonic(x: Floats, y: Floats, w: Floats) -> tuple[float, ...]:
    places, index = np.unique(x, return_inverse=True)
    weight = np.bincount(index, weights=w)
    mean = np.bincount(index, weights=w * y) / weight
    fitted = isotonic_regression(mean, weights=weight).x
    return (*places.tolist(), *fitted.tolist())


def _logistic(x: Floats, y: Floats, w: Floats, method: str) -> Calibration:
    features = _features(method, x)
    start = np.array([1.0] * (features.shape[1] - 1) + [0.0])
    # Platt's targets: no answer is taken for certain.
    right, wrong = float((w * y).sum()), float((w * (1 - y)).sum())
    target = np.where(y > 0, (right + 1) / (right + 2), 1 / (wrong + 2))
    share = w / w.sum()

    def loss(numbers: Floats) -> tuple[float, Floats]:
        z = features @ numbers
        off = numbers - start
        value = float(share @ (np.logaddexp(0, z) - target * z) + _RIDGE * off @ off / 2)
        return value, features.T @ (share * (_sigmoid(z) - target)) + _RIDGE * off

    # Slopes do not fall under 0: more confidence never means less.
    bounds: Sequence[tuple[float | None, float | None]]
    bounds = [(0.0, None)] * (features.shape[1] - 1) + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return Calibration(method, tuple(float(number) for number in found.x))


def _features(method: str, x: Floats) -> Floats:
    inside = np.clip(x, _EDGE, 1 - _EDGE)
    sides = (np.log(inside), -np.log1p(-inside))
    columns = sides if method == "beta" else (sides[0] + sides[1],)
    return np.stack([*columns, np.ones(len(inside))], axis=1)


def _sigmoid(z: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-z))
    return chances
