"""Writes that are built once: rows straight to the driver, and "insert or change"."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

_ROWS_AT_ONCE = 250
_MARKS_AT_ONCE = 10_000
"""SQLite takes 32,766."""


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns.

    SQLAlchemy's own way builds a parameter set by name for each row, which costs more than the insert. Many
    rows go into one statement: Python's lock is let go of once for all of them and not row by row, when a
    thread that reads files beside takes it each time.
    """
    if not rows:
        return
    plan = _insert(connection.dialect, table, tuple(rows[0]))
    n_columns = len(plan.names)
    values = list(chain.from_iterable(map(plan.of_row, rows)))
    for place, process in plan.processes:
        values[place::n_columns] = map(process, values[place::n_columns])
    step = plan.n_rows * n_columns
    n_together = len(values) - len(values) % step
    for start in range(0, n_together, step):
        connection.exec_driver_sql(plan.text_of_many, tuple(values[start : start + step]))
    single = [tuple(values[i : i + n_columns]) for i in range(n_together, len(values), n_columns)]
    if single and plan.is_positional:
        connection.exec_driver_sql(plan.text, single)
    elif single:
        connection.exec_driver_sql(plan.text, [dict(zip(plan.names, row, strict=True)) for row in single])


@dataclass(frozen=True, slots=True)
class _Insert:
    """How rows of the same columns go into a table.

    Attributes:
        text: Of the statement for one row.
        names: The columns in the order of its marks.
        of_row: Takes a row's values in that order.
        processes: Place of a column, and what turns its values into the driver's.
        is_positional: Whether its marks have no names.
        n_rows: How many rows go together; more than there ever are where marks have names.
        text_of_many: Of the statement for that many rows.
    """

    text: str
    names: tuple[str, ...]
    of_row: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    processes: tuple[tuple[int, Callable[[Any], Any]], ...]
    is_positional: bool
    n_rows: int
    text_of_many: str


@lru_cache(maxsize=256)
def _insert(dialect: sa.Dialect, table: sa.Table, columns: tuple[str, ...]) -> _Insert:
    compiled = table.insert().compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or columns)
    found = ((i, _processor(dialect, table.c[name])) for i, name in enumerate(names))
    head, marks = str(compiled).split(" VALUES ", 1)
    is_positional = bool(compiled.positional)
    n_rows = min(_ROWS_AT_ONCE, _MARKS_AT_ONCE // len(names)) if is_positional else sys.maxsize
    return _Insert(
        text=str(compiled),
        names=names,
        of_row=itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],),
        processes=tuple((i, process) for i, process in found if process is not None),
        is_positional=is_positional,
        n_rows=n_rows,
        text_of_many=f"{head} VALUES {', '.join([marks] * n_rows)}" if is_positional else "",
    )


def _processor(dialect: sa.Dialect, column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    if dialect.name == "sqlite" and isinstance(column.type, sa.Boolean):
        return None  # the driver knows them
    process: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return process


def select_among(
    connection: sa.Connection,
    shown: tuple[sa.Column[Any], ...],
    column: sa.Column[Any],
    values: Sequence[str],
) -> list[tuple[Any, ...]]:
    """Return the columns ``shown`` of the rows whose ``column`` is one of ``values``, any number of them.

    The values travel as one: SQLAlchemy writes an IN list anew each time, which costs more than the search.
    """
    name = connection.dialect.name
    given = json.dumps(values) if name == "sqlite" else list(values)
    return [tuple(row) for row in connection.execute(_select_among(name, shown, column), {"given": given})]


@cache
def _select_among(
    engine_name: str, shown: tuple[sa.Column[Any], ...], column: sa.Column[Any]
) -> sa.Select[Any]:
    if engine_name == "sqlite":
        each = sa.func.json_each(sa.bindparam("given", type_=sa.Text)).table_valued("value")
        return sa.select(*shown).where(column.in_(sa.select(each.c.value)))
    given = sa.bindparam("given", type_=sa.ARRAY(sa.String))
    return sa.select(*shown).where(column == sa.any_(given))


@cache
def upsert(engine_name: str, table: sa.Table, *, is_sum: bool = False) -> Any:
    """Return a statement that inserts a row or, where its key is taken, changes that row.

    Args:
        engine_name: The dialect's name.
        table: Of the row.
        is_sum: Add to what is stored instead of replacing it.
    """
    statement = _dialect_insert(engine_name, table)
    key = [column.name for column in table.primary_key]
    changed = {
        column.name: column + statement.excluded[column.name] if is_sum else statement.excluded[column.name]
        for column in table.c
        if column.name not in key
    }
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def insert_if_new(engine_name: str, table: sa.Table) -> Any:
    """Return a statement that inserts a row unless its key is taken."""
    return _dialect_insert(engine_name, table).on_conflict_do_nothing()


def _dialect_insert(engine_name: str, table: sa.Table) -> Any:
    if engine_name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table)
