"""Speech read from prompts: who speaks, the lines, and takes on their way into the project."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict


class CardPayload(TypedDict):
    """Who speaks; empty where they do not say (see ``labwidgets.records.SpeakerCard``)."""

    speaker: str
    language: str
    accent: str
    age_band: str
    gender: str
    device: str


class StudioRequest(TypedDict):
    """Ask for all that stays the same while recording."""


class StudioReply(TypedDict):
    """``card`` and ``number`` (of the line where work goes on) are set once somebody signed in.

    ``stream`` is the id of the model whose microphone is used; ``codecs`` are mime types, the best first;
    ``constraints`` are those of ``getUserMedia``, for pages without that model.
    """

    n_prompts: int
    collection: str
    languages: list[str]
    age_bands: list[str]
    minor: str
    genders: list[str]
    form_text: str
    form_version: str
    licence: str
    scope: list[str]
    card: CardPayload | None
    number: int | None
    n_kept: int
    max_take_s: float
    max_chunk_bytes: int
    codecs: list[str]
    constraints: dict[str, bool | int]


class SignInRequest(TypedDict):
    """Somebody filled in the form, and ticked (``agreed``) that they agree to it."""

    card: CardPayload
    agreed: bool


class SignInReply(TypedDict):
    """``number`` is that of their first line without a take, from 0; None where all have one."""

    card: CardPayload
    number: int | None
    n_kept: int


class PromptsRequest(TypedDict):
    """Ask for lines from number ``offset`` on."""

    offset: int
    limit: int


class PromptPayload(TypedDict):
    """A line to read."""

    text: str
    is_kept: bool


class PromptsReply(TypedDict):
    """Lines in their order."""

    offset: int
    prompts: list[PromptPayload]


class NextPromptRequest(TypedDict):
    """Ask for the first line without a take behind number ``after``, or else from the top."""

    after: int


class NextPromptReply(TypedDict):
    """None where all have one."""

    number: int | None


class TakeChunkRequest(TypedDict):
    """The buffer is piece ``seq`` (from 0) of the take that the page calls ``take``."""

    take: str
    seq: int


class TakeChunkReply(TypedDict):
    """It is there; the same piece may come again."""

    take: str
    seq: int


class CheckTakeRequest(TypedDict):
    """All ``n_chunks`` pieces of a take of line ``number`` were sent; ``n_bins`` of waveform are wanted."""

    take: str
    number: int
    n_chunks: int
    n_bins: int


class CheckTakeReply(TypedDict):
    """``trouble`` is what stands against keeping it, ``message`` says it in words.

    The buffer is its waveform, int8[2 * n_bins] as in ``PeaksReply``.
    """

    take: str
    trouble: Literal["silent", "clipped", "cut", "short"] | None
    message: str
    duration_s: float
    lead_s: float
    tail_s: float
    peak_dbfs: float
    n_bins: int


class KeepTakeRequest(TypedDict):
    """Keep a take that was found good."""

    take: str


class KeepTakeReply(TypedDict):
    """It is on disk. ``next`` is the number of the next line without a take; None where all have one."""

    take: str
    number: int
    n_kept: int
    next: int | None


class DropTakeRequest(TypedDict):
    """Forget a take."""

    take: str


class DropTakeReply(TypedDict):
    """It is forgotten; one that is kept stays kept."""

    take: str
