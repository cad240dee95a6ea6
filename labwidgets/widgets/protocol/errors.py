"""A table of errors: its columns, rows and sums, one row in full, and what people decide and mend."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

from labwidgets.widgets.protocol.segments import WordPayload
from labwidgets.widgets.protocol.sound import ClipPayload


class ConditionPayload(TypedDict):
    """A filter; see ``labwidgets.analysis.explorer.Condition``."""

    column: str
    kind: Literal["is", "is_not", "at_least", "below", "contains", "missing"]
    value: float | str | None


class RowQueryPayload(TypedDict):
    """Which rows, in which order; see ``labwidgets.analysis.explorer.RowQuery``.

    ``confusion`` is model, word of the reference and word heard; null where none is looked for.
    """

    sort: str
    descending: bool
    where: list[ConditionPayload]
    search: str
    confusion: list[str] | None


class ColumnPayload(TypedDict):
    """A column; see ``labwidgets.analysis.explorer.Column``."""

    name: str
    kind: Literal["number", "text"]
    model: str | None
    measure: str | None


class ColumnsRequest(TypedDict):
    """Ask what the table is."""


class ColumnsReply(TypedDict):
    """``shown`` are columns of the table, ``charts`` those with a chart, at first.

    ``keeps`` is where a mended reference goes: to the project, or this table alone; null where there is no
    annotator to write it for.
    """

    n_rows: int
    models: list[str]
    columns: list[ColumnPayload]
    shown: list[str]
    charts: list[str]
    keeps: Literal["project", "table"] | None
    has_sound: bool


class RowsRequest(TypedDict):
    """Ask for rows ``offset..offset + limit`` of a query with some columns."""

    query: RowQueryPayload
    columns: list[str]
    offset: int
    limit: int


class ErrorRowPayload(TypedDict):
    """A line of the table; ``row`` is its number whatever the order, ``values`` go by column."""

    row: int
    id: str
    values: dict[str, float | str | None]


class RowsReply(TypedDict):
    """Rows and how many match altogether."""

    rows: list[ErrorRowPayload]
    total: int
    offset: int


class TotalsRequest(TypedDict):
    """Ask for the errors over the rows of a query."""

    query: RowQueryPayload


class TotalPayload(TypedDict):
    """The errors of a model; ``low`` and ``high`` are the 95 % interval of its WER, null where unknown."""

    model: str
    wer: float
    low: float | None
    high: float | None
    n_words: int
    substitutions: int
    deletions: int
    insertions: int


class TotalsReply(TypedDict):
    """One entry a model, and how many rows there are."""

    n: int
    totals: list[TotalPayload]


class BarsRequest(TypedDict):
    """Ask how a column spreads over the rows of a query, with the WER of ``model`` in each bar."""

    query: RowQueryPayload
    column: str
    model: str


class BarPayload(TypedDict):
    """A bar: rows with ``low <= value < high``, or with ``value``; ``wer`` is null where nobody spoke."""

    low: float | None
    high: float | None
    value: str | None
    n: int
    wer: float | None


class BarsReply(TypedDict):
    """Bars in the order of the numbers, or the most frequent values first."""

    column: str
    kind: Literal["number", "text"]
    bars: list[BarPayload]


class UtteranceRequest(TypedDict):
    """Ask for one row in full; ``n_bins`` bins of waveform come as buffer."""

    row: int
    n_bins: int


class StepPayload(TypedDict):
    """A step of an alignment: spans are ``[start_s, end_s]``, null without sound or where there is no word.

    ``estimated``: no model measured it.
    """

    op: Literal["hit", "substitution", "deletion", "insertion"]
    reference: str | None
    hypothesis: str | None
    reference_span: list[float] | None
    hypothesis_span: list[float] | None
    estimated: bool


class SidePayload(TypedDict):
    """What one model said, aligned with the reference."""

    model: str
    text: str
    wer: float | None
    steps: list[StepPayload]


class UtteranceReply(TypedDict):
    """``clip`` is null where there is no sound; ``audio_error`` says why, where somebody should know."""

    row: int
    id: str
    values: dict[str, float | str | None]
    reference: str
    words: list[WordPayload]
    language: str
    sides: list[SidePayload]
    clip: ClipPayload | None
    peaks_bins: int
    audio_error: str | None


class MendRequest(TypedDict):
    """Put another reference into a row; ``event_id`` makes sending it twice harmless."""

    event_id: str
    row: int
    text: str
    words: list[WordPayload]


class MendReply(TypedDict):
    """The row as it is now. ``revision`` is null where it is kept in this table alone.

    ``counts`` is false where the project goes on with a text of somebody else.
    """

    row: int
    revision: int | None
    counts: bool


class MarkRequest(TypedDict):
    """Keep what a person decided of a row; null takes it back."""

    row: int
    mark: Literal["reference-wrong", "model-wrong", "both-fine", "unclear"] | None


class MarkReply(TypedDict):
    """What is kept now."""

    row: int
    mark: str | None
