"""Every message that crosses between Python and the browser, as types without logic.

One envelope carries them all: ``{kind, id, name, payload}`` plus binary buffers. A request (browser to
kernel) ends in exactly one reply or error with its id. Events need no answer. State where the last value wins
is a trait, not a message. ``frontend/src/core/protocol.ts`` mirrors this file; ``tests/protocol/*.json``
holds one golden message per name, which the tests of both sides read. Times are float seconds from the start
of the segment.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

PROTOCOL_VERSION = 1


class Envelope(TypedDict):
    """What each message looks like on the wire."""

    kind: Literal["request", "reply", "error", "cancel", "event"]
    id: str
    name: str
    payload: dict[str, Any]


class ErrorPayload(TypedDict):
    """Payload of an ``error``: ``code`` for programs, ``message`` for people, details by code."""

    code: str
    message: str
    details: NotRequired[dict[str, Any]]


class WordPayload(TypedDict):
    """A word of a transcript; see ``labwidgets.records.Word``."""

    text: str
    start_s: float
    end_s: float
    confidence: float | None
    estimated: bool


# ---- ready: the first message of every view ------------------------------------------------------------


class ReadyRequest(TypedDict):
    """The view is there and can play ``codecs`` (mime types that its media engine takes)."""

    version: int
    codecs: list[str]


class LayerPayload(TypedDict):
    """A text beside the main one; ``rule`` names what makes it out of that (``labwidgets.text.RULES``)."""

    name: str
    rule: list[str]


class TagPayload(TypedDict):
    """One tag that the editor offers. ``text`` is what is stored, for a language the opening tag of two."""

    kind: Literal["event", "filler", "foreign"]
    text: str
    label: str
    key: str | None


class LabelSettings(TypedDict):
    """The part of ``project.yaml`` that the page needs."""

    flags: list[str]
    skip_reasons: list[str]
    guidelines: str
    keys: dict[str, list[str]]
    key_preset: str
    low_confidence: float
    autoplay: bool
    jump_back_s: float
    lead_s: float
    pause_while_typing: bool
    resume_after_s: float
    codec: Literal["auto", "flac", "opus"]
    layers: list[LayerPayload]
    scripts: list[str]
    tags: list[TagPayload]


class ReadyReply(TypedDict):
    """Who and what the view works for. ``clip`` is set where there is just one (player, editor)."""

    version: int
    project: str
    project_id: str
    annotator: str
    settings: LabelSettings
    clip: NotRequired[ClipPayload | None]


# ---- keys: only for those who open the panel to change them --------------------------------------------


class KeysRequest(TypedDict):
    """Ask for all key presets."""


class KeysReply(TypedDict):
    """Chords of each action, by preset; the default one first."""

    presets: dict[str, dict[str, list[str]]]


# ---- asset: the heavy part of the front end, once per page ---------------------------------------------


class AssetRequest(TypedDict):
    """Ask for a bundle by name; the reply's only buffer holds it."""

    name: str


class AssetReply(TypedDict):
    """``hash`` is that of the buffer, hex sha256."""

    name: str
    hash: str


# ---- audio ---------------------------------------------------------------------------------------------


class ClipPayload(TypedDict):
    """Something that can be played: a segment, seen from its own start."""

    id: str
    duration_s: float
    window_s: float


class PeaksRequest(TypedDict):
    """Ask for the waveform of a clip in ``n_bins`` bins."""

    clip: str
    n_bins: int


class PeaksReply(TypedDict):
    """The buffer is int8[2 * n_bins]: min and max by turns, 127 = full scale."""

    clip: str
    n_bins: int


class SpectrogramRequest(TypedDict):
    """Ask for a span of a clip as ``n_columns`` columns of ``n_bands`` mel bands."""

    clip: str
    start_s: float
    end_s: float
    n_columns: int
    n_bands: int


class SpectrogramReply(TypedDict):
    """The buffer is uint8[n_bands * n_columns], the lowest band first: ``floor_db + step_db * value``.

    The bands are evenly spaced in (Slaney's) mel from 0 to ``max_hz``.
    """

    clip: str
    start_s: float
    end_s: float
    n_columns: int
    n_bands: int
    max_hz: float
    floor_db: float
    step_db: float


class WindowRequest(TypedDict):
    """Ask for window ``index`` (from 0, each ``window_s`` long, the last one shorter)."""

    clip: str
    index: int
    codec: Literal["flac", "opus"]


class WindowReply(TypedDict):
    """The buffer is a fragmented media file: initialisation and media together."""

    clip: str
    index: int
    start_s: float
    end_s: float
    lead_s: float
    mime: str


# ---- the queue -----------------------------------------------------------------------------------------


class QueuePayload(TypedDict):
    """A query; names in ``labwidgets.records.QUEUE_ORDERS`` and ``QUEUE_FILTERS``."""

    order: str
    filter: str
    search: str


class QueueRequest(TypedDict):
    """Ask for rows ``offset..offset + limit`` of a query."""

    query: QueuePayload
    offset: int
    limit: int


class QueueRowPayload(TypedDict):
    """One line of the list."""

    segment: str
    position: int
    duration_s: float
    state: Literal["open", "done", "skipped", "blocked"]
    text: str
    confidence: float | None
    flags: list[str]
    speaker: str | None


class CountsPayload(TypedDict):
    """Progress over the whole project."""

    total: int
    done: int
    skipped: int
    blocked: int
    drafted: int
    total_s: float
    done_s: float


class QueueReply(TypedDict):
    """Rows and how many match altogether."""

    rows: list[QueueRowPayload]
    total: int
    offset: int
    counts: CountsPayload


class UpcomingRequest(TypedDict):
    """Ask for the ids of the next ``n`` open segments after ``after``."""

    query: QueuePayload
    after: str | None
    n: int


class UpcomingReply(TypedDict):
    """Empty when nothing is left to do."""

    segments: list[str]


class PlaceRequest(TypedDict):
    """Ask where a segment stands in a query."""

    query: QueuePayload
    segment: str


class PlaceReply(TypedDict):
    """``position`` counts from 0; null where the segment is not among the query's rows."""

    segment: str
    position: int | None


# ---- one segment ---------------------------------------------------------------------------------------


class SegmentRequest(TypedDict):
    """Ask for all that the screen shows of one segment; ``n_bins`` bins of waveform come as buffer."""

    segment: str
    n_bins: int


class DraftPayload(TypedDict):
    """The hypothesis shown."""

    id: str
    model: str
    text: str
    words: list[WordPayload]
    confidence: float | None
    alarms: list[str]


class OpinionPayload(TypedDict):
    """This annotator's newest revision."""

    revision: int
    text: str
    words: list[WordPayload]
    layers: dict[str, str]
    flags: list[str]
    skip_reason: str | None
    at_ms: int


class SegmentReply(TypedDict):
    """``text`` and ``words`` are what the box starts with: opinion, else reference, else draft, else empty.

    ``layers`` go with that text; a layer that is missing starts from its rule.
    ``peaks_bins`` is 0 and the buffer missing where the audio cannot be read; ``audio_error`` then says why.
    ``no_draft`` says why there is no draft, and is null where there is one.
    ``facts`` are short texts for the line under the editor, in order.
    """

    segment: str
    clip: ClipPayload
    state: Literal["open", "done", "skipped", "blocked"]
    language: str
    text: str
    words: list[WordPayload]
    layers: dict[str, str]
    draft: DraftPayload | None
    no_draft: str | None
    opinion: OpinionPayload | None
    facts: list[str]
    peaks_bins: int
    audio_error: str | None


class SubmitRequest(TypedDict):
    """One press of the submit key, or of skip (``skip_reason``); see ``labwidgets.records.Submission``."""

    event_id: str
    segment: str
    base_revision: int
    text: str
    words: list[WordPayload]
    layers: dict[str, str]
    flags: list[str]
    draft: str | None
    listened: list[list[float]]
    active_ms: int
    client_at_ms: int
    skip_reason: str | None


class SubmitReply(TypedDict):
    """The text is on disk. ``repeated`` when this event id was stored before."""

    event_id: str
    segment: str
    revision: int
    saved_at_ms: int
    repeated: bool
    counts: CountsPayload


# ---- events from the kernel ----------------------------------------------------------------------------


class ChangedEvent(TypedDict):
    """Something beside this view changed (drafts came in, another view saved): ask again what you show."""

    counts: CountsPayload


REQUESTS: dict[str, tuple[type, type]] = {
    "ready": (ReadyRequest, ReadyReply),
    "keys": (KeysRequest, KeysReply),
    "asset": (AssetRequest, AssetReply),
    "peaks": (PeaksRequest, PeaksReply),
    "spectrogram": (SpectrogramRequest, SpectrogramReply),
    "window": (WindowRequest, WindowReply),
    "queue": (QueueRequest, QueueReply),
    "place": (PlaceRequest, PlaceReply),
    "upcoming": (UpcomingRequest, UpcomingReply),
    "segment": (SegmentRequest, SegmentReply),
    "submit": (SubmitRequest, SubmitReply),
}
"""Name of each request with the types of its payload and of its reply's payload."""

EVENTS: dict[str, type] = {"changed": ChangedEvent}
"""Events from kernel to browser, with the types of their payloads."""
