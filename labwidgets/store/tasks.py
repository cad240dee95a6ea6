"""Task rows and the sums over them, which always change together."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from labwidgets.store import schema, search
from labwidgets.store.events import chunks
from labwidgets.store.statements import insert_rows, upsert

STAGE = schema.STAGE
N_SHARDS = 16
UNRANKED = 2.0
"""Rank of a task without a confidence: behind all others in either direction."""

_POSITION_BITS = 20
"""Room for the segments of one recording in the ``added`` order: one place per tenth of a second."""

_SUMS = ("n", "duration_us", "n_drafted", "n_flagged")
_COUNTED = ("state", "shard", "duration_us", "draft_id", "is_flagged")
_SHOWN = {"draft_content_id", "reference_content_id"}

_task = schema.task.c
_counted_rows = (
    sa.select(_task.segment_id, *(_task[name] for name in _COUNTED))
    .where(_task.stage == STAGE, _task.segment_id.in_(sa.bindparam("ids", expanding=True)))
    .with_for_update()
)

Deltas = dict[tuple[str, int], list[int]]


def position(recording_seq: int, start_us: int = 0) -> int:
    """Return the place of a segment in the ``added`` order: its recording, then its start."""
    return (recording_seq << _POSITION_BITS) + min(start_us // 100_000, (1 << _POSITION_BITS) - 1)


def new_task(segment_id: str, **values: Any) -> dict[str, Any]:
    """Return an open task's row; ``values`` are the columns that differ from the usual."""
    return {
        "segment_id": segment_id,
        "stage": STAGE,
        "state": "open",
        "priority": 0.0,
        "selected_by": "all",
        "inclusion_p": 1.0,
        "decision_id": None,
        "shard": zlib.crc32(segment_id.encode()) % N_SHARDS,
        "flags": [],
        "is_flagged": False,
        "n_opinions": 0,
        "draft_id": None,
        "draft_content_id": None,
        "reference_content_id": None,
        **ranks(None),
        **values,
    }


def ranks(confidence: float | None) -> dict[str, float | None]:
    """Return the columns that follow from a draft's confidence."""
    return {
        "confidence": confidence,
        "least_rank": UNRANKED if confidence is None else confidence,
        "most_rank": UNRANKED if confidence is None else -confidence,
    }


def insert_tasks(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new tasks."""
    if not rows:
        return
    insert_rows(connection, schema.task, rows)
    deltas: Deltas = defaultdict(lambda: [0] * len(_SUMS))
    for row in rows:
        _count(deltas, row, 1)
    _add(connection, deltas)
    search.refresh(connection, [row["segment_id"] for row in rows if any(row[name] for name in _SHOWN)])


def change_tasks(connection: sa.Connection, changes: Mapping[str, dict[str, Any]]) -> None:
    """Change columns of tasks, given by segment; each change names the same columns.

    A segment without a task (a retired one) is passed over.
    """
    before = _counted(connection, list(changes))
    rows = [{"key": segment_id, **change} for segment_id, change in changes.items() if segment_id in before]
    if not rows:
        return
    columns = tuple(name for name in rows[0] if name != "key")
    connection.execute(_update(columns), rows)
    if _SHOWN.intersection(columns):
        search.refresh(connection, [row["key"] for row in rows])
        search.forget(
            connection, [row["key"] for row in rows if any(row.get(name, "") is None for name in _SHOWN)]
        )
    if not set(columns).intersection(_COUNTED):
        return
    deltas: Deltas = defaultdict(lambda: [0] * len(_SUMS))
    for row in rows:
        old = before[row["key"]]
        _count(deltas, old, -1)
        _count(deltas, {**old, **row}, 1)
    _add(connection, deltas)


@cache
def _update(columns: tuple[str, ...]) -> sa.Update:
    task = schema.task
    statement = task.update().where(task.c.segment_id == sa.bindparam("key"), task.c.stage == STAGE)
    return statement.values({name: sa.bindparam(name) for name in columns})


def delete_tasks(connection: sa.Connection, segment_ids: Sequence[str]) -> None:
    """Remove the tasks of retired segments."""
    deltas: Deltas = defaultdict(lambda: [0] * len(_SUMS))
    for row in _counted(connection, segment_ids).values():
        _count(deltas, row, -1)
    for some in chunks(segment_ids):
        connection.execute(schema.task.delete().where(schema.task.c.segment_id.in_(some)))
    search.forget(connection, segment_ids)
    _add(connection, deltas)


def _counted(connection: sa.Connection, segment_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(segment_ids):
        rows = connection.execute(_counted_rows, {"ids": some}).mappings()
        found.update((row["segment_id"], dict(row)) for row in rows)
    return found


def _count(deltas: Deltas, row: Mapping[str, Any], sign: int) -> None:
    sums = deltas[row["state"], row["shard"]]
    sums[0] += sign
    sums[1] += sign * row["duration_us"]
    sums[2] += sign * (row["draft_id"] is not None)
    sums[3] += sign * bool(row["is_flagged"])


def _add(connection: sa.Connection, deltas: Deltas) -> None:
    rows = [
        {"stage": STAGE, "state": state, "shard": shard, **dict(zip(_SUMS, sums, strict=True))}
        for (state, shard), sums in sorted(deltas.items())
        if any(sums)
    ]
    if rows:
        connection.execute(upsert(connection.dialect.name, schema.tally, is_sum=True), rows)
