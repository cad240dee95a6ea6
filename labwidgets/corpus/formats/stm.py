"""STM: a line a segment, for NIST's scoring tools.

Holds recording (without folder and ending), channel, speaker, start, end and text on one line; labels
(``<o,f0,male>``) are kept in ``metadata["labels"]``, and segments that are not scored have
``metadata["ignored"]`` and no text. Comments are not taken.

References:
    NIST SCTK, ``doc/infmts.htm``, https://github.com/usnistgov/SCTK.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labwidgets.analysis.inputs.nist import IGNORED, StmLine, stm_lines
from labwidgets.corpus.formats.carrying import Spans, decimal, one_line, only, placed, seconds, token
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.nist_lines import apart, channel_name, channel_of, recording_name
from labwidgets.records import AudioRef, TranscribedSpan, Transcript

LABELS = "labels"
IGNORE = "ignored"
NOBODY = "<NA>"


def parse(content: str, name: str, _audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: No line of it can be read.
    """
    lines, refused = apart(stm_lines(content, name))
    return require(Transcript(tuple(map(_span, lines)), refused), name)


def _span(line: StmLine) -> TranscribedSpan:
    channel, extra = channel_of(line.channel)
    metadata: dict[str, Any] = extra
    if line.labels is not None:
        metadata[LABELS] = line.labels
    if line.is_ignored:
        metadata[IGNORE] = True
    return TranscribedSpan(
        AudioRef(line.recording),
        text=None if line.is_ignored else line.text,
        start_s=seconds(line.start_s),
        end_s=seconds(line.end_s),
        channel=channel,
        speaker=None if line.speaker == NOBODY else line.speaker,
        metadata=metadata,
    )


def render(spans: Spans) -> str:
    """Return spans as lines, sorted as the scoring tools want them."""
    rows = sorted((span.audio.name, channel_name(span), span.start_s or 0.0, _line(span)) for span in spans)
    return "".join(f"{row[3]}\n" for row in rows)


def _line(span: TranscribedSpan) -> str:
    start_s, end_s = (decimal(time_s or 0.0) for time_s in (span.start_s, span.end_s))
    labels = span.metadata.get(LABELS)
    text = IGNORED if span.metadata.get(IGNORE) is True else span.text
    parts = [span.audio.name, channel_name(span), span.speaker or NOBODY, start_s, end_s]
    return " ".join([*parts, *([] if labels is None else [f"<{labels}>"]), *([text] if text else [])])


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    return [_fit(span) for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    there = placed(span)
    if there is None:
        return None
    text = one_line(span.text or "")
    metadata = _metadata(span)
    is_ignored = IGNORE in metadata or IGNORED in text.upper()
    if text.startswith("<") and ">" in text and LABELS not in metadata:
        # Else the first tag of the text would be read as labels.
        metadata[LABELS] = ""
    channel, extra = channel_of(channel_name(span))
    return replace(
        only(there, "start_s", "end_s"),
        audio=AudioRef(recording_name(span.audio.name)),
        text=None if is_ignored else text,
        channel=channel,
        speaker=_speaker(span.speaker),
        metadata=extra | metadata | ({IGNORE: True} if is_ignored else {}),
    )


def _speaker(name: str | None) -> str | None:
    bare = token(name or "")
    return bare if bare and bare != NOBODY else None


def _metadata(span: TranscribedSpan) -> dict[str, Any]:
    labels = span.metadata.get(LABELS)
    fits = isinstance(labels, str) and ">" not in labels and one_line(labels) == labels
    kept: dict[str, Any] = {LABELS: labels} if fits else {}
    return kept | ({IGNORE: True} if span.metadata.get(IGNORE) is True else {})


FORMAT = text_format("stm", (".stm",), parse=parse, render=render, fit=fit)
