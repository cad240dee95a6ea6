"""The queue of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labwidgets.records.base import TaskState

QueueOrder = Literal[
    "added", "least_confident", "most_confident", "shortest", "longest", "random", "recent", "value"
]

QueueFilter = Literal["all", "open", "done", "skipped", "flagged", "blocked", "audits", "decided"]

QUEUE_ORDERS: tuple[QueueOrder, ...] = (
    "added",
    "least_confident",
    "most_confident",
    "shortest",
    "longest",
    "random",
    "recent",
    "value",
)

QUEUE_FILTERS: tuple[QueueFilter, ...] = (
    "all",
    "open",
    "done",
    "skipped",
    "flagged",
    "blocked",
    "audits",
    "decided",
)
"""``audits``: drawn to be labelled blind; ``decided``: whose draft counts by a decision of the model."""


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Which segments, in which order. ``search``: part of the current text, whatever its case and accents."""

    order: QueueOrder = "added"
    filter: QueueFilter = "all"
    search: str = ""


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """What is known of a draft that a line of the queue shows."""

    model: str
    confidence: float | None
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue. ``text`` is the reference, else the ``draft``, cut to 160 characters."""

    segment_id: str
    position: int
    duration_s: float
    state: TaskState
    text: str
    confidence: float | None
    flags: tuple[str, ...]
    speaker: str | None
    draft: ShownDraft | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows ``offset..`` of the ``total`` that match a query."""

    rows: tuple[QueueRow, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Progress over the whole project, filters aside; seconds of audio beside the counts.

    ``minutes_left``: of work, predicted; None before the queue was ranked.
    """

    total: int
    done: int
    skipped: int
    blocked: int
    drafted: int
    total_s: float
    done_s: float
    minutes_left: float | None = None
