"""Writes that are built once: rows straight to the driver, and "insert or change"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

Binds = tuple[tuple[str, Any], ...]
"""Columns in the order of the statement's marks, each with what turns its values into the driver's."""


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns.

    SQLAlchemy's own way builds a parameter set by name for each row, which costs more than the insert.
    """
    if not rows:
        return
    text, binds, is_positional = _insert(connection.dialect, table, tuple(rows[0]))
    values = [
        [row[name] if process is None else process(row[name]) for name, process in binds] for row in rows
    ]
    if is_positional:
        connection.exec_driver_sql(text, [tuple(row) for row in values])
    else:
        names = [name for name, _ in binds]
        connection.exec_driver_sql(text, [dict(zip(names, row, strict=True)) for row in values])


@lru_cache(maxsize=256)
def _insert(dialect: sa.Dialect, table: sa.Table, columns: tuple[str, ...]) -> tuple[str, Binds, bool]:
    compiled = table.insert().compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup or columns
    binds = tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    return str(compiled), binds, bool(compiled.positional)


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
