"""The list of segments, what comes next, and progress."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict


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
    """One line of the list. ``held_back``: the text is a draft, which is not shown until it is asked for."""

    segment: str
    position: int
    duration_s: float
    state: Literal["open", "done", "skipped", "blocked"]
    text: str
    confidence: float | None
    flags: list[str]
    speaker: str | None
    held_back: bool


class CountsPayload(TypedDict):
    """Progress over the whole project. ``minutes_left``: of work, predicted; null before it was."""

    total: int
    done: int
    skipped: int
    blocked: int
    drafted: int
    total_s: float
    done_s: float
    minutes_left: float | None


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


class ChangedEvent(TypedDict):
    """Something beside this view changed (drafts came in, another view saved): ask again what you show.

    ``hot_words`` is the ``mark`` of the corrections on offer now.
    """

    counts: CountsPayload
    hot_words: str
