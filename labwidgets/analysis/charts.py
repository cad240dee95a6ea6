"""Small charts on a page: lines with their intervals, and bars, in the colours of whatever is around them.

Text and axes take the colour of the text around the picture, so that light and dark pages both do; the
colours of lines keep 3:1 to white and to black. Each line has a shape of its own, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from labwidgets.analysis.markup import Element, element

Interval = tuple[float, float]

COLOURS = ("#2f7ed8", "#c2611f", "#2e8b57", "#9a5fc0", "#b8860b", "#c2416b")
SHAPES = ("disc", "square", "diamond", "triangle")
MUTED = "#808890"

_WIDTH, _HEIGHT = 310, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 10, 36, 24
_KEY = 12
_MOST_LABELS = 10
_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Line:
    """Values by place, from left to right.

    Attributes:
        name: In the key, and beside each value that is pointed at.
        values: None where there is none.
        intervals: Of each value; none at all, or one a value.
        look: Number of its colour and shape; None for a muted dashed line.
    """

    name: str
    values: tuple[float | None, ...]
    intervals: tuple[Interval | None, ...] = ()
    look: int | None = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """Parts of a pile of bars, the lowest first; fields as of :class:`Line`."""

    name: str
    values: tuple[float | None, ...]
    look: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the values.

    Attributes:
        title: Above them.
        labels: Of the places.
        is_share: Values are parts of one, told as percent; else they are amounts.
        limit: Where a line is drawn all across, and its name.
        most: The scale reaches no higher than that; None for as high as it takes.
    """

    title: str
    labels: tuple[str, ...]
    is_share: bool = True
    limit: tuple[float, str] | None = None
    most: float | None = field(default=None, kw_only=True)

    def told(self, value: float) -> str:
        """Return a value in words."""
        if not self.is_share:
            return f"{value:.0f}"
        return f"{value:.1%}" if value < 0.995 else f"{value:.0%}"


def mark(x: float, y: float, look: int | None, *, title: str = "") -> Element:
    """Return the mark of a point; ``title`` shows where it is pointed at."""
    colour = _colour(look)
    shape = "disc" if look is None else SHAPES[look % len(SHAPES)]
    hint = element("title", title) if title else None
    if shape == "disc":
        return element("circle", hint, cx=f"{x:.1f}", cy=f"{y:.1f}", r=4, fill=colour)
    if shape == "square":
        place = {"x": f"{x - 3.5:.1f}", "y": f"{y - 3.5:.1f}"}
        return element("rect", hint, width=7, height=7, fill=colour, **place)
    corners = "l5 5 l-5 5 l-5 -5" if shape == "diamond" else "l5 9 h-10"
    return element("path", hint, d=f"M{x:.1f} {y - 5:.1f} {corners} Z", fill=colour)


def _colour(look: int | None) -> str:
    return MUTED if look is None else COLOURS[look % len(COLOURS)]


def line_chart(frame: Frame, lines: Sequence[Line]) -> Element:
    """Return lines with their intervals; one of a single value is a point."""
    there = [value for line in lines for value in line.values if value is not None]
    ends = [end for line in lines for pair in line.intervals if pair is not None for end in pair]
    scale = _Scale(frame, [*there, *ends])
    parts = [scale.axes(), *(part for line in lines for part in _line(scale, line))]
    return _picture(frame, [*parts, *_key([(line.name, line.look) for line in lines])])


def bar_chart(frame: Frame, piles: Sequence[Bars]) -> Element:
    """Return piles of bars."""
    totals = [
        sum(value or 0.0 for value in values) for values in zip(*(p.values for p in piles), strict=True)
    ]
    scale = _Scale(frame, totals)
    parts = [scale.axes()]
    width = min(34.0, 0.6 * scale.step)
    for place, total in enumerate(totals):
        base = 0.0
        for pile in piles:
            value = pile.values[place] or 0.0
            top, bottom = scale.y(base + value), scale.y(base)
            base += value
            hint = element("title", f"{frame.labels[place]}, {pile.name}: {frame.told(value)}")
            bar = {"x": f"{scale.x(place) - width / 2:.1f}", "y": f"{top:.1f}"}
            size = {"width": f"{width:.1f}", "height": f"{bottom - top:.1f}"}
            parts.append(element("rect", hint, fill=_colour(pile.look), **bar, **size))
        if any(pile.values[place] is not None for pile in piles):
            parts.append(_text(frame.told(total), scale.x(place), scale.y(total) - 5))
    return _picture(frame, [*parts, *_key([(pile.name, pile.look) for pile in piles], is_bars=True)])


class _Scale:
    """From values to places on the picture."""

    def __init__(self, frame: Frame, values: Sequence[float]) -> None:
        self._frame = frame
        limits = [] if frame.limit is None else [frame.limit[0]]
        self._top = _nice(max([*values, *limits], default=0.0))
        if frame.most is not None:
            self._top = min(self._top, frame.most)
        self.step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(frame.labels))

    def x(self, place: int) -> float:
        return _LEFT + self.step * (place + 0.5)

    def y(self, value: float) -> float:
        share = min(1.0, max(0.0, value / self._top))
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

    def axes(self) -> Element:
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        parts = [
            element("path", d=f"M{_LEFT} {self.y(part * self._top):.1f} H{right}", class_="lw-grid")
            for part in (0.5, 1.0)
        ]
        parts.append(element("path", d=f"M{_LEFT} {_TOP} V{bottom} H{right}", class_="lw-axis"))
        for part in (0.0, 0.5, 1.0):
            value = part * self._top
            said = f"{100 * value:g}%" if self._frame.is_share else f"{value:g}"
            parts.append(_text(said, _LEFT - 6, self.y(value) + 4, anchor="end"))
        every = math.ceil(len(self._frame.labels) / _MOST_LABELS)
        for place, label in enumerate(self._frame.labels):
            if place % every == 0:
                parts.append(_text(label, self.x(place), bottom + 17))
        if self._frame.limit is not None:
            y = f"{self.y(self._frame.limit[0]):.1f}"
            parts.append(element("path", d=f"M{_LEFT} {y} H{right}", class_="lw-limit"))
            parts.append(_text(self._frame.limit[1], right, float(y) - 5, anchor="end"))
        return element("g", *parts)

    def told(self, line: Line, place: int, value: float) -> str:
        told = self._frame.told
        pair = line.intervals[place] if line.intervals else None
        between = "" if pair is None else f" ({told(pair[0])} to {told(pair[1])})"
        return f"{self._frame.labels[place]}, {line.name}: {told(value)}{between}"


def _line(scale: _Scale, line: Line) -> Iterator[Element]:
    colour = _colour(line.look)
    is_muted = line.look is None
    there = [(place, value) for place, value in enumerate(line.values) if value is not None]
    for place, pair in enumerate(line.intervals):
        if pair is not None:
            x, low, high = scale.x(place), scale.y(pair[0]), scale.y(pair[1])
            ends = f"M{x - 4:.1f} {low:.1f} h8 M{x - 4:.1f} {high:.1f} h8 M{x:.1f} {low:.1f} V{high:.1f}"
            yield element("path", d=ends, stroke=colour, stroke_width=1.5, fill="none", opacity=0.7)
    if len(there) > 1:
        path = " L".join(f"{scale.x(place):.1f} {scale.y(value):.1f}" for place, value in there)
        dashes = {"stroke_dasharray": "4 3"} if is_muted else {}
        width = 1.5 if is_muted else 2
        yield element("path", d=f"M{path}", stroke=colour, stroke_width=width, fill="none", **dashes)
    for place, value in there:
        yield mark(scale.x(place), scale.y(value), line.look, title=scale.told(line, place, value))


def _key(names: Sequence[tuple[str, int | None]], *, is_bars: bool = False) -> list[Element]:
    """Return who is who; of one alone the title says it."""
    if len(names) < 2:
        return []
    parts, x = list[Element](), float(_LEFT)
    for name, look in names:
        parts.append(mark(x + 4, _KEY - 4, look) if not is_bars else _box(x, look))
        parts.append(_text(name, x + 13, _KEY, anchor="start"))
        x += 28 + 6.8 * len(name)
    return parts


def _box(x: float, look: int | None) -> Element:
    return element("rect", x=f"{x:.1f}", y=_KEY - 9, width=9, height=9, fill=_colour(look))


def _text(said: str, x: float, y: float, *, anchor: str = "middle") -> Element:
    return element("text", said, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)


def _picture(frame: Frame, parts: Sequence[Element]) -> Element:
    picture = element(
        "svg",
        element("title", frame.title),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=frame.title,
    )
    return element("figure", element("figcaption", frame.title), picture)


def _nice(value: float) -> float:
    """Return the next number above that people like on an axis.

    >>> _nice(0.173), _nice(61.0), _nice(0.0)
    (0.2, 80.0, 1.0)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return round(next(step for step in _NICE if step * power >= value * (1 - 1e-9)) * power, 12)


_STYLE = (
    "figure { margin: 0; min-width: 0; }",
    "figcaption { font-weight: 600; margin: 0 0 .2rem; }",
    "svg { display: block; width: 100%; height: auto; fill: currentColor; }",
    "svg { font: 12.5px system-ui, sans-serif; max-width: 27rem; }",
    ".lw-axis { stroke: currentColor; opacity: .55; fill: none; }",
    ".lw-grid { stroke: currentColor; opacity: .15; fill: none; }",
    ".lw-limit { stroke: currentColor; opacity: .8; fill: none; stroke-dasharray: 2 3; }",
)


def chart_style(inside: str) -> str:
    """Return the CSS of charts that stand inside a class of the page's own."""
    return "\n".join(f".{inside} {rule}" for rule in _STYLE)
