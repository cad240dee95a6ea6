"""Tables of errors to payloads and back: pure functions between ``analysis.explorer`` and ``protocol``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from labwidgets.analysis.alignment import Op
from labwidgets.analysis.explorer import (
    Bar,
    Column,
    Condition,
    ErrorTable,
    RowQuery,
    WordTime,
    reference_times,
    word_times,
)
from labwidgets.errors import MessageError
from labwidgets.records import Word
from labwidgets.widgets.protocol import (
    BarPayload,
    ColumnPayload,
    ErrorRowPayload,
    SidePayload,
    StepPayload,
    TotalPayload,
)

MOST_TEXT = 300
"""Characters of a text in the long list: the open row has all of it."""
_MOST_CHARTS = 4
_MOST_VALUES = 40
_MEASURED = ("duration", "snr_db")
_USUAL = ("speaker", "language", "accent")


def row_query(payload: Mapping[str, Any]) -> RowQuery:
    """Return the query that a page sent; the table refuses columns that there are not.

    Raises:
        MessageError: A confusion that is not a model and two words.
    """
    confusion = payload["confusion"]
    if confusion is not None and len(confusion) != 3:
        raise MessageError("malformed confusion", value=len(confusion), allowed="a model and two words")
    return RowQuery(
        sort=payload["sort"],
        descending=payload["descending"],
        where=tuple(Condition(one["column"], one["kind"], one["value"]) for one in payload["where"]),
        search=payload["search"],
        confusion=None if confusion is None else (confusion[0], confusion[1], confusion[2]),
    )


def column_payload(column: Column) -> ColumnPayload:
    """Return a column as it crosses."""
    return {"name": column.name, "kind": column.kind, "model": column.model, "measure": column.measure}


def shown_columns(table: ErrorTable) -> list[str]:
    """Return the columns that the list shows, in order: few enough for a laptop."""
    name = "source" if "source" in table.columns else "id"
    found = [name, "duration", "n_words", *(f"wer:{model}" for model in table.models)]
    found += [one for one in _USUAL[:1] if one in table.columns]
    return [one for one in (*found, "reference") if one in table.columns]


def chart_columns(table: ErrorTable) -> list[str]:
    """Return the columns that have a chart at first: errors, what was measured, and who speaks."""
    rates = [f"wer:{model}" for model in table.models[:2]]
    found = [one for one in (*rates, *_USUAL, *_MEASURED) if one in table.columns]
    return [one for one in found if _is_telling(table, one)][:_MOST_CHARTS]


def _is_telling(table: ErrorTable, column: str) -> bool:
    if table.columns[column].kind == "number":
        return True
    return 1 < len(table.values(column, RowQuery(), n=_MOST_VALUES + 1)) <= _MOST_VALUES


def line_payload(row: Mapping[str, Any], columns: Sequence[str]) -> ErrorRowPayload:
    """Return a line of the table as it crosses."""
    return {"row": row["row"], "id": row["id"], "values": {name: plain(row[name]) for name in columns}}


def plain(value: Any, *, most: int = MOST_TEXT) -> float | str | None:
    """Return a value that JSON knows."""
    if isinstance(value, str):
        return value if len(value) <= most else value[: most - 1] + "…"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, int | float) else str(value)


def total_payload(table: ErrorTable, query: RowQuery, model: str) -> TotalPayload:
    """Return the errors of a model over the rows of a query."""
    counts, interval = table.totals(query, model)
    low, high = interval if interval is not None else (None, None)
    return {
        "model": model,
        "wer": counts.wer,
        "low": low,
        "high": high,
        "n_words": counts.n_words,
        "substitutions": counts.substitutions,
        "deletions": counts.deletions,
        "insertions": counts.insertions,
    }


def bar_payload(bar: Bar) -> BarPayload:
    """Return a bar as it crosses."""
    return {"low": bar.low, "high": bar.high, "value": bar.value, "n": bar.n, "wer": bar.wer}


def side_payloads(
    table: ErrorTable,
    row: Mapping[str, Any],
    *,
    words: Sequence[Word],
    heard: Mapping[str, Sequence[Word]],
    duration_s: float | None,
) -> list[SidePayload]:
    """Return what each model said of a row, each word with the time that it sounds at.

    Args:
        table: Where the row is from.
        row: As ``ErrorTable.page`` gives it.
        words: Of the reference, where it has times.
        heard: Of each model, where it gave times.
        duration_s: Of the sound; None where there is none.
    """
    found: list[SidePayload] = []
    for model, steps in row["alignments"].items():
        spans: tuple[list[WordTime], list[WordTime]] = ([], [])
        if duration_s is not None:
            spans = _times(table, steps, words=words, heard=heard.get(model, ()), duration_s=duration_s)
        found.append(
            {
                "model": model,
                "text": row[f"hypothesis:{model}"],
                "wer": row[f"wer:{model}"],
                "steps": _steps(steps, *spans),
            }
        )
    return found


def _times(
    table: ErrorTable,
    steps: Sequence[tuple[int, str | None, str | None]],
    *,
    words: Sequence[Word],
    heard: Sequence[Word],
    duration_s: float,
) -> tuple[list[WordTime], list[WordTime]]:
    said = [word for _, _, word in steps if word is not None]
    read = [word for _, word, _ in steps if word is not None]
    times = word_times(said, heard, fold=table.fold, duration_s=duration_s)
    if words or not heard:
        return word_times(read, words, fold=table.fold, duration_s=duration_s), times
    return reference_times(read, steps, times, duration_s=duration_s), times


def _steps(
    steps: Sequence[tuple[int, str | None, str | None]],
    read: Sequence[WordTime],
    said: Sequence[WordTime],
) -> list[StepPayload]:
    found: list[StepPayload] = []
    at = {"read": 0, "said": 0}
    for op, reference, hypothesis in steps:
        one = read[at["read"]] if reference is not None and read else None
        two = said[at["said"]] if hypothesis is not None and said else None
        at["read"] += reference is not None
        at["said"] += hypothesis is not None
        found.append(
            {
                "op": Op(op).name.lower(),  # type: ignore[typeddict-item] # the names of the four
                "reference": reference,
                "hypothesis": hypothesis,
                "reference_span": None if one is None else [one.start_s, one.end_s],
                "hypothesis_span": None if two is None else [two.start_s, two.end_s],
                "estimated": any(time is not None and time.estimated for time in (one, two)),
            }
        )
    return found
