"""Texts of segments: what models and people said, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labwidgets.records.base import LabelOrigin, Span, TaskState
from labwidgets.records.sound import Recording, Segment


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place in the segment.

    Attributes:
        text: The word, with its punctuation, without white space around it.
        start_s: Seconds from the start of the segment.
        end_s: Seconds from the start of the segment, not before ``start_s``.
        confidence: 0..1 from the model; None where no model said so.
        estimated: True where the times were interpolated and not measured.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a drafter says of one piece of audio; times from the start of that piece.

    Attributes:
        text: The draft.
        words: With times and, where the model gives them, confidences.
        confidence: 0..1 for the whole; None for an empty draft.
        language: That the model was told or found.
        alarms: Names of what looks wrong (see ``labwidgets.asr.alarms``).
    """

    text: str
    words: tuple[Word, ...]
    confidence: float | None
    language: str | None
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One run of one model with one set of decoding settings."""

    id: str
    model: str
    revision: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a model said of a segment."""

    id: str
    segment_id: str
    run_id: str
    model: str
    revision: str
    text: str
    words: tuple[Word, ...]
    confidence: float | None
    language: str | None
    alarms: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """One press of the submit (or skip) key.

    Attributes:
        event_id: UUID made by the client when the key was pressed; sending it twice stores it once.
        segment_id: The segment.
        annotator: Pseudonym of who pressed.
        base_revision: Newest revision of this person's thread that the client knew; 0 for none.
        text: The transcript, main layer.
        words: The words with their times; may be empty.
        layers: Further layers by name.
        flags: Names out of the project's list.
        origin: How the text came to be.
        draft_id: The hypothesis that was on the screen, None when the box started empty.
        listened: Spans of the segment that were played, seconds from its start.
        active_ms: Time of work without the pauses.
        client_at_us: The client's clock, microseconds since 1970.
        skip_reason: Set when the segment is skipped instead of labelled.
        is_blank: The box started empty, whatever came onto the screen later; None: as ``draft_id`` says.
    """

    event_id: str
    segment_id: str
    annotator: str
    base_revision: int
    text: str
    words: tuple[Word, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    origin: LabelOrigin = "typed"
    draft_id: str | None = None
    listened: tuple[Span, ...] = ()
    active_ms: int = 0
    client_at_us: int | None = None
    skip_reason: str | None = None
    is_blank: bool | None = None


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """What one person typed into a segment and did not submit.

    Attributes:
        id: Made by the page, the same for the same edit.
        segment_id: The segment.
        annotator: Pseudonym of who typed.
        base_revision: Of the thread, on which it was typed; 0 for none.
        text: The main layer as it stands.
        words: With their times.
        layers: Further layers by name.
        flags: Names out of the project's list.
        at_us: When it was kept, microseconds since 1970.
    """

    id: str
    segment_id: str
    annotator: str
    base_revision: int
    text: str
    words: tuple[Word, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    at_us: int = 0


@dataclass(frozen=True, slots=True)
class Ack:
    """The promise that a submission is on disk. ``repeated`` when that event id was known already."""

    event_id: str
    segment_id: str
    annotator: str
    revision: int
    saved_at_us: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """One revision in a thread: what one annotator said of one segment."""

    segment_id: str
    annotator: str
    revision: int
    event_id: str
    text: str
    words: tuple[Word, ...]
    layers: Mapping[str, str]
    flags: tuple[str, ...]
    origin: LabelOrigin
    draft_id: str | None
    listened: tuple[Span, ...]
    active_ms: int
    at_us: int
    skip_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The text that counts now for a segment."""

    segment_id: str
    text: str
    words: tuple[Word, ...]
    layers: Mapping[str, str]
    origin: LabelOrigin
    decided_by: str
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class SegmentView:
    """All that a labeller's screen needs to show one segment to one annotator.

    ``is_audit``: it is labelled blind: there is no draft to see.
    """

    segment: Segment
    recording: Recording
    state: TaskState
    draft: Hypothesis | None
    opinion: Opinion | None
    reference: Reference | None
    is_audit: bool = False


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row of the finished data set, audio aside."""

    segment: Segment
    recording: Recording
    reference: Reference | None
    draft: Hypothesis | None
    annotator: str | None
    n_opinions: int
    agreement: float | None
    flags: tuple[str, ...]
    heard: float | None
