"""The text that each task shows, folded, side by side in one narrow table, so that a search reads little.

A search goes through all of them: at a million tasks that is 150 MB. An index of trigrams (SQLite's FTS5)
would answer in no time, but its merges would now and then hold up a save, and it has nothing to say about one
or two letters, which are whole words in some scripts. PostgreSQL has such an index, kept beside the saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from labwidgets.store import schema
from labwidgets.store.events import chunks
from labwidgets.text import searchable

FEW = 500
"""Up to so many hits are looked up one by one."""

MANY = 20_000
"""From so many hits on, the next one in any order is near: the order is walked, and no hits are sorted."""

_task = schema.task.c
_text = schema.search_text.c
_is_labelled = _task.stage == schema.STAGE

SHOWN = sa.func.coalesce(_task.reference_content_id, _task.draft_content_id)
"""The content that a task shows: the reference, else the draft."""

_shows_text = sa.exists().where(_task.segment_id == _text.segment_id, _is_labelled, SHOWN.is_not(None))


def refresh(connection: sa.Connection, segment_ids: Sequence[str]) -> None:
    """Let a search see what the tasks of these segments show now.

    Whoever changes or blanks the content that a task shows calls this, as a withdrawal does.
    """
    for ids in chunks(segment_ids):
        connection.execute(_refresh(connection.dialect.name), {"ids": ids})


def forget(connection: sa.Connection, segment_ids: Sequence[str]) -> None:
    """Let a search no longer see segments, except those whose tasks show a text."""
    for ids in chunks(segment_ids):
        connection.execute(schema.search_text.delete().where(_text.segment_id.in_(ids), sa.not_(_shows_text)))


@cache
def _refresh(engine_name: str) -> Any:
    if engine_name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]

    shown = (
        sa.select(_task.segment_id, schema.content.c.folded)
        .join(schema.content, schema.content.c.id == SHOWN)
        .where(_is_labelled, _task.segment_id.in_(sa.bindparam("ids", expanding=True)))
    )
    statement = insert(schema.search_text).from_select(["segment_id", "folded"], shown)
    new = statement.excluded.folded
    # A text that was only confirmed costs no write.
    return statement.on_conflict_do_update(
        index_elements=["segment_id"], set_={"folded": new}, where=_text.folded != new
    )


def showing(connection: sa.Connection, search: str) -> sa.ColumnElement[bool]:
    """Return the condition on ``task`` that it shows ``search``, in a form that suits the number of hits."""
    hits = sa.select(_text.segment_id).where(matches(search))
    few = list(connection.scalars(hits.limit(FEW + 1)))
    if len(few) <= FEW:
        return _task.segment_id.in_(few)
    at_most = connection.scalar(sa.select(sa.func.count()).select_from(hits.limit(MANY + 1).subquery()))
    if (at_most or 0) <= MANY:
        return _task.segment_id.in_(hits)
    return sa.exists().where(_text.segment_id == _task.segment_id, matches(search))


def n_showing(connection: sa.Connection, search: str) -> int:
    """Return how many tasks show ``search``."""
    query = sa.select(sa.func.count()).select_from(schema.search_text).where(matches(search))
    return connection.scalar(query) or 0


def matches(search: str) -> sa.ColumnElement[bool]:
    """Return the condition on ``search_text`` that ``search``, taken literally, is somewhere in it."""
    return _text.folded.contains(searchable(search), autoescape=True)
