"""SubRip: numbered cues with times in milliseconds.

Holds one recording: start, end and text. Marks for italics, colours and places are kept as they stand in
``metadata["markup"]`` and left out of the text.

References:
    The format has no standard; what players read is collected at https://en.wikipedia.org/wiki/SubRip.
"""

from __future__ import annotations

import re
from dataclasses import replace

from labwidgets.corpus.formats.carrying import Spans, only, placed, stem
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.subtitles import (
    DECIMALS,
    MARKUP,
    cues,
    in_order,
    kept_markup,
    lines_of,
    timestamp,
    without_arrow,
)
from labwidgets.records import AudioRef, TranscribedSpan, Transcript

_MARKS = re.compile(r"</?(?:[ibus]|font)(?:\s[^<>\n]*)?>|\{\\[^{}\n]*\}", re.IGNORECASE)


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It has no cues.
    """
    ref = AudioRef(audio)
    found = list(cues(content.split("\n")))
    # The number of the next cue belongs to it, though it stands behind the text of this one.
    texts = [*(_without_number(cue.text) for cue in found[:-1]), *(cue.text for cue in found[-1:])]
    spans = (_span(ref, text, cue.start_s, cue.end_s) for cue, text in zip(found, texts, strict=True))
    return require(Transcript(tuple(spans)), name)


def _without_number(text: str) -> str:
    before, _, last = text.rstrip().rpartition("\n")
    return before if last.strip().isdecimal() else text


def _span(ref: AudioRef, raw: str, start_s: float, end_s: float) -> TranscribedSpan:
    markup = lines_of(raw)
    text = _without_marks(markup)
    return TranscribedSpan(
        ref,
        text=text,
        start_s=start_s,
        end_s=end_s,
        metadata={MARKUP: markup} if markup != text else {},
    )


def _without_marks(text: str) -> str:
    return lines_of(_MARKS.sub("", text))


def render(spans: Spans) -> str:
    """Return spans of one recording as a file."""
    return "\n".join(
        f"{number}\n{_times(span)}\n{span.metadata.get(MARKUP, span.text)}\n"
        for number, span in enumerate(in_order(spans), start=1)
    )


def _times(span: TranscribedSpan) -> str:
    return " --> ".join(timestamp(time_s or 0.0, point=",") for time_s in (span.start_s, span.end_s))


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    return [_fit(span) for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    there = placed(span)
    if there is None:
        return None
    text = _without_marks(lines_of(without_arrow(span.text or "")))
    kept = kept_markup(span)
    markup = kept if kept and kept[MARKUP] != text == _without_marks(kept[MARKUP]) else {}
    left = only(there, "start_s", "end_s", decimals=DECIMALS)
    return replace(left, audio=AudioRef(stem(span.audio.name)), text=text, metadata=markup)


FORMAT = text_format("srt", (".srt",), parse=parse, render=render, fit=fit, layout="file-each")
