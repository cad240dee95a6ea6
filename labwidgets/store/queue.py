"""The queue: orders, filters, search, what comes next, and who holds what.

Each order runs off one index by state, whose last columns make it total, so that "the next one" is a seek and
never a sort; a look at all states merges the states' runs.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, get_args

import sqlalchemy as sa

from labwidgets.errors import ConfigError, NotFoundError, TextError
from labwidgets.records import (
    AUDIT,
    QUEUE_FILTERS,
    QUEUE_ORDERS,
    QueueCounts,
    QueuePage,
    QueueQuery,
    QueueRow,
    ShownDraft,
    TaskState,
)
from labwidgets.store import schema, search
from labwidgets.store.events import now_us
from labwidgets.store.tasks import STAGE
from labwidgets.text import checked_text
from labwidgets.timeline import to_s, to_us

MAX_ROWS = 1000
PACE = "work_min_per_s"
"""Key, in ``meta``, of how long the work on a second of open sound takes, in minutes."""
RANKED = "work_ranked_us"
"""Key, in ``meta``, of when segments were ranked by what they are worth."""
Sums = Mapping[str, tuple[int, int, int, int]]
"""By state: tasks, microseconds, drafted ones, flagged ones."""
TASK_STATES: tuple[TaskState, ...] = get_args(TaskState)
_MAX_SEARCH = 1000
_SHOWN_CHARACTERS = 160
_task = schema.task.c
_tie = (_task.position, _task.segment_id)

ORDERS: Mapping[str, tuple[tuple[sa.Column[Any], ...], bool]] = {
    "added": (_tie, False),
    "least_confident": ((_task.least_rank, *_tie), False),
    "most_confident": ((_task.most_rank, *_tie), False),
    "shortest": ((_task.duration_us, *_tie), False),
    "longest": ((_task.duration_us, *_tie), True),
    "random": ((_task.rand, *_tie), False),
    "recent": ((_task.changed_us, *_tie), True),
    "value": ((_task.priority, *_tie), False),
}
"""By name: the columns of the order, and whether it runs downwards."""


def page(connection: sa.Connection, query: QueueQuery, *, offset: int, limit: int) -> QueuePage:
    """Return some rows of a query and how many there are.

    Raises:
        ConfigError: On an unknown order or filter.
        TextError: On a search that cannot be.
    """
    _check(query)
    offset, limit = max(0, offset), min(max(0, limit), MAX_ROWS)
    matching = _matching(connection, query)
    wanted = list(connection.scalars(_ordered(matching, query).offset(offset).limit(limit)))
    content, said, run = schema.content.c, schema.hypothesis.c, schema.model_run.c
    is_draft = (said.id == _task.draft_id) & _task.reference_content_id.is_(None)
    details = (
        sa.select(
            schema.task,
            sa.func.substr(content.text, 1, _SHOWN_CHARACTERS).label("shown"),
            run.model,
            said.confidence.label("sure"),
            said.alarms,
        )
        .join(schema.content, content.id == search.SHOWN, isouter=True)
        .join(schema.hypothesis, is_draft, isouter=True)
        .join(schema.model_run, run.id == said.run_id, isouter=True)
        .where(_task.stage == STAGE, _task.segment_id.in_(wanted))
    )
    rows = {row["segment_id"]: row for row in connection.execute(details).mappings()}
    return QueuePage(
        rows=tuple(_row(rows[key], offset + place) for place, key in enumerate(wanted)),
        total=_total(connection, matching, query),
        offset=offset,
    )


def _row(row: sa.RowMapping, position: int) -> QueueRow:
    return QueueRow(
        segment_id=row["segment_id"],
        position=position,
        duration_s=to_s(row["duration_us"]),
        state=row["state"],
        text=row["shown"] or "",
        confidence=row["confidence"],
        flags=tuple(row["flags"]),
        speaker=row["speaker"],
        draft=None if row["model"] is None else ShownDraft(row["model"], row["sure"], tuple(row["alarms"])),
    )


def _check(query: QueueQuery) -> None:
    if query.order not in QUEUE_ORDERS:
        raise ConfigError("unknown order", value=query.order, allowed=", ".join(QUEUE_ORDERS))
    if query.filter not in QUEUE_FILTERS:
        raise ConfigError("unknown filter", value=query.filter, allowed=", ".join(QUEUE_FILTERS))
    if len(checked_text(query.search)) > _MAX_SEARCH:
        raise TextError(
            "the search is too long",
            value=f"{len(query.search)} characters",
            allowed=f"at most {_MAX_SEARCH}",
        )


def _matching(connection: sa.Connection, query: QueueQuery) -> sa.Select[Any]:
    found: sa.Select[Any] = sa.select(_task.segment_id).where(_task.stage == STAGE)
    if query.filter == "flagged":
        found = found.where(_task.is_flagged == sa.true())
    elif query.filter == "audits":
        found = found.where(_task.selected_by == AUDIT)
    elif query.filter == "decided":
        found = found.where(_task.decision_id.is_not(None))
    elif query.filter != "all":
        found = found.where(_task.state == query.filter)
    if query.search:
        found = found.where(search.showing(connection, query.search))
    return found


def _ordered(matching: sa.Select[Any], query: QueueQuery) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    if query.filter != "all" or query.search or query.order == "added":
        return matching.order_by(*_order_by(query))
    # No index holds all states in this order: one run for each state, merged by the engine.
    columns, is_down = ORDERS[query.order]
    names = [column.name for column in columns if column is not _task.segment_id]
    run = sa.select(_task.segment_id, *(_task[name] for name in names)).where(_task.stage == STAGE)
    runs = sa.union_all(*(run.where(_task.state == state) for state in TASK_STATES))
    keys = (runs.selected_columns[column.name] for column in columns)
    return runs.order_by(*(key.desc() if is_down else key.asc() for key in keys))


def _order_by(query: QueueQuery) -> list[sa.ColumnElement[Any]]:
    columns, is_down = ORDERS[query.order]
    return [column.desc() if is_down else column.asc() for column in columns]


def _total(connection: sa.Connection, matching: sa.Select[Any], query: QueueQuery) -> int:
    if query.search and query.filter == "all":
        return search.n_showing(connection, query.search)
    if query.search or query.filter in ("audits", "decided"):
        return connection.scalar(sa.select(sa.func.count()).select_from(matching.subquery())) or 0
    tally = schema.tally.c
    summed = sa.select(sa.func.sum(tally.n_flagged if query.filter == "flagged" else tally.n))
    if query.filter not in ("all", "flagged"):
        summed = summed.where(tally.state == query.filter)
    return int(connection.scalar(summed.where(tally.stage == STAGE)) or 0)


def counts(connection: sa.Connection) -> QueueCounts:
    """Return the progress over everything, from sums that are kept."""
    sums = tallies(connection)
    by_state = {state: figures[0] for state, figures in sums.items()}
    return QueueCounts(
        total=sum(by_state.values()),
        done=by_state.get("done", 0),
        skipped=by_state.get("skipped", 0),
        blocked=by_state.get("blocked", 0),
        drafted=sum(figures[2] for figures in sums.values()),
        total_s=to_s(sum(figures[1] for figures in sums.values())),
        done_s=to_s(sums["done"][1]) if "done" in sums else 0.0,
        minutes_left=minutes_left(connection, sums),
    )


def minutes_left(connection: sa.Connection, sums: Sums) -> float | None:
    """Return the work on what is open, at the pace that ``worth.keep`` left; None before."""
    pace = connection.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.key == PACE))
    open_s = to_s(sums["open"][1]) if "open" in sums else 0.0
    return None if pace is None else float(pace) * open_s


def tallies(connection: sa.Connection) -> Sums:
    """Return by state: tasks, microseconds, drafted ones, flagged ones."""
    tally = schema.tally.c
    sums = (sa.func.sum(tally[name]) for name in ("n", "duration_us", "n_drafted", "n_flagged"))
    query = sa.select(tally.state, *sums).where(tally.stage == STAGE).group_by(tally.state)
    rows = connection.execute(query)
    return {row[0]: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows}


def upcoming(connection: sa.Connection, query: QueueQuery, *, after: str | None, n: int) -> list[str]:
    """Return the next ``n`` open segments behind ``after``, going round once; ``after`` itself is left out.

    Raises:
        ConfigError: On an unknown order or filter.
        NotFoundError: On an unknown ``after``.
        TextError: On a search that cannot be.
    """
    _check(query)
    n = min(max(0, n), MAX_ROWS)
    columns, is_down = ORDERS[query.order]
    open_ones = _matching(connection, query).where(_task.state == "open").order_by(*_order_by(query))
    place = None if after is None else _place(connection, after, columns)
    if place is None:
        return list(connection.scalars(open_ones.limit(n)))
    here = sa.tuple_(*columns)
    behind, before = (here < place, here > place) if is_down else (here > place, here < place)
    found = list(connection.scalars(open_ones.where(behind).limit(n)))
    if len(found) < n:
        found += connection.scalars(open_ones.where(before).limit(n - len(found)))
    return found


def _place(
    connection: sa.Connection, segment_id: str, columns: tuple[sa.Column[Any], ...]
) -> sa.Tuple | None:
    query = sa.select(*columns).where(_task.segment_id == segment_id, _task.stage == STAGE)
    row = connection.execute(query).first()
    if row is not None:
        values = zip(columns, row, strict=True)
        return sa.tuple_(*(sa.literal(value, column.type) for column, value in values))
    segment = schema.segment.c
    if connection.scalar(sa.select(segment.id).where(segment.id == segment_id)) is None:
        raise NotFoundError("unknown segment", value=segment_id, remedy="Look it up in the queue")
    return None


def position(connection: sa.Connection, query: QueueQuery, segment_id: str) -> int | None:
    """Return how many rows of a query stand before a segment; None where it is not among them.

    Raises:
        ConfigError: On an unknown order or filter.
        TextError: On a search that cannot be.
    """
    _check(query)
    matching = _matching(connection, query)
    if connection.scalar(matching.where(_task.segment_id == segment_id)) is None:
        return None
    columns, is_down = ORDERS[query.order]
    place, here = _place(connection, segment_id, columns), sa.tuple_(*columns)
    before = matching.where(here > place if is_down else here < place)
    if query.filter == "all" and query.order != "added":
        # The index of this order begins with the state: naming all of them lets the engine use it.
        before = before.where(_task.state.in_(TASK_STATES))
    return connection.scalar(sa.select(sa.func.count()).select_from(before.subquery()))


def claim(connection: sa.Connection, annotator: str, query: QueueQuery, *, lease_s: float) -> str | None:
    """Take the first open segment that nobody holds, for ``lease_s`` seconds; None when there is none.

    Raises:
        ConfigError: On an unknown order or filter.
    """
    _check(query)
    now = now_us()
    is_free = _task.lease_until_us.is_(None) | (_task.lease_until_us <= now)
    free = _matching(connection, query).where(_task.state == "open", is_free)
    first = free.order_by(*_order_by(query)).limit(1)
    segment_id: str | None = connection.scalar(first.with_for_update(skip_locked=True, of=schema.task))
    if segment_id is not None:
        lease = {
            "lease_holder": annotator,
            "lease_token": secrets.token_hex(8),
            "lease_until_us": now + to_us(lease_s),
        }
        here = (_task.segment_id == segment_id) & (_task.stage == STAGE)
        connection.execute(schema.task.update().where(here).values(lease))
    return segment_id


def renew(connection: sa.Connection, segment_id: str, annotator: str, *, lease_s: float) -> bool:
    """Hold a segment longer; False when the lease is lost."""
    now = now_us()
    held = _held(segment_id, annotator) & (_task.lease_until_us > now)
    values = {"lease_until_us": now + to_us(lease_s)}
    return bool(connection.execute(schema.task.update().where(held).values(values)).rowcount)


def release(connection: sa.Connection, segment_id: str, annotator: str) -> bool:
    """Give a segment back; False when it was not held."""
    values = dict.fromkeys(schema.LEASE_COLUMNS)
    held = _held(segment_id, annotator)
    return bool(connection.execute(schema.task.update().where(held).values(values)).rowcount)


def _held(segment_id: str, annotator: str) -> sa.ColumnElement[bool]:
    return (_task.segment_id == segment_id) & (_task.stage == STAGE) & (_task.lease_holder == annotator)
