"""Transcripts as files hold them, whatever the file: what every format is read into and written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labwidgets.records.labels import Word
from labwidgets.records.reports import Refusal, in_words


@dataclass(frozen=True, slots=True)
class AudioRef:
    """The recording that a span lies in, as the file speaks of it.

    Attributes:
        name: Path, URL or id; paths are relative to the file's folder.
        duration_s: Of the whole recording.
        sample_rate_hz: As stored.
        n_channels: As stored.
    """

    name: str
    duration_s: float | None = None
    sample_rate_hz: int | None = None
    n_channels: int | None = None


@dataclass(frozen=True, slots=True)
class TranscribedSpan:
    """A span of a recording and all that a file says of it.

    Attributes:
        audio: The recording.
        text: The transcript, main layer; None where the file has none.
        start_s: From the start of the recording; None from its start.
        end_s: From the start of the recording; None to its end.
        channel: From 0; None where the file does not say.
        id: The file's own name for the span.
        speaker: As the file names them.
        language: BCP-47 where the file has it so, else its own word.
        accent: Free label.
        licence: SPDX id or the owner's words.
        layers: Further texts by name.
        words: Times from the start of the span.
        confidence: 0..1 for the whole.
        flags: Names such as ``noise``.
        metadata: All else, JSON values.
    """

    audio: AudioRef
    text: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    channel: int | None = None
    id: str | None = None
    speaker: str | None = None
    language: str | None = None
    accent: str | None = None
    licence: str | None = None
    layers: Mapping[str, str] = field(default_factory=dict)
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one source of transcripts holds.

    Attributes:
        spans: In the order of the source.
        refused: What of it could not be read, and why.
        notes: What was guessed about it, one line each.
    """

    spans: tuple[TranscribedSpan, ...]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a format cannot carry.

    Attributes:
        field: What it is, for example ``speaker``, ``words.confidence``, ``metadata.gender``.
        count: In how many spans (or words).
        example: The first one; ``old → new`` where something is left of it.
    """

    field: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class ConvertReport:
    """What writing a format came to."""

    format: str
    files: tuple[str, ...]
    segments: int
    losses: tuple[Loss, ...]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        files = self.files[0] if len(self.files) == 1 else f"{len(self.files)} files"
        return "\n".join([f"{self.segments} segments as {self.format} in {files}.", *self._details()])

    def _details(self) -> Sequence[str]:
        kept = [] if self.losses else ["  nothing is lost"]
        return [
            *(f"  {note}" for note in self.notes),
            *(f"  lost: {loss.field}, {loss.count} times, such as {loss.example}" for loss in self.losses),
            *kept,
            *(f"  not read: {item.source}: {item.reason}" for item in self.refused),
        ]
