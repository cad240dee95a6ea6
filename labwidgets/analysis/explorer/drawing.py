"""A chart of slices: word error rates with their intervals, as a picture that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from labwidgets.analysis.markup import image, picture
from labwidgets.analysis.slices import Slice

_ROW = 22
_LABEL = 190
_PLOT = 380
_NUMBERS = 190
_MOST_LABEL = 28


@dataclass(frozen=True, slots=True)
class SliceChart:
    """Slices by one column; a notebook shows the picture, ``print`` the lines.

    Attributes:
        column: The column.
        model: Whose errors.
        slices: In the order drawn.
        wer: Over all of them, drawn as a line.
    """

    column: str
    model: str
    slices: tuple[Slice, ...]
    wer: float

    def __repr__(self) -> str:
        """The same as lines of text."""
        lines = [f"WER of {self.model} by {self.column}, {self.wer:.1%} over all"]
        return "\n".join([*lines, *(f"{_label(one)}: {_numbers(one)}" for one in self.slices)])

    def _repr_html_(self) -> str:
        return image(self._repr_svg_(), repr(self))

    def _repr_svg_(self) -> str:
        height = _ROW * (len(self.slices) + 2)
        top = max([self.wer, *(_ends(one)[1] for one in self.slices)]) or 1.0
        title = f"WER of {self.model} by {self.column}"
        rows = "".join(_row(one, place, top) for place, one in enumerate(self.slices, 1))
        all_x = _LABEL + _PLOT * self.wer / top
        last = _ROW * (len(self.slices) + 1)
        body = (
            f'<text x="8" y="16" font-weight="600">{escape(title)}</text>{rows}'
            f'<path d="M{all_x:.1f} {_ROW} V{last}" stroke="#1c1e21" stroke-dasharray="3 3"/>'
            f'<text x="{all_x:.1f}" y="{last + 16}" text-anchor="middle">all: {self.wer:.1%}</text>'
        )
        return picture(title, (_LABEL + _PLOT + _NUMBERS, height), body)


def slice_chart(column: str, model: str, slices: Sequence[Slice], wer: float) -> SliceChart:
    """Return a chart with the highest rates first."""
    return SliceChart(column, model, tuple(sorted(slices, key=lambda one: -one.wer)), wer)


def _ends(one: Slice) -> tuple[float, float]:
    return one.interval if one.interval is not None else (one.wer, one.wer)


def _row(one: Slice, place: int, top: float) -> str:
    y = _ROW * place
    low, high = (_LABEL + _PLOT * end / top for end in _ends(one))
    width, middle = _PLOT * one.wer / top, y + _ROW / 2
    label = _label(one)
    shown = label if len(label) <= _MOST_LABEL else label[: _MOST_LABEL - 1] + "…"
    return (
        f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(shown)}</text>'
        f'<rect x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}" fill="#9dbde8"/>'
        f'<path d="M{low:.1f} {middle} H{high:.1f}" stroke="#1559b8" stroke-width="2"/>'
        f'<text x="{_LABEL + _PLOT + 8}" y="{y + 15}">{escape(_numbers(one))}</text>'
    )


def _label(one: Slice) -> str:
    return one.value or "no value"


def _numbers(one: Slice) -> str:
    return f"{one.wer:.1%} of {one.n_words} words, {one.n_utterances} rows"
