"""How much speech there is of each source, language, accent and speaker, and a picture of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from labwidgets.analysis.markup import image, picture
from labwidgets.records import Recording, Segment, length

PARTS = ("source", "language", "accent", "speaker")

_MOST_ROWS = 12
_ROW, _LABEL, _PLOT, _NUMBERS = 22, 190, 300, 170
_MOST_LABEL = 26


@dataclass(frozen=True, slots=True)
class Share:
    """What there is of one value; ``value`` is None where it is not known."""

    value: str | None
    hours: float
    n: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a project holds, by each of ``PARTS``; a notebook shows the picture, ``print`` the lines.

    Attributes:
        hours: Of all recordings.
        n: Recordings.
        shares: By part, most hours first. Of speakers, the hours are those of their segments.
    """

    hours: float
    n: int
    shares: Mapping[str, tuple[Share, ...]]

    def __repr__(self) -> str:
        """The same as lines of text."""
        lines = [f"{self.n} recordings, {length(self.hours)}"]
        for part, shares in self.shares.items():
            lines += [f"by {part}:", *(f"  {_name(one)}: {_numbers(one, part)}" for one in shares)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return image(self._repr_svg_(), repr(self))

    def _repr_svg_(self) -> str:
        y, rows = _ROW, list[str]()
        for part in self.shares:
            y += _ROW
            rows.append(f'<text x="8" y="{y - 6}" font-weight="600">by {escape(part)}</text>')
            drawn, n_more = self.shares[part][:_MOST_ROWS], len(self.shares[part]) - _MOST_ROWS
            top = max((one.hours for one in drawn), default=0.0) or 1.0
            for one in drawn:
                rows.append(_drawn(one, part, y, top))
                y += _ROW
            if n_more > 0:
                rows.append(f'<text x="{_LABEL}" y="{y + 15}">and {n_more} more</text>')
                y += _ROW
        title = f"{self.n} recordings, {length(self.hours)}"
        body = f'<text x="8" y="16" font-weight="600">{escape(title)}</text>{"".join(rows)}'
        return picture(title, (_LABEL + _PLOT + _NUMBERS, y + 8), body)


def coverage(recordings: Iterable[Recording], segments: Iterable[Segment]) -> Coverage:
    """Return how much there is of each value of each part.

    Args:
        recordings: All that count.
        segments: Live ones; who speaks is known of them.
    """
    there = list(recordings)
    values: Mapping[str, Sequence[tuple[str | None, float]]] = {
        "source": [(one.collection, one.duration_s) for one in there],
        "language": [(None if one.language == "und" else one.language, one.duration_s) for one in there],
        "accent": [(one.accent, one.duration_s) for one in there],
        "speaker": [(one.speaker, one.duration_s) for one in segments],
    }
    hours = sum(one.duration_s for one in there) / 3600
    return Coverage(hours, len(there), {part: _shares(values[part]) for part in PARTS})


def _shares(values: Iterable[tuple[str | None, float]]) -> tuple[Share, ...]:
    seconds, counts = Counter[str | None](), Counter[str | None]()
    for value, duration_s in values:
        seconds[value] += duration_s  # type: ignore[assignment]  # a Counter adds up any number
        counts[value] += 1
    shares = [Share(value, seconds[value] / 3600, counts[value]) for value in counts]
    return tuple(sorted(shares, key=lambda one: (-one.hours, one.value or "")))


def _drawn(one: Share, part: str, y: int, top: float) -> str:
    name = _name(one)
    shown = name if len(name) <= _MOST_LABEL else f"{name[: _MOST_LABEL - 1]}…"
    # What is not known is hatched by its outline alone: colour is not all that tells it apart.
    look = 'fill="none" stroke="#1559b8"' if one.value is None else 'fill="#9dbde8"'
    width = max(1.0, _PLOT * one.hours / top)
    return (
        f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(shown)}</text>'
        f'<rect x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}" {look}/>'
        f'<text x="{_LABEL + width + 8:.1f}" y="{y + 15}">{escape(_numbers(one, part))}</text>'
    )


def _name(one: Share) -> str:
    return "not known" if one.value is None else one.value


def _numbers(one: Share, part: str) -> str:
    return f"{length(one.hours)} in {one.n} {'segments' if part == 'speaker' else 'recordings'}"
