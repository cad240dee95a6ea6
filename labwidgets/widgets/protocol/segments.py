"""One segment, and a submit."""

from __future__ import annotations

from typing import Literal, NotRequired

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

from labwidgets.widgets.protocol.queue import CountsPayload
from labwidgets.widgets.protocol.sound import ClipPayload


class WordPayload(TypedDict):
    """A word of a transcript; see ``labwidgets.records.Word``."""

    text: str
    start_s: float
    end_s: float
    confidence: float | None
    estimated: bool


class SegmentRequest(TypedDict):
    """Ask for all that the screen shows of one segment; ``n_bins`` bins of waveform come as buffer.

    ``hold_back``: the view can start with an empty box although there is a draft.
    """

    segment: str
    n_bins: int
    hold_back: NotRequired[bool]


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
    ``held_back`` says why the draft is not in the box to begin with, nor shown until it is asked for.
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
    held_back: str | None
    opinion: OpinionPayload | None
    facts: list[str]
    peaks_bins: int
    audio_error: str | None


class SubmitRequest(TypedDict):
    """One press of the submit key, or of skip (``skip_reason``); see ``labwidgets.records.Submission``.

    ``draft``: the one that was on the screen; ``blank``: the box started empty, whatever was shown later.
    """

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
    blank: NotRequired[bool]


class SubmitReply(TypedDict):
    """The text is on disk. ``repeated`` when this event id was stored before."""

    event_id: str
    segment: str
    revision: int
    saved_at_ms: int
    repeated: bool
    counts: CountsPayload


class EditPayload(TypedDict):
    """What stands in the boxes of a segment and was not submitted; ``id`` stays until it is."""

    id: str
    base_revision: int
    text: str
    words: list[WordPayload]
    layers: dict[str, str]
    flags: list[str]


class KeepRequest(TypedDict):
    """From a browser that keeps nothing: the newest of what was typed; null where nothing is left to keep."""

    segment: str
    edit: EditPayload | None


class KeepReply(TypedDict):
    """It is on disk."""

    segment: str
    kept_at_ms: int


class KeptPayload(TypedDict):
    """What this person typed once and did not submit."""

    segment: str
    kept_at_ms: int
    edit: EditPayload
