"""Find and replace over many segments, with what plays each place."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

from labwidgets.widgets.protocol.sound import ClipPayload


class FindPayload(TypedDict):
    """What is looked for; see ``labwidgets.records.Wanted``."""

    text: str
    whole_word: bool
    match_case: bool
    match_accents: bool
    own: bool


class HitPayload(TypedDict):
    """One place: ``start`` names it (in code points), the texts are for the eye, the times for the ear."""

    start: int
    before: str
    text: str
    after: str
    start_s: float
    end_s: float
    estimated: bool


class FoundPayload(TypedDict):
    """A segment with its places. ``base`` goes back with a replacement; see ``labwidgets.records.Found``."""

    segment: str
    clip: ClipPayload
    kind: Literal["draft", "own", "imported"]
    base: str
    hits: list[HitPayload]


class FindRequest(TypedDict):
    """Ask for the next segments, about ``limit`` of them; ``after`` is null at first."""

    find: FindPayload
    after: str | None
    limit: int


class FindReply(TypedDict):
    """``after`` is null on the last page. Only the first one says how many segments there are at most.

    ``undoable`` is the id of this annotator's newest replace, where it can be taken back.
    """

    found: list[FoundPayload]
    after: str | None
    n_segments: int | None
    undoable: str | None


class ReplacementPayload(TypedDict):
    """Places of one segment to replace; ``heard``: spans of it that were played since it was found."""

    segment: str
    kind: Literal["draft", "own", "imported"]
    base: str
    starts: list[int]
    heard: list[list[float]]


class ReplaceRequest(TypedDict):
    """Put ``replacement`` into the places. ``replace`` is null in the first batch of a replace."""

    find: FindPayload
    replacement: str
    replace: str | None
    items: list[ReplacementPayload]


class ReplacedPayload(TypedDict):
    """What became of one segment: the places left in it, how many were replaced, or why none was."""

    found: FoundPayload
    n: int
    refused: str


class ReplaceReply(TypedDict):
    """``replace`` is the id to go on with, and to take back."""

    replace: str
    done: list[ReplacedPayload]


class UndoReplaceRequest(TypedDict):
    """Take a replace back, a batch of it; asked again until nothing is left."""

    replace: str


class UndoReplaceReply(TypedDict):
    """The segments brought back, and how many can still be."""

    segments: list[str]
    n_left: int
