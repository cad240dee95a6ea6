"""JSON as Whisper, faster-whisper and the pipelines of transformers write it: segments, and words.

Holds one recording: start and end, text, words with probabilities, and the language where it is the same
throughout. Further values of a segment (``avg_logprob``, ``tokens`` …) are kept.

References:
    https://github.com/openai/whisper/blob/main/whisper/transcribe.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labwidgets.corpus.columns import json_value
from labwidgets.corpus.formats.carrying import Spans, moved, one_line, only, placed, seconds, stem, throughout
from labwidgets.corpus.formats.files import BROKEN, json_of, json_text, require, text_format
from labwidgets.corpus.formats.subtitles import in_order
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript, Word

OWN = frozenset(["id", "start", "end", "text", "words", "speaker", "timestamp"])
"""Keys of a segment that are no metadata."""


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It is none of Whisper's, or no segment can be read.
    """
    return parse_segments(content, name, audio, score="probability")


def parse_segments(content: str, name: str, audio: str, *, score: str) -> Transcript:
    """Return what a file holds whose words have their confidence under ``score``.

    Raises:
        SourceError: It is none of Whisper's, or no segment can be read.
    """
    value = json_of(content, name)
    segments = (value.get("segments") or value.get("chunks")) if isinstance(value, dict) else None
    if not isinstance(segments, list):
        raise SourceError("the file is none of Whisper's", value=name, allowed='an object with "segments"')
    language, ref = str(value.get("language") or "") or None, AudioRef(audio)
    spans, refused = list[TranscribedSpan](), list[Refusal]()
    for number, segment in enumerate(segments, start=1):
        try:
            spans.append(replace(_span(segment, ref, score), language=language))
        except BROKEN as e:
            refused.append(Refusal(f"{name}, segment {number}", f"it cannot be read ({type(e).__name__})"))
    return require(Transcript(tuple(spans), tuple(refused)), name)


def _span(segment: Mapping[str, Any], ref: AudioRef, score: str) -> TranscribedSpan:
    start, end = segment["timestamp"] if "timestamp" in segment else (segment["start"], segment["end"])
    start_s, end_s = seconds(float(start)), None if end is None else seconds(float(end))
    words = _words(segment.get("words") or (), start_s, end_s, score)
    speaker = segment.get("speaker")
    return TranscribedSpan(
        ref,
        text=str(segment["text"]).strip(),
        start_s=start_s,
        end_s=end_s,
        speaker=None if speaker is None else str(speaker),
        words=moved(words, -start_s),
        metadata={name: value for name, value in segment.items() if name not in OWN},
    )


def _words(rows: Sequence[Mapping[str, Any]], start_s: float, end_s: float | None, score: str) -> list[Word]:
    """Return words from the start of the recording; those without times lie between their neighbours."""
    edges = [_edges(row) for row in rows]
    words: list[Word] = []
    for place, row in enumerate(rows):
        sure, found = row.get(score), edges[place]
        if found is None:
            first = words[-1].end_s if words else start_s
            behind = next(((n, one[0]) for n, one in enumerate(edges) if n > place and one is not None), None)
            n_more, last = behind or (len(rows), first if end_s is None else end_s)
            found = (first, max(first, seconds(first + (last - first) / (n_more - place))))
        confidence = float(sure) if isinstance(sure, int | float) else None
        words.append(Word(str(row["word"]).strip(), *found, confidence, edges[place] is None))
    return words


def _edges(row: Mapping[str, Any]) -> tuple[float, float] | None:
    start, end = row.get("start"), row.get("end")
    return None if start is None or end is None else (seconds(float(start)), seconds(float(end)))


def render(spans: Spans) -> str:
    """Return spans of one recording as a file."""
    return render_segments(spans, score="probability", segment=_segment)


def render_segments(
    spans: Spans, *, score: str, segment: Callable[[TranscribedSpan, int], dict[str, Any]]
) -> str:
    """Return spans of one recording as a file, with what ``segment`` says of each beside the words."""
    ordered = in_order(spans)
    rows = []
    for number, span in enumerate(ordered):
        row = {"start": span.start_s, "end": span.end_s} | segment(span, number)
        words = [word_row(word, score) for word in moved(span.words, span.start_s or 0.0)]
        rows.append(row | ({"words": words} if words else {}) | dict(span.metadata))
    text = "".join(row["text"] for row in rows)
    return json_text({"text": text, "segments": rows, "language": ordered[0].language}, indent=2) + "\n"


def word_row(word: Word, score: str) -> dict[str, Any]:
    """Return a word as an object."""
    sure = {} if word.confidence is None else {score: word.confidence}
    return {"word": word.text, "start": word.start_s, "end": word.end_s, **sure}


def _segment(span: TranscribedSpan, number: int) -> dict[str, Any]:
    # Whisper's texts begin with the space that divides them.
    return {"id": number, "text": f" {span.text}" if span.text else ""}


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    return fit_segments(spans)


def fit_segments(spans: Spans, *fields: str) -> list[TranscribedSpan | None]:
    """Return what is left of each span, ``fields`` beside what Whisper knows."""
    languages = throughout(spans, "language")
    kept = [*fields, "start_s", "end_s"]
    return [_fit(span, kept, languages.get(span.audio.name)) for span in spans]


def _fit(span: TranscribedSpan, fields: Sequence[str], language: str | None) -> TranscribedSpan | None:
    there = placed(span)
    if there is None:
        return None
    left = only(there, *fields)
    words = tuple(
        replace(word, text=word.text.strip(), estimated=False)
        for word in moved(span.words, span.start_s or 0.0)
    )
    return replace(
        left,
        audio=AudioRef(stem(span.audio.name)),
        text=(span.text or "").strip(),
        language=one_line(language or "") or None,
        words=moved(words, -(left.start_s or 0.0)),
        metadata={name: json_value(value) for name, value in span.metadata.items() if name not in OWN},
    )


FORMAT = text_format("whisper", (".json",), parse=parse, render=render, fit=fit, layout="file-each")
