"""Recordings that come in with files of transcripts: what is said of one goes into its segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labwidgets.corpus.columns import is_language
from labwidgets.corpus.formats.carrying import Reading, beside, stem
from labwidgets.corpus.formats.folder import AUDIO_ENDINGS
from labwidgets.corpus.formats.labelstudio import PREDICTION
from labwidgets.corpus.formats.registry import read_transcript
from labwidgets.corpus.rows import Intake, Row, local_path, to_recording
from labwidgets.errors import SourceError
from labwidgets.records import (
    LABEL_ORIGIN,
    MACHINE,
    MIN_SEGMENT_S,
    MIX,
    NewRecording,
    NewSegment,
    Refusal,
    TextUse,
    TranscribedSpan,
    Transcript,
)

OVER_END_S = 0.05
"""An end this much behind the recording's is its rounding, and taken for that end."""

SHARED = ("speaker", "language", "accent", "licence")
"""What is true of a whole recording."""

Spans = Sequence[TranscribedSpan]


@dataclass(frozen=True, slots=True)
class Told:
    """A file of transcripts, and where the recordings lie that it speaks of.

    Attributes:
        transcript: What it says.
        folder: Its own; paths in it are relative to this.
        sounds: File or folder of the recordings; default: its own folder.
        root: Out of which no recording may lie, where it came from elsewhere.
    """

    transcript: Transcript
    folder: Path
    sounds: Path | None = None
    root: Path | None = None


def read_told(
    path: Path, name: str | None, *, how: Reading, sounds: str | None = None, root: Path | None = None
) -> Told:
    """Return what a file or folder of transcripts says.

    Raises:
        SourceError: It cannot be read, or there are no recordings where they are said to be.
    """
    place = None if sounds is None else local_path(sounds)
    if place is not None and not place.exists():
        raise SourceError("no such file or folder of recordings", value=sounds)
    transcript = read_transcript(path, name, how=how)
    return Told(transcript, path if path.is_dir() else path.parent, place, root)


def recordings_of(told: Told, intake: Intake) -> Iterator[NewRecording | Refusal]:
    """Yield the recordings that a file speaks of, each with its segments, and what of it was refused."""
    yield from told.transcript.refused
    by_name: dict[str, list[TranscribedSpan]] = {}
    for span in told.transcript.spans:
        by_name.setdefault(span.audio.name, []).append(span)
    index = _index(told.sounds or told.folder) if any(_is_bare(name) for name in by_name) else {}
    for name, spans in by_name.items():
        try:
            path = _found(name, told, index, alone=len(by_name) == 1)
        except SourceError as e:
            yield Refusal(name, str(e))
            continue
        yield from _recording(Row(name, path, _values(spans, intake)), spans, intake)


def _recording(row: Row, spans: Spans, intake: Intake) -> Iterator[NewRecording | Refusal]:
    made = to_recording(row, intake)
    if isinstance(made, Refusal):
        yield made
        return
    use = intake.options.text_as
    segments: list[NewSegment] = []
    for span in spans:
        try:
            segments.append(_segment(span, made, use))
        except SourceError as e:
            yield Refusal(f"{row.name} at {span.start_s or 0:g} s", str(e))
    said = [_said(span) for span in spans if use == "metadata" and span.text is not None]
    extra = {"transcript": said} if said else {}
    yield replace(
        made,
        segments=tuple(sorted(segments, key=lambda one: (one.start_s, one.end_s))),
        metadata={**made.metadata, **_common(spans), **extra},
    )


# ---- which recording -----------------------------------------------------------------------------------


def _is_bare(name: str) -> bool:
    return Path(name).suffix.lower() not in AUDIO_ENDINGS


def _index(folder: Path) -> Mapping[str, list[Path]]:
    """Return the files of sound below a folder by their names without ending."""
    index: dict[str, list[Path]] = {}
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    for path in files:
        if path.suffix.lower() in AUDIO_ENDINGS and path.is_file():
            index.setdefault(path.stem, []).append(path)
    return index


def _found(name: str, told: Told, index: Mapping[str, list[Path]], *, alone: bool) -> Path:
    """Return the file of a recording: as named, else the one of that name with an ending of sound.

    Raises:
        SourceError: There is none, there are several, or it lies where it may not.
    """
    if told.sounds is not None and told.sounds.is_file() and alone:
        return told.sounds
    if "://" in name or name.endswith("|"):
        raise SourceError("the recording is no local file", value=name, remedy="Download it first")
    path = beside(told.sounds or told.folder, name)
    if not path.is_file():
        found = index.get(stem(name), [])
        if len(found) > 1:
            raise SourceError("several files could be the recording", value=", ".join(map(str, found[:3])))
        if not found:
            raise SourceError("no file of sound there", value=path, remedy="Say where it lies with audio=…")
        path = found[0]
    if told.root and not told.sounds and not path.resolve().is_relative_to(told.root.resolve()):
        raise SourceError("the recording lies outside of the source", value=name)
    return path


# ---- what is said of it --------------------------------------------------------------------------------


def _values(spans: Spans, intake: Intake) -> dict[str, Any]:
    """Return what is true of the whole recording, under the names that the intake looks for."""
    values: dict[str, Any] = {}
    for name in SHARED:
        said = Counter(getattr(span, name) for span in spans if getattr(span, name))
        if name == "speaker":
            # Several speakers are known by segment; the recording has none of its own then.
            values[name] = next(iter(said)) if len(said) == 1 and sum(said.values()) == len(spans) else None
        else:
            values[name] = said.most_common(1)[0][0] if said else None
    if not is_language(str(values["language"] or "").replace("_", "-")):
        values["language"] = None
    given = {name: getattr(intake.options, name) for name in SHARED}
    return {name: value or given[name] for name, value in values.items() if value or given[name]}


def _common(spans: Spans) -> dict[str, Any]:
    """Return the metadata that all spans of a recording share."""
    first = spans[0].metadata
    return {
        name: value
        for name, value in first.items()
        if all(name in span.metadata and span.metadata[name] == value for span in spans)
    }


def _segment(span: TranscribedSpan, recording: NewRecording, use: TextUse) -> NewSegment:
    """Return a span as a segment of a recording.

    Raises:
        SourceError: It does not lie in the recording, is too short, or on a channel that is not there.
    """
    start_s = span.start_s or 0.0
    end_s = recording.duration_s if span.end_s is None else span.end_s
    if end_s > recording.duration_s + OVER_END_S:
        raise SourceError(
            "the segment ends behind the recording",
            value=f"{end_s:g} s",
            allowed=f"{recording.duration_s:g} s",
        )
    end_s = min(end_s, recording.duration_s)
    if end_s - start_s < MIN_SEGMENT_S:
        raise SourceError("the segment is too short", value=f"{start_s:g} to {end_s:g} s")
    guessed = PREDICTION in span.metadata or span.metadata.get(LABEL_ORIGIN) in MACHINE
    shared = span.speaker is not None and span.speaker == recording.speaker
    told = {name: value for name, value in span.metadata.items() if name != PREDICTION}
    rest = told | ({"id": span.id} if span.id else {}) | ({"flags": list(span.flags)} if span.flags else {})
    return NewSegment(
        start_s,
        end_s,
        _channel(span, recording),
        speaker=None if shared else span.speaker,
        text=None if use == "metadata" or not (span.text or "").strip() else span.text,
        text_as="draft" if guessed else use,
        words=span.words,
        layers=dict(span.layers),
        confidence=span.confidence,
        metadata=rest,
    )


def _channel(span: TranscribedSpan, recording: NewRecording) -> int:
    if recording.n_channels == 1:
        return 0
    if span.channel is None or span.channel < 0:
        return MIX
    if span.channel >= recording.n_channels:
        raise SourceError("no such channel", value=span.channel, allowed=f"0 to {recording.n_channels - 1}")
    return span.channel


def _said(span: TranscribedSpan) -> dict[str, Any]:
    known = {"start": span.start_s, "end": span.end_s, "speaker": span.speaker, "text": span.text}
    return {name: value for name, value in known.items() if value is not None}
