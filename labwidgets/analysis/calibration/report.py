"""What calibration makes of the confidences of a model, with a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.calibration.fitting import Calibration, Floats, fit
from labwidgets.analysis.calibration.measuring import Bin, brier, expected_error, reliability
from labwidgets.analysis.markup import element, image, picture
from labwidgets.errors import ConfigError
from labwidgets.records import in_words

_FOLDS = 5
_FEWEST = 20
_SIDE, _LEFT, _TOP = 260, 52, 34


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Confidences and what came out, float64[n] and bool[n]; of each the recording, and the weight."""

    confidences: Floats
    is_right: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]
    weights: Floats


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Confidences before and after, the latter by curves that did not see them; a notebook shows the plot.

    Attributes:
        model: Whose.
        unit: ``word`` or ``segment``.
        n: How many.
        source: What they were held against.
        curve: Fitted to all of them.
        before: By rising confidence.
        after: The same, calibrated.
        ece: Expected calibration error before and after.
        brier: Brier score before and after.
    """

    model: str
    unit: str
    n: int
    source: str
    curve: Calibration
    before: tuple[Bin, ...]
    after: tuple[Bin, ...]
    ece: tuple[float, float]
    brier: tuple[float, float]

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        sure = sum(one.weight * one.confidence for one in self.before)
        right = sum(one.weight * one.right for one in self.before)
        return (
            f"{self.n} {self.unit}s by {self.model} against {self.source}: {right:.0%} are right, at a mean "
            f"confidence of {sure:.0%}. Expected calibration error (ECE) {self.ece[0]:.3f}, calibrated by "
            f"{self.curve.method} {self.ece[1]:.3f}; Brier score {self.brier[0]:.3f}, calibrated "
            f"{self.brier[1]:.3f}; lower is better."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; the bins of the plot as ``before`` and ``after``."""
        return {
            "model": self.model,
            "unit": self.unit,
            "n": self.n,
            "source": self.source,
            "method": self.curve.method,
            "ece": list(self.ece),
            "brier": list(self.brier),
            "before": [asdict(one) for one in self.before],
            "after": [asdict(one) for one in self.after],
        }

    def _repr_html_(self) -> str:
        return image(self._repr_svg_(), str(self)) + element("p", str(self)).markup

    def _repr_svg_(self) -> str:
        title = f"{self.unit} confidence of {self.model}"
        body = (
            f'<text x="8" y="18" font-weight="600">{escape(title)}</text>{_axes()}'
            f"{_line(self.before, '#b3541e', 'square')}{_line(self.after, '#1559b8', 'disc')}"
            f"{_key(0, '#b3541e', 'square', f'as it is: off by {self.ece[0]:.3f} (ECE)')}"
            f"{_key(1, '#1559b8', 'disc', f'calibrated: off by {self.ece[1]:.3f} (ECE)')}"
        )
        return picture(title, (_LEFT + _SIDE + 230, _TOP + _SIDE + 44), body)


def calibrated(judged: Judged, *, model: str, unit: str, source: str, method: str) -> CalibrationReport:
    """Return what calibration does, judged on groups that the curve did not see.

    Args:
        judged: Confidences and what came out.
        model: Whose.
        unit: ``word`` or ``segment``.
        source: What they were held against, in words.
        method: One of ``METHODS``.

    Raises:
        ConfigError: Too few confidences, or no such method.
    """
    n = len(judged.confidences)
    if n < _FEWEST:
        raise ConfigError(
            f"too few confidences of {unit}s to calibrate with",
            value=n,
            allowed=f"{_FEWEST} or more",
            remedy="Label more audits, or draft with a model that gives confidences",
        )
    curve = fit(judged.confidences, judged.is_right, weights=judged.weights, method=method)
    after = _unseen(judged, method)
    sides = (judged.confidences, after)
    bins = [reliability(side, judged.is_right, weights=judged.weights) for side in sides]
    off = [brier(side, judged.is_right, weights=judged.weights) for side in sides]
    return CalibrationReport(
        model,
        unit,
        n,
        source,
        curve,
        bins[0],
        bins[1],
        (expected_error(bins[0]), expected_error(bins[1])),
        (off[0], off[1]),
    )


def _unseen(judged: Judged, method: str) -> Floats:
    """Return calibrated confidences, each by a curve fitted to the other groups."""
    names = np.unique(judged.groups)
    fold_of = dict(
        zip(names.tolist(), np.random.default_rng(0).permutation(len(names)) % _FOLDS, strict=True)
    )
    folds = np.array([fold_of[group] for group in judged.groups.tolist()])
    after = judged.confidences.copy()
    for fold in np.unique(folds):
        seen, unseen = folds != fold, folds == fold
        if seen.any():
            curve = fit(
                judged.confidences[seen], judged.is_right[seen], weights=judged.weights[seen], method=method
            )
            after[unseen] = curve.apply(judged.confidences[unseen])
    return after


# ---- the picture ---------------------------------------------------------------------------------------


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)


def _axes() -> str:
    ticks = "".join(
        f'<text x="{_x(tick):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{tick:g}</text>'
        f'<text x="{_LEFT - 6}" y="{_y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>'
        for tick in (0.0, 0.5, 1.0)
    )
    return (
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#8a9099"/>'
        f'<path d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}" stroke="#1c1e21" stroke-dasharray="3 3"/>{ticks}'
        f'<text x="{_x(0.5):.0f}" y="{_y(0) + 34:.0f}" text-anchor="middle">how sure the model is</text>'
        f'<text transform="translate(14 {_y(0.5):.0f}) rotate(-90)" text-anchor="middle">'
        "how often it is right</text>"
        f'<g fill="#5a6068" font-size="12"><text x="{_x(0.06):.0f}" y="{_y(0.9):.0f}">too careful</text>'
        f'<text x="{_x(0.94):.0f}" y="{_y(0.06):.0f}" text-anchor="end">too sure</text></g>'
    )


def _mark(x: float, y: float, colour: str, shape: str) -> str:
    if shape == "disc":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'


def _line(bins: tuple[Bin, ...], colour: str, shape: str) -> str:
    points = [(_x(one.confidence), _y(one.right)) for one in bins]
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    marks = "".join(_mark(x, y, colour, shape) for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{marks}' if points else ""


def _key(place: int, colour: str, shape: str, words: str) -> str:
    x, y = _LEFT + _SIDE + 20, _TOP + 12 + 22 * place
    return f'{_mark(x, y, colour, shape)}<text x="{x + 12}" y="{y + 4}">{words}</text>'
