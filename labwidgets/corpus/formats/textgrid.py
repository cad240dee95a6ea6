"""Praat's TextGrid: interval tiers, one a speaker (see ``tiers``), long and short text form.

Holds one recording: its length, speaker, start and end, text, layers, and words with times. Empty labels are
gaps. Tiers of phones and of points are not taken, and that is said.

Own code: praatio joins intervals that are very short to their neighbours, and takes ``item [`` and the like
in a label for the file's own words.

References:
    https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from labwidgets.corpus.formats.carrying import Spans, decimal, seconds, stem
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.subtitles import in_order
from labwidgets.corpus.formats.tiers import Mark, Tier, fitted, spans_of, tiers_of
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript

# A text in quotes, a flag, or a number that stands alone: all else is there for people.
_TOKEN = re.compile(
    r'"((?:[^"]|"")*)"|<(\w+)>|(?<![^\s=])([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)|![^\n]*'
)
_INTERVALS, _POINTS = "IntervalTier", "TextTier"

Token = str | float


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It is no TextGrid, is cut off, or has no labels.
    """
    tokens = _tokens(content)
    if next(tokens, None) not in ("ooTextFile", "ooTextFile short") or next(tokens, None) != "TextGrid":
        raise SourceError("the file is no TextGrid in text form", value=name, remedy="Save it as a text file")
    try:
        tiers, points, end_s = _tiers(tokens)
    except (StopIteration, ValueError, TypeError, ArithmeticError) as e:
        raise SourceError("the TextGrid is cut off or damaged", value=name) from e
    spans, notes = spans_of(tiers, AudioRef(audio, end_s))
    notes += tuple(f"tier {tier!r} ({count} points) was not taken" for tier, count in points)
    return require(Transcript(tuple(spans), (), notes), name)


def _tokens(content: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(content):
        text, flag, number = found.groups()
        if text is not None:
            yield text.replace('""', '"')
        elif flag is not None:
            yield flag
        elif number is not None:
            yield float(number)


def _tiers(tokens: Iterator[Token]) -> tuple[list[Tier], list[tuple[str, int]], float]:
    _number(tokens)
    end_s = seconds(_number(tokens))
    tiers, points = list[Tier](), list[tuple[str, int]]()
    n_tiers = round(_number(tokens)) if next(tokens) == "exists" else 0
    for _ in range(n_tiers):
        kind, name = next(tokens), str(next(tokens))
        _number(tokens), _number(tokens)
        n_marks = round(_number(tokens))
        if kind == _INTERVALS:
            marks = [_interval(tokens) for _ in range(n_marks)]
            tiers.append(Tier(name, tuple(mark for mark in marks if mark.text)))
        elif kind == _POINTS:
            for _ in range(n_marks):
                _number(tokens), next(tokens)
            points.append((name, n_marks))
        else:
            raise ValueError(kind)
    return tiers, points, end_s


def _number(tokens: Iterator[Token]) -> float:
    token = next(tokens)
    if not isinstance(token, float):
        raise TypeError(token)
    return token


def _interval(tokens: Iterator[Token]) -> Mark:
    start_s, end_s = seconds(_number(tokens)), seconds(_number(tokens))
    return Mark(start_s, end_s, str(next(tokens)).strip())


def render(spans: Spans) -> str:
    """Return spans of one recording as a file in the long form."""
    ordered = in_order(spans)
    end_s = max([span.end_s or 0.0 for span in ordered] + [span.audio.duration_s or 0.0 for span in ordered])
    tiers = tiers_of(ordered)
    head = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {decimal(end_s)}",
    ]
    lines = [*head, "tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, tier in enumerate(tiers, start=1):
        marks = list(_filled(tier.marks, end_s))
        lines += [
            f"    item [{number}]:",
            f'        class = "{_INTERVALS}"',
            f"        name = {_quoted(tier.name)}",
            "        xmin = 0",
            f"        xmax = {decimal(end_s)}",
            f"        intervals: size = {len(marks)}",
        ]
        for place, mark in enumerate(marks, start=1):
            lines += [
                f"        intervals [{place}]:",
                f"            xmin = {decimal(mark.start_s)}",
                f"            xmax = {decimal(mark.end_s)}",
                f"            text = {_quoted(mark.text)}",
            ]
    return "\n".join(lines) + "\n"


def _filled(marks: tuple[Mark, ...], end_s: float) -> Iterator[Mark]:
    """Yield marks with empty ones between them: intervals tile their tier."""
    last_s = 0.0
    for mark in marks:
        if mark.start_s > last_s:
            yield Mark(last_s, mark.start_s, "")
        yield mark
        last_s = mark.end_s
    if last_s < end_s:
        yield Mark(last_s, end_s, "")


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where it has no times or no text."""
    left = [_lines(fitted(span, decimals=6)) for span in spans]
    ends: dict[str, float] = {}
    for span, one in zip(spans, left, strict=True):
        if one is not None:
            length_s = seconds(span.audio.duration_s or 0.0)
            ends[span.audio.name] = max(ends.get(span.audio.name, 0.0), length_s, one.end_s or 0.0)
    return [
        None if one is None else replace(one, audio=AudioRef(stem(span.audio.name), ends[span.audio.name]))
        for span, one in zip(spans, left, strict=True)
    ]


def _lines(span: TranscribedSpan | None) -> TranscribedSpan | None:
    """Return the span with the line ends that a file has."""
    if span is None:
        return None

    def plain(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")

    return replace(
        span,
        text=plain(span.text or ""),
        layers={name: plain(text) for name, text in span.layers.items()},
        words=tuple(replace(word, text=plain(word.text)) for word in span.words),
    )


FORMAT = text_format("textgrid", (".TextGrid",), parse=parse, render=render, fit=fit, layout="file-each")
