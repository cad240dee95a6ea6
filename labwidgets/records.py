"""The records that travel between the layers: frozen, typed, times in float seconds.

Words of the field are explained in the README's glossary; one word means one thing here, in the tables
and on the screen alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono audio, float32[n_samples], -1..1."""

Span = tuple[float, float]
"""(start_s, end_s)."""

LabelOrigin = Literal["imported", "typed", "corrected", "confirmed", "adjudicated", "auto_accepted", "pseudo"]
TaskState = Literal["open", "done", "skipped", "blocked"]
QueueOrder = Literal["added", "least_confident", "most_confident", "shortest", "longest", "random", "recent"]
QueueFilter = Literal["all", "open", "done", "skipped", "flagged", "blocked"]
TextUse = Literal["reference", "draft", "metadata"]

QUEUE_ORDERS: tuple[QueueOrder, ...] = (
    "added",
    "least_confident",
    "most_confident",
    "shortest",
    "longest",
    "random",
    "recent",
)
QUEUE_FILTERS: tuple[QueueFilter, ...] = ("all", "open", "done", "skipped", "flagged", "blocked")
FLAGS = (
    "noise",
    "overlap",
    "unintelligible",
    "pii",
    "abusive",
    "wrong-language",
    "no-speech",
)

MIX = -1
"""Channel number of a segment that hears all channels of its recording, averaged."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``seg_4f7t…``: the prefix and 65 random bits, never used again."""
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(13))


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
class Quality:
    """What a recording sounds like, measured on the decoded signal.

    Attributes:
        level_dbfs: Root mean square level over the whole recording.
        peak_dbfs: Highest sample.
        clipped: Share of samples at full scale, 0..1.
        snr_db: Estimate of speech level over noise floor; None where there is too little signal.
        silence: Share of frames under the speech threshold, 0..1.
    """

    level_dbfs: float
    peak_dbfs: float
    clipped: float
    snr_db: float | None
    silence: float


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


@dataclass(frozen=True, slots=True)
class Recording:
    """A stored recording. ``state`` is added, decoded, broken or withdrawn; ``reason`` explains broken."""

    id: str
    source: str
    bytes_sha256: str
    sound_sha256: str | None
    n_bytes: int
    duration_s: float
    sample_rate_hz: int
    n_channels: int
    codec: str
    language: str
    speaker: str | None
    accent: str | None
    licence: str | None
    collection: str | None
    metadata: Mapping[str, Any]
    copied: bool
    mtime_ns: int | None
    state: Literal["added", "decoded", "broken", "withdrawn"]
    reason: str | None
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A time span of one channel (or of the ``MIX``) of a recording; the unit of work."""

    id: str
    recording_id: str
    channel: int
    start_s: float
    end_s: float
    version: int = 1
    parent_ids: tuple[str, ...] = ()
    retired: bool = False
    speaker: str | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


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
class QueueQuery:
    """Which segments, in which order. ``search`` is a substring of the current text, case folded."""

    order: QueueOrder = "added"
    filter: QueueFilter = "all"
    search: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue. ``text`` is the reference, else the draft, cut to 160 characters."""

    segment_id: str
    position: int
    duration_s: float
    state: TaskState
    text: str
    confidence: float | None
    flags: tuple[str, ...]
    speaker: str | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows ``offset..`` of the ``total`` that match a query."""

    rows: tuple[QueueRow, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Progress over the whole project, filters aside; seconds of audio beside the counts."""

    total: int
    done: int
    skipped: int
    blocked: int
    drafted: int
    total_s: float
    done_s: float


@dataclass(frozen=True, slots=True)
class SegmentView:
    """All that a labeller's screen needs to show one segment to one annotator."""

    segment: Segment
    recording: Recording
    state: TaskState
    draft: Hypothesis | None
    opinion: Opinion | None
    reference: Reference | None


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing out of a batch that was not taken, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``add`` did: new recordings, ones known before, refused ones; hours of the new ones.

    ``notes``: what was guessed about the source, one line each.
    """

    added: int
    known: int
    refused: tuple[Refusal, ...]
    hours: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What ``draft`` did. ``rtfx``: seconds of audio drafted per second of work; None if none was."""

    drafted: int
    cached: int
    failed: tuple[Refusal, ...]
    rtfx: float | None
    model: str


@dataclass(frozen=True, slots=True)
class Status:
    """The project in numbers."""

    recordings: int
    segments: int
    drafted: int
    submitted: int
    flagged: int
    hours: float
    speakers: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Whether a rebuild from the events equals what is stored."""

    events: int
    ok: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a project's history, ``at_us`` in microseconds since 1970."""

    seq: int
    event_id: str
    stream_id: str
    stream_version: int
    kind: str
    actor: str | None
    at_us: int
    client_at_us: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Peaks:
    """A waveform to look at: ``n_bins`` pairs of (min, max), int8[2 * n_bins], full scale = 127."""

    start_s: float
    end_s: float
    n_bins: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AudioWindow:
    """A piece of encoded sound to append to a media stream.

    Attributes:
        start_s: First instant that should be heard, from the start of the segment.
        end_s: Last instant that should be heard.
        lead_s: Seconds of sound before ``start_s`` inside ``data``, for codecs that need a run-up.
        mime: Container and codec, ready for ``MediaSource.isTypeSupported``.
        data: A fragmented file: initialisation part and media part together.
    """

    start_s: float
    end_s: float
    lead_s: float
    mime: str
    data: bytes


Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, note)``; ``total`` is 0 while it is not known."""


class Drafter(Protocol):
    """A speech recogniser behind one face, whatever engine runs it."""

    @property
    def model(self) -> str:
        """Name as the user gave it."""
        ...

    @property
    def revision(self) -> str:
        """Hash or commit of the weights."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Decoding settings, JSON values: part of the cache key."""
        ...

    def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:
        """Return words with times and confidences for 16 kHz mono samples."""
        ...


@runtime_checkable
class LabelSource(Protocol):
    """What the widgets see of a project: enough to show, play and save, and nothing else."""

    @property
    def name(self) -> str:
        """Shown in the corner."""
        ...

    @property
    def id(self) -> str:
        """Stable, to tell projects apart in one browser."""
        ...

    def labelling(self) -> Mapping[str, Any]:
        """Settings the page needs (see ``labwidgets.widgets.protocol.LabelSettings``)."""
        ...

    def queue(self, query: QueueQuery, *, offset: int = 0, limit: int = 100) -> QueuePage:
        """Rows of the queue."""
        ...

    def counts(self) -> QueueCounts:
        """Progress over everything."""
        ...

    def upcoming(self, query: QueueQuery, *, after: str | None = None, n: int = 1) -> Sequence[str]:
        """Ids of the next open segments after ``after`` in the query's order, wrapping round once."""
        ...

    def view(self, segment_id: str, *, annotator: str) -> SegmentView:
        """One segment, ready to show."""
        ...

    def peaks(self, segment_id: str, *, n_bins: int) -> Peaks:
        """The segment's waveform."""
        ...

    def window(self, segment_id: str, *, index: int, codec: str) -> AudioWindow:
        """Window number ``index`` of the segment's sound (``flac`` or ``opus``)."""
        ...

    def submit(self, submission: Submission) -> Ack:
        """Store; durable when this returns."""
        ...

    def change_marker(self) -> tuple[int, ...]:
        """Something cheap that differs once anybody wrote to the store."""
        ...


ReadAudio = Callable[[str], Samples]
"""Given a segment id, returns its sound at 16 kHz."""

Rows = Iterator[LabelledRow]
