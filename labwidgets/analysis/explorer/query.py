"""What can be asked of a table of errors, and how that is said in SQL; values are never part of the words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from labwidgets.errors import ConfigError

Kind = Literal["is", "is_not", "at_least", "below", "contains", "missing"]
KINDS: tuple[Kind, ...] = ("is", "is_not", "at_least", "below", "contains", "missing")

ORDER = "row"
"""Name of the column of row numbers: the order that the rows came in."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        name: As queries name it, for example ``speaker`` or ``wer:whisper-tiny``.
        kind: ``number`` or ``text``.
        model: Whose figure it is; None where it belongs to the utterance.
        measure: ``wer``, ``cer``, …, ``hypothesis``; None for what came along.
    """

    name: str
    kind: Literal["number", "text"]
    model: str | None = None
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: rows whose ``column`` is so.

    Attributes:
        column: Its name.
        kind: One of ``KINDS``; ``missing`` asks for rows without a value.
        value: A number or a text; for ``is`` and ``is_not`` also several of them.
    """

    column: str
    kind: Kind
    value: float | str | tuple[float | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows, in which order.

    Attributes:
        sort: Name of a column.
        descending: Largest first; rows without a value come last either way.
        where: Filters that all hold.
        search: Text that a reference, a hypothesis or an id holds, whatever its letter case.
        confusion: Model, word of the reference and word heard: rows where the one became the other. An empty
            word means nothing: ``("m", "the", "")`` asks where ``the`` was left out.
    """

    sort: str = ORDER
    descending: bool = False
    where: tuple[Condition, ...] = ()
    search: str = ""
    confusion: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a histogram: rows with ``low <= value < high`` (the last one: ``<=``)."""

    low: float
    high: float
    n: int


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def condition_sql(query: RowQuery, columns: Mapping[str, Column]) -> tuple[str, list[Any]]:
    """Return the condition of a query, without its confusion, and the values for its places.

    Raises:
        ConfigError: There is no such column or kind of filter, or its value does not fit.
    """
    parts: list[str] = []
    values: list[Any] = []
    for one in query.where:
        words, given = _condition(one, known(one.column, columns))
        parts.append(words)
        values += given
    if query.search.strip():
        needle = unicodedata.normalize("NFC", query.search.strip()).lower()
        texts = ["id", "reference", *(one.name for one in columns.values() if one.measure == "hypothesis")]
        parts.append("(" + " OR ".join(f"contains(lower({quoted(name)}), ?)" for name in texts) + ")")
        values += [needle] * len(texts)
    return " AND ".join(parts) or "true", values


def known(name: str, columns: Mapping[str, Column]) -> Column:
    """Return the column of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in columns:
        raise ConfigError("no such column", value=name, allowed=", ".join(columns))
    return columns[name]


def _condition(one: Condition, column: Column) -> tuple[str, list[Any]]:
    name = quoted(column.name)
    if one.kind not in KINDS:
        raise ConfigError("no such filter", value=one.kind, allowed=", ".join(KINDS))
    if one.kind == "missing":
        return f"{name} IS NULL", []
    if one.kind in ("is", "is_not"):
        given = one.value if isinstance(one.value, tuple) else (one.value,)
        values = [_fitting(value, column) for value in given]
        places = ", ".join("?" * len(values))
        words = f"{name} IN ({places})"
        return (words if one.kind == "is" else f"({name} IS NULL OR NOT {words})"), values
    value = _fitting(one.value, column)
    if one.kind == "contains":
        return f"contains(lower({name}::VARCHAR), ?)", [str(value).lower()]
    return f"{name} {'>=' if one.kind == 'at_least' else '<'} ?", [value]


def _fitting(value: object, column: Column) -> float | str:
    if column.kind == "number" and isinstance(value, int | float) and value == value:  # noqa: PLR0124 - NaN
        return value
    if column.kind == "text" and isinstance(value, str):
        return value
    raise ConfigError(
        f"the filter on {column.name} needs another value",
        value=value,
        allowed="a number" if column.kind == "number" else "a text",
    )
