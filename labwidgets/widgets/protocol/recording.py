"""A whole recording: its sound, its segments as rows, changes to them. Times from the recording's start."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

from labwidgets.widgets.protocol.segments import WordPayload
from labwidgets.widgets.protocol.sound import ClipPayload


class RecordingPayload(TypedDict):
    """A recording to choose."""

    recording: str
    name: str
    duration_s: float


class RecordingsRequest(TypedDict):
    """Ask which recordings there are."""


class RecordingsReply(TypedDict):
    """In the order in which they were added, some hundred at most."""

    recordings: list[RecordingPayload]


class RecordingRequest(TypedDict):
    """Open a recording: by its id, or as the one of ``segment``, or the first one.

    ``n_bins`` bins of the whole waveform come as buffer.
    """

    recording: str | None
    segment: str | None
    n_bins: int


class RecordingReply(TypedDict):
    """``clips`` can be played and drawn whole: all channels together, then each alone if there are several.

    ``peaks_bins`` is 0 and the buffer missing where the audio cannot be read; ``audio_error`` then says why.
    ``segment`` is where to begin, where it was asked for by one.
    """

    recording: str
    name: str
    language: str
    duration_s: float
    clips: list[ClipPayload]
    peaks_bins: int
    audio_error: str | None
    segment: str | None


class RegionsRequest(TypedDict):
    """Ask for the live segments of a recording, packed where the page can unpack them."""

    recording: str
    gzip: bool


class RegionPayload(TypedDict):
    """A segment as a row; see ``labwidgets.records.RecordingSegment``."""

    segment: str
    version: int
    channel: int
    start_s: float
    end_s: float
    speaker: str | None
    state: Literal["open", "done", "skipped", "blocked"]
    text: str
    origin: Literal["kept", "own", "reference", "draft"] | None
    revision: int
    confidence: float | None
    flags: list[str]


class RegionsReply(TypedDict):
    """All of them, by start; with ``gzip`` the only buffer holds them instead, as packed JSON."""

    recording: str
    gzip: bool
    regions: list[RegionPayload]


class WaveRequest(TypedDict):
    """Ask for a span of the waveform of a clip in ``n_bins`` bins."""

    clip: str
    start_s: float
    end_s: float
    n_bins: int


class WaveReply(TypedDict):
    """The buffer is int8[2 * n_bins]: min and max by turns, 127 = full scale."""

    clip: str
    start_s: float
    end_s: float
    n_bins: int


class SpeechRequest(TypedDict):
    """Ask where somebody speaks in a clip."""

    clip: str


class SpeechReply(TypedDict):
    """The buffer is int32[2 * n_spans]: starts and ends in milliseconds, in order; between them is silence.

    Without spans there is no buffer.
    """

    clip: str
    n_spans: int


class SegmentRefPayload(TypedDict):
    """A segment as the page saw it last."""

    segment: str
    version: int


class PiecePayload(TypedDict):
    """What comes out of a change; see ``labwidgets.records.SegmentPiece``. Words from the piece's start.

    ``text`` and ``words`` are null where the page does not know them: the kernel cuts and joins them by time.
    ``layers`` holds those that were stored before, or do not follow their rule; null as with ``text``.
    """

    segment: str
    channel: int
    start_s: float
    end_s: float
    speaker: str | None
    text: str | None
    words: list[WordPayload] | None
    layers: dict[str, str] | None


class ChangeSegmentsRequest(TypedDict):
    """One step on the segments of a recording; see ``labwidgets.records.SegmentChange``.

    ``change_id`` and the ids of new segments are UUIDs made when the key was pressed: sending it twice does
    it once.
    """

    change_id: str
    recording: str
    kind: Literal["create", "retime", "split", "merge", "delete", "assign", "rename"]
    segments: list[SegmentRefPayload]
    pieces: list[PiecePayload]
    speaker: str | None
    to_speaker: str | None
    client_at_ms: int


class ChangeSegmentsReply(TypedDict):
    """It is on disk. ``retired`` are no longer there; ``rows`` are there in their place, or changed."""

    change_id: str
    retired: list[str]
    rows: list[RegionPayload]


class UndoSegmentsRequest(TypedDict):
    """Take a change back."""

    change_id: str


class UndoSegmentsReply(TypedDict):
    """As for a change: what is there again, and what went."""

    change_id: str
    retired: list[str]
    rows: list[RegionPayload]
