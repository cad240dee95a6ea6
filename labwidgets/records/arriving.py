"""Recordings and their segments as sources offer them, before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labwidgets.records.base import TextUse
from labwidgets.records.labels import Word


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A span of a recording that a source says something of.

    Attributes:
        start_s: From the start of the recording.
        end_s: From the start of the recording.
        channel: From 0, or ``MIX``.
        speaker: Pseudonym; None takes the recording's.
        text: What the source says, main layer; None where it says nothing.
        text_as: What that text is: ``reference`` or ``draft``.
        words: Times from the start of the span.
        layers: Further texts by name, of a reference.
        confidence: 0..1 for the whole, of a draft.
        metadata: What else it says, JSON values, of a reference.
    """

    start_s: float
    end_s: float
    channel: int
    speaker: str | None = None
    text: str | None = None
    text_as: TextUse = "reference"
    words: tuple[Word, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    confidence: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording as a source offers it, before it is stored.

    Attributes:
        source: Path or URL where the audio lies, or a name when ``data`` holds the bytes.
        bytes_sha256: Hash of the encoded bytes: a recording is known by it at once.
        n_bytes: Size of the encoded audio.
        duration_s: As the header says; the decode pass corrects it.
        sample_rate_hz: As stored in the source.
        n_channels: Channels in the source.
        codec: Short name such as ``flac``, ``pcm_s16le``, ``mp3``, ``opus``.
        language: BCP-47.
        speaker: Pseudonym.
        accent: Free label.
        licence: SPDX id or the owner's words.
        collection: Where it came from (data set, folder, client), for coverage by source.
        text: A transcript that came along.
        text_as: What that transcript is.
        metadata: Every further column, JSON values only.
        copied: True when the project holds the bytes itself (``source`` is relative to the project).
        mtime_ns: Of the source file, to notice changes; None when it is no local file.
        segments: Its segments, where the source knows them; else it is one, and ``text`` is said of it.
    """

    source: str
    bytes_sha256: str
    n_bytes: int
    duration_s: float
    sample_rate_hz: int
    n_channels: int
    codec: str
    language: str
    speaker: str | None = None
    accent: str | None = None
    licence: str | None = None
    collection: str | None = None
    text: str | None = None
    text_as: TextUse = "metadata"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    copied: bool = False
    mtime_ns: int | None = None
    segments: tuple[NewSegment, ...] = ()
