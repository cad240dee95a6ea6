"""CTM: a line a word, for NIST's scoring tools.

Holds recording (without folder and ending), channel, and words with times and confidence. It knows no
segments: a channel of a recording comes back as one span from its first word to its last.

References:
    NIST SCTK, ``doc/infmts.htm``, https://github.com/usnistgov/SCTK.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from labwidgets.analysis.inputs.nist import CtmLine, ctm_lines
from labwidgets.corpus.formats.carrying import Spans, decimal, moved, only, seconds, token
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.nist_lines import COMMENT, apart, channel_name, channel_of, recording_name
from labwidgets.records import AudioRef, Loss, TranscribedSpan, Transcript, Word


def parse(content: str, name: str, _audio: str) -> Transcript:
    """Return what a file holds: one span for each channel of each recording.

    Raises:
        SourceError: No line of it can be read.
    """
    lines, refused = apart(ctm_lines(content, name))
    channels: dict[tuple[str, str], list[CtmLine]] = {}
    for line in lines:
        channels.setdefault((line.recording, line.channel), []).append(line)
    spans = tuple(
        _span(recording, channel, [_word(line) for line in said])
        for (recording, channel), said in channels.items()
    )
    unknown = sum(line.confidence is not None and not 0 <= line.confidence <= 1 for line in lines)
    notes = (f"{unknown} confidences outside of 0 to 1 taken as none",) if unknown else ()
    return require(Transcript(spans, refused, notes), name)


def _word(line: CtmLine) -> Word:
    fits = line.confidence is not None and 0 <= line.confidence <= 1
    start_s, end_s = seconds(line.start_s), seconds(line.start_s + line.duration_s)
    return Word(line.word, start_s, end_s, line.confidence if fits else None)


def _span(recording: str, channel: str, words: Sequence[Word]) -> TranscribedSpan:
    """Return a channel's words, whose times are from the start of the recording, as a span."""
    ordered = sorted(words, key=lambda word: (word.start_s, word.end_s))
    start_s = ordered[0].start_s
    number, extra = channel_of(channel)
    return TranscribedSpan(
        AudioRef(recording),
        text=" ".join(word.text for word in ordered),
        start_s=start_s,
        end_s=max(word.end_s for word in ordered),
        channel=number,
        words=moved(ordered, -start_s),
        metadata=extra,
    )


def render(spans: Spans) -> str:
    """Return the words of spans as lines, sorted as the scoring tools want them."""
    rows = sorted(
        (span.audio.name, channel_name(span), word.start_s, word.end_s, place, word)
        for span in spans
        for place, word in enumerate(moved(span.words, span.start_s or 0.0))
    )
    return "".join(_line(recording, channel, word) for recording, channel, _, _, _, word in rows)


def _line(recording: str, channel: str, word: Word) -> str:
    times = f"{decimal(word.start_s)} {decimal(word.end_s - word.start_s)}"
    confidence = "" if word.confidence is None else f" {word.confidence!r}"
    return f"{recording} {channel} {times} {word.text}{confidence}\n"


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span: its words; None where it has none with times."""
    return [_fit(span) if span.words else None for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan:
    channel, extra = channel_of(channel_name(span))
    fitted = [_fitted(word) for word in moved(span.words, span.start_s or 0.0)]
    words = sorted(fitted, key=lambda word: (word.start_s, word.end_s))
    joined = " ".join(word.text for word in words)
    # The bounds of the segment are gone, the first word's time is what there is.
    left = _span("", "1", words)
    return replace(
        only(left, "words", "start_s", "end_s"),
        audio=AudioRef(recording_name(span.audio.name)),
        text=joined,
        channel=channel,
        metadata=extra,
    )


def _fitted(word: Word) -> Word:
    text = token(word.text) or "_"
    start_s = max(0.0, word.start_s)
    return replace(
        word,
        text=f"_{text}" if text.startswith(COMMENT) else text,
        start_s=start_s,
        end_s=max(start_s, word.end_s),
        estimated=False,
    )


def _joined(spans: Spans) -> tuple[Loss, ...]:
    """Return the loss of where the segments of a channel begin and end."""
    groups = Counter((span.audio.name, channel_name(span)) for span in spans)
    some = [span for span in spans if groups[span.audio.name, channel_name(span)] > 1]
    if not some:
        return ()
    return (
        Loss(
            "segments", len(some), f"{some[0].start_s:g} to {some[0].end_s:g} s, joined with those after it"
        ),
    )


FORMAT = replace(text_format("ctm", (".ctm",), parse=parse, render=render, fit=fit), more=_joined)
