"""Every message that crosses between Python and the browser, as types without logic.

One envelope carries them all: ``{kind, id, name, payload}`` plus binary buffers. A request (browser to
kernel) ends in exactly one reply or error with its id. Events need no answer. State where the last value wins
is a trait, not a message. ``frontend/src/core/protocol.ts`` mirrors this package; ``tests/protocol/*.json``
holds one golden message per name, which the tests of both sides read. Times are float seconds from the start
of the segment.
"""

from __future__ import annotations

from labwidgets.widgets.protocol.envelope import Envelope, ErrorPayload
from labwidgets.widgets.protocol.finding import (
    FindPayload,
    FindReply,
    FindRequest,
    FoundPayload,
    HitPayload,
    ReplacedPayload,
    ReplacementPayload,
    ReplaceReply,
    ReplaceRequest,
    UndoReplaceReply,
    UndoReplaceRequest,
)
from labwidgets.widgets.protocol.opening import (
    AssetReply,
    AssetRequest,
    KeysReply,
    KeysRequest,
    LabelSettings,
    LayerPayload,
    ReadyReply,
    ReadyRequest,
    TagPayload,
    WordsReply,
    WordsRequest,
)
from labwidgets.widgets.protocol.queue import (
    ChangedEvent,
    CountsPayload,
    PlaceReply,
    PlaceRequest,
    QueuePayload,
    QueueReply,
    QueueRequest,
    QueueRowPayload,
    UpcomingReply,
    UpcomingRequest,
)
from labwidgets.widgets.protocol.segments import (
    DraftPayload,
    OpinionPayload,
    SegmentReply,
    SegmentRequest,
    SubmitReply,
    SubmitRequest,
    WordPayload,
)
from labwidgets.widgets.protocol.sound import (
    ClipPayload,
    PeaksReply,
    PeaksRequest,
    SpectrogramReply,
    SpectrogramRequest,
    WindowReply,
    WindowRequest,
)

PROTOCOL_VERSION = 1

REQUESTS: dict[str, tuple[type, type]] = {
    "ready": (ReadyRequest, ReadyReply),
    "keys": (KeysRequest, KeysReply),
    "asset": (AssetRequest, AssetReply),
    "words": (WordsRequest, WordsReply),
    "peaks": (PeaksRequest, PeaksReply),
    "spectrogram": (SpectrogramRequest, SpectrogramReply),
    "window": (WindowRequest, WindowReply),
    "queue": (QueueRequest, QueueReply),
    "place": (PlaceRequest, PlaceReply),
    "upcoming": (UpcomingRequest, UpcomingReply),
    "segment": (SegmentRequest, SegmentReply),
    "submit": (SubmitRequest, SubmitReply),
    "find": (FindRequest, FindReply),
    "replace": (ReplaceRequest, ReplaceReply),
    "undo_replace": (UndoReplaceRequest, UndoReplaceReply),
}
"""Name of each request with the types of its payload and of its reply's payload."""

EVENTS: dict[str, type] = {"changed": ChangedEvent}
"""Events from kernel to browser, with the types of their payloads."""

__all__ = [
    "EVENTS",
    "PROTOCOL_VERSION",
    "REQUESTS",
    "AssetReply",
    "AssetRequest",
    "ChangedEvent",
    "ClipPayload",
    "CountsPayload",
    "DraftPayload",
    "Envelope",
    "ErrorPayload",
    "FindPayload",
    "FindReply",
    "FindRequest",
    "FoundPayload",
    "HitPayload",
    "KeysReply",
    "KeysRequest",
    "LabelSettings",
    "LayerPayload",
    "OpinionPayload",
    "PeaksReply",
    "PeaksRequest",
    "PlaceReply",
    "PlaceRequest",
    "QueuePayload",
    "QueueReply",
    "QueueRequest",
    "QueueRowPayload",
    "ReadyReply",
    "ReadyRequest",
    "ReplaceReply",
    "ReplaceRequest",
    "ReplacedPayload",
    "ReplacementPayload",
    "SegmentReply",
    "SegmentRequest",
    "SpectrogramReply",
    "SpectrogramRequest",
    "SubmitReply",
    "SubmitRequest",
    "TagPayload",
    "UndoReplaceReply",
    "UndoReplaceRequest",
    "UpcomingReply",
    "UpcomingRequest",
    "WindowReply",
    "WindowRequest",
    "WordPayload",
    "WordsReply",
    "WordsRequest",
]
