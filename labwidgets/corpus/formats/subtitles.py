"""What SRT and WebVTT have in common: cues of a time and lines of text.

Own code: pysubs2 takes what stands in braces for commands of another format and drops it, and does not keep
the ids, voices and settings of WebVTT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labwidgets.corpus.formats.carrying import Spans
from labwidgets.errors import SourceError
from labwidgets.records import TranscribedSpan
from labwidgets.timeline import round_half_up

DECIMALS = 3
MARKUP = "markup"
"""Key in the metadata of a text with its marks, where it has any."""

TIME = r"(?:(\d{1,9}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?:\s+(.*))?\s*")

_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue as it stands: times, settings, the line before them, and all behind them to the next times."""

    start_s: float
    end_s: float
    settings: str
    before: str
    text: str


def cues(lines: Sequence[str]) -> Iterator[Cue]:
    """Yield the cues of a file; their text goes to the times of the next one, blank lines and all."""
    found = [(number, match) for number, line in enumerate(lines) if (match := TIMING.fullmatch(line))]
    ends = [*(number for number, _ in found), len(lines)][1:]
    for (number, match), end in zip(found, ends, strict=True):
        parts = match.groups()
        before = lines[number - 1].strip() if number else ""
        text = "\n".join(lines[number + 1 : end])
        yield Cue(clock(parts[:4]), clock(parts[4:8]), (parts[8] or "").rstrip(), before, text)


def clock(parts: Sequence[str | None]) -> float:
    """Return hours, minutes, seconds and their fraction as seconds.

    >>> clock(("1", "00", "02", "5"))
    3602.5
    """
    hours, minutes, whole, fraction = parts
    milliseconds = int((fraction or "").ljust(3, "0"))
    whole_s = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(whole or 0)
    return (whole_s * 1000 + milliseconds) / 1000


def timestamp(time_s: float, *, point: str) -> str:
    """Return seconds as hours, minutes, seconds and milliseconds.

    >>> timestamp(3602.5, point=",")
    '01:00:02,500'
    """
    whole_s, milliseconds = divmod(round_half_up(time_s * 1000), 1000)
    minutes, whole_s = divmod(whole_s, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{whole_s:02}{point}{milliseconds:03}"


def without_arrow(text: str) -> str:
    """Return text without the arrow that makes a line one of times."""
    return text.replace("-->", "→")


def lines_of(text: str | None) -> str:
    """Return the text of a cue without blank lines, which would end it."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n", plain.strip()).strip()


def kept_markup(span: TranscribedSpan) -> Mapping[str, str]:
    """Return the marks that came with the text, as metadata; none where there are none."""
    markup = span.metadata.get(MARKUP)
    return {MARKUP: markup} if isinstance(markup, str) and markup and markup == _bare(markup) else {}


def _bare(markup: str) -> str:
    return lines_of(without_arrow(markup))


def in_order(spans: Spans) -> list[TranscribedSpan]:
    """Return spans by their times.

    Raises:
        SourceError: They are of several recordings, which one file cannot hold.
    """
    names = dict.fromkeys(span.audio.name for span in spans)
    if len(names) > 1:
        raise SourceError(
            "one file holds one recording",
            value=f"{len(names)} recordings",
            remedy="Write them into a folder",
        )
    return sorted(spans, key=lambda span: (span.start_s or 0.0, span.end_s or 0.0))
