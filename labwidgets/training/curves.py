"""How a training goes: its losses over its steps, as a picture that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from labwidgets.analysis.markup import image, picture
from labwidgets.records import TrainReport

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 34, 34
_SERIES = (("loss", "training", "#9dbde8"), ("eval_loss", "validation", "#1559b8"))
_LONGEST_TITLE = 32
_MOST_DOTS = 40
_TRIM = 0.02
"""The share of the highest losses, those of the first steps, that may leave the picture."""

Point = Mapping[str, float]


class Curves:
    """Losses by step; a notebook shows the picture, ``print`` the newest values.

    Args:
        title: Above it.
        points: ``step`` and ``loss`` or ``eval_loss``, in any order.
    """

    def __init__(self, title: str, points: Sequence[Point] = ()) -> None:
        self.title = title
        self.points = tuple(points)

    @classmethod
    def of(cls, report: TrainReport) -> Curves:
        """Return the curves of a run."""
        return cls(f"{report.run}: {report.base or 'from nothing'}, {report.recipe}", report.curve)

    def series(self, name: str) -> list[tuple[float, float]]:
        """Return (step, loss) of ``loss`` or ``eval_loss``, by step; the last one of each step counts."""
        return sorted({point["step"]: point[name] for point in self.points if name in point}.items())

    def __repr__(self) -> str:
        """The newest values."""
        said = [f"{label} {line[-1][1]:.3f}" for name, label, _ in _SERIES if (line := self.series(name))]
        return f"<Curves {self.title}: {', '.join(said) or 'nothing yet'}>"

    def _repr_html_(self) -> str:
        return image(self._repr_svg_(), repr(self))

    def _repr_svg_(self) -> str:
        lines = [(label, colour, line) for name, label, colour in _SERIES if (line := self.series(name))]
        # What is longer would run under the key.
        is_long = len(self.title) > _LONGEST_TITLE
        shown = self.title[: _LONGEST_TITLE - 1] + "…" if is_long else self.title
        body = _plot(lines) if lines else _text(_WIDTH / 2, _HEIGHT / 2, "the first step is under way")
        head = f'<text x="8" y="18" font-size="13" font-weight="600">{escape(shown)}</text>'
        return picture(self.title, (_WIDTH, _HEIGHT), head + body, font_px=12)


def _plot(lines: Sequence[tuple[str, str, Sequence[tuple[float, float]]]]) -> str:
    values = sorted(value for _, _, line in lines for _, value in line)
    low, high = min(0.0, values[0]), values[int((len(values) - 1) * (1 - _TRIM))]
    last = max(1.0, *(line[-1][0] for _, _, line in lines))

    def place(step: float, value: float) -> tuple[float, float]:
        share = (min(value, high) - low) / ((high - low) or 1.0)
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / last
        return x, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

    parts = [_axes(low, high, last)]
    for number, (label, colour, line) in enumerate(lines):
        places = [place(step, value) for step, value in line]
        path = " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(line) < _MOST_DOTS:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        x = _WIDTH - _RIGHT - 190 * (len(lines) - number) + 30
        parts.append(f'<rect x="{x - 16}" y="9" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x}" y="19">{label} {line[-1][1]:.3f}</text>')
    return "".join(parts)


def _axes(low: float, high: float, last: float) -> str:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    return (
        f'<path d="M{_LEFT} {_TOP} V{bottom} H{right}" fill="none" stroke="#8a9099"/>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 8}" text-anchor="end">{high:.2f}</text>'
        f'<text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">{low:.2f}</text>'
        f"{_text(_LEFT, bottom + 18, '0')}{_text(right - 10, bottom + 18, f'{last:.0f}')}"
        f"{_text((_LEFT + right) / 2, bottom + 18, 'steps')}"
    )


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text>'
