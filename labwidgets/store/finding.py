"""Looking through the texts that nobody reviewed, and through one person's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import MessageError
from labwidgets.records import FindPage, Found, TextKind, Wanted, Word
from labwidgets.store import codec, schema, search
from labwidgets.store.mending import span_of
from labwidgets.store.projections import contents
from labwidgets.text import Place, checked_wanted, find_all
from labwidgets.timeline import to_s

MAX_SEGMENTS = 200
"""Segments in one page."""

_MAX_CANDIDATES = 1000
"""Texts looked at for one page: what stands in them may still be part of a longer word."""

_task, _thread, _opinion = schema.task.c, schema.thread.c, schema.opinion.c
_order = (_task.position, _task.segment_id)


def find(
    connection: sa.Connection, wanted: Wanted, *, annotator: str, after: str | None, limit: int
) -> FindPage:
    """Return the next segments whose text shows what is wanted, in the order of adding.

    A page has about ``limit`` segments, fewer where many texts have to be looked at.

    Raises:
        MessageError: ``after`` is not from an earlier page.
        TextError: It cannot be looked for.
    """
    checked_wanted(wanted.text)
    limit = min(max(1, limit), MAX_SEGMENTS)
    query = _texts(annotator, own=wanted.own).where(search.showing(connection, wanted.text))
    n_segments = None
    if after is None:
        n_segments = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    place = None if after is None else _place(after)
    found: list[Found] = []
    n_seen = 0
    while n_seen < _MAX_CANDIDATES:
        rows = _next(connection, query, place, limit)
        found += (one for one in found_in(connection, rows, wanted) if one.places)
        n_seen += len(rows)
        if len(rows) < limit:
            return FindPage(tuple(found), None, n_segments)
        place = (rows[-1]["position"], rows[-1]["segment_id"])
        if len(found) >= limit:
            break
    return FindPage(tuple(found), f"{place[0]} {place[1]}" if place else None, n_segments)


def _place(after: str) -> tuple[int, str]:
    position, _, segment_id = after.partition(" ")
    if not position.isdecimal() or not segment_id:
        raise MessageError("no place in this search", value=after, allowed="what the page before gave")
    return int(position), segment_id


def _next(
    connection: sa.Connection, query: sa.Select[Any], place: tuple[int, str] | None, limit: int
) -> Sequence[sa.RowMapping]:
    if place is not None:
        query = query.where(sa.tuple_(*_order) > sa.tuple_(*map(sa.literal, place)))
    return connection.execute(query.order_by(*_order).limit(limit)).mappings().all()


def _texts(annotator: str, *, own: bool) -> sa.Select[Any]:
    """Return a query of the open tasks that show a text, and of done ones where this person's text counts."""
    mine = (_thread.segment_id == _task.segment_id) & (_thread.annotator == annotator)
    newest = (
        (_opinion.segment_id == _thread.segment_id)
        & (_opinion.annotator == _thread.annotator)
        & (_opinion.revision == _thread.revision)
    )
    columns = ("segment_id", "position", "duration_us", "state", "draft_id", "reference_content_id")
    is_unreviewed = (_task.state == "open") & search.SHOWN.is_not(None)
    is_mine = (_task.state == "done") & (_opinion.content_id == _task.reference_content_id)
    query = sa.select(
        *(_task[name] for name in columns),
        _task.lease_holder,
        _task.lease_until_us,
        search.SHOWN.label("content_id"),
        _thread.revision,
    ).select_from(schema.task.outerjoin(schema.thread, mine).outerjoin(schema.opinion, newest))
    return query.where(_task.stage == schema.STAGE, is_unreviewed | is_mine if own else is_unreviewed)


def texts_of(
    connection: sa.Connection, segment_ids: Sequence[str], *, annotator: str
) -> dict[str, sa.RowMapping]:
    """Return by segment what ``find`` would look at; segments that it would not look at are missing."""
    query = _texts(annotator, own=True).where(_task.segment_id.in_(segment_ids))
    return {row["segment_id"]: row for row in connection.execute(query).mappings()}


def found_in(connection: sa.Connection, rows: Sequence[sa.RowMapping], wanted: Wanted) -> Iterator[Found]:
    """Give the texts of rows, with the places of what is wanted, which may be none."""
    shown = contents(connection, [row["content_id"] for row in rows])
    for row in rows:
        content, (kind, base) = shown[row["content_id"]], _kind(row)
        places = find_all(
            content["text"],
            wanted.text,
            whole_word=wanted.whole_word,
            match_case=wanted.match_case,
            match_accents=wanted.match_accents,
        )
        words, duration_s = codec.words_of(content["words"]), to_s(row["duration_us"])
        times = times_of(content["text"], words, places, duration_s=duration_s)
        yield Found(row["segment_id"], duration_s, kind, base, content["text"], words, places, times)


def times_of(
    text: str, words: Sequence[Word], places: Sequence[Place], *, duration_s: float
) -> tuple[tuple[float, float, bool], ...]:
    """Return when each place of a text sounds, and whether that is only estimated."""
    spans = (span_of(text, words, place, duration_s=duration_s) for place in places)
    return tuple((*span, is_estimated) for span, is_estimated in spans)


def _kind(row: sa.RowMapping) -> tuple[TextKind, str]:
    if row["state"] == "done":
        return "own", str(row["revision"])
    if row["reference_content_id"] is not None:
        return "imported", ""
    return "draft", row["draft_id"]
