"""Changes to the segments of a recording: what is asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from labwidgets.records.base import TaskState
from labwidgets.records.labels import Word

ChangeKind = Literal["create", "retime", "split", "merge", "delete", "assign", "rename", "segment"]
"""``segment`` is what a program makes of a recording; the others are one press of a key."""

RowOrigin = Literal["kept", "own", "reference", "draft"]

MIN_SEGMENT_S = 0.02
"""Shorter than this nothing can be heard or clicked."""


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment as the page saw it."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class SegmentPiece:
    """What comes out of a change: a new segment, or new times of one.

    Attributes:
        id: UUID made by the client; in a ``retime`` the id that it has.
        channel: From 0, or ``MIX``.
        start_s: From the start of the recording.
        end_s: From the start of the recording.
        speaker: Pseudonym; None takes the parents'.
        text: As the page shows it; None takes what the parents say by word time.
        words: Of ``text``, seconds from the start of the piece.
        layers: Further texts as the page shows them; of those that it leaves out, what the parents say there.
    """

    id: str
    channel: int
    start_s: float
    end_s: float
    speaker: str | None = None
    text: str | None = None
    words: tuple[Word, ...] = ()
    layers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """One step on the segments of a recording, all of it or nothing.

    Attributes:
        change_id: UUID made by the client when the key was pressed; sending it twice does it once.
        recording_id: The recording.
        annotator: Pseudonym of who pressed.
        kind: What is done. ``assign`` gives ``segments`` to ``speaker``; ``rename`` makes ``to_speaker`` of
            ``speaker`` in the whole recording, which joins the two where both are there.
        segments: What is changed, as the client saw it.
        pieces: What comes out of it.
        speaker: See ``kind``; None is nobody.
        to_speaker: See ``kind``.
        client_at_s: The client's clock, seconds since 1970.
    """

    change_id: str
    recording_id: str
    annotator: str
    kind: ChangeKind
    segments: tuple[SegmentRef, ...] = ()
    pieces: tuple[SegmentPiece, ...] = ()
    speaker: str | None = None
    to_speaker: str | None = None
    client_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class RecordingSegment:
    """A live segment among those of its recording, to one annotator.

    Attributes:
        id: Of the segment.
        version: Goes up by one with each change of its times or speaker.
        channel: From 0, or ``MIX``.
        start_s: From the start of the recording.
        end_s: From the start of the recording.
        speaker: Pseudonym.
        state: Of its task.
        text: What this annotator would start from.
        origin: Where ``text`` is from: typed and not submitted, an own submit, the reference, the draft; None
            where there is nothing.
        revision: Of this annotator's thread; 0 for none.
        confidence: Of the draft.
        flags: Of the newest opinion.
    """

    id: str
    version: int
    channel: int
    start_s: float
    end_s: float
    speaker: str | None
    state: TaskState
    text: str
    origin: RowOrigin | None
    revision: int
    confidence: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SegmentsChanged:
    """What a change or an undo did.

    Attributes:
        change_id: Of the change.
        retired: Ids that are no longer there.
        rows: What is there in their place, or changed, by start.
        repeated: Whether it was done before and only told again.
    """

    change_id: str
    retired: tuple[str, ...]
    rows: tuple[RecordingSegment, ...]
    repeated: bool = False
