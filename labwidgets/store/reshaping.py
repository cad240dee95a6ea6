"""What changes of a recording's segments, and their undoing, do to the projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.records import AUDIT, Event
from labwidgets.store import schema
from labwidgets.store.deciding_log import forget_accepted, reopen_accepted
from labwidgets.store.events import chunks
from labwidgets.store.heads import heads_of
from labwidgets.store.policy import decide_state
from labwidgets.store.starts import note_moves
from labwidgets.store.statements import insert_rows
from labwidgets.store.tasks import change_tasks, delete_tasks, insert_tasks, new_task, position, ranks

BESIDE = "beside:"
"""How the cache keys of hypotheses begin that never become the draft."""

_segment, _task, _hypothesis = schema.segment.c, schema.task.c, schema.hypothesis.c
_opinion, _reference = schema.opinion.c, schema.reference.c

Row = Mapping[str, Any]


def segments_changed(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Retire, add, change and revive segments; speakers' names stand in the content alone."""
    for event in events:
        payload = event.payload
        content = schema.content.c
        key = payload["content_id"]
        fields = connection.scalar(sa.select(content.fields).where(content.id == key)) or {}
        recording = _recording(connection, payload["recording_id"])
        _retire(connection, event, payload.get("retired", ()))
        _add(connection, event, recording, fields.get("speakers", {}))
        _change(connection, payload.get("changed", ()), recording, fields.get("speakers", {}))
        _revive(connection, event, recording)


def _recording(connection: sa.Connection, recording_id: str) -> sa.RowMapping:
    recording = schema.recording.c
    query = sa.select(recording.seq, recording.state).where(recording.id == recording_id)
    return connection.execute(query).mappings().one()


def _retire(connection: sa.Connection, event: Event, retired: Sequence[Row]) -> None:
    ids = [one["id"] for one in retired]
    for some in chunks(ids):
        here = _segment.id.in_(some)
        connection.execute(schema.segment.update().where(here).values(retired_by=event.event_id))
    if ids:
        delete_tasks(connection, ids)


def _add(
    connection: sa.Connection, event: Event, recording: sa.RowMapping, speakers: Mapping[str, str | None]
) -> None:
    segments, tasks, references = [], [], []
    for one in event.payload.get("added", ()):
        placed = {
            "position": position(recording["seq"], one["start_us"]),
            "speaker": speakers.get(one["id"]),
        }
        columns = ("id", "channel", "start_us", "end_us", "parent_ids")
        own = {name: one[name] for name in columns}
        segments.append({**own, **placed, "recording_id": event.payload["recording_id"], "version": 1})
        referred = one.get("reference")
        tasks.append(
            new_task(
                one["id"],
                state="blocked" if recording["state"] == "broken" else "open",
                duration_us=one["end_us"] - one["start_us"],
                changed_us=event.at_us,
                reference_content_id=referred and referred["content_id"],
                **{name: one[name] for name in DRAWN},
                **placed,
            )
        )
        if referred:
            references.append(
                {
                    "segment_id": one["id"],
                    "content_id": referred["content_id"],
                    "origin": referred["origin"],
                    "policy": "latest",
                    "decided_by": referred["decided_by"],
                    "at_us": event.at_us,
                }
            )
    insert_rows(connection, schema.segment, segments)
    insert_tasks(connection, tasks)
    insert_rows(connection, schema.reference, references)


DRAWN = ("rand", "selected_by", "inclusion_p")
"""How a segment came to be worked on: a task's columns that nothing else tells."""


def _change(
    connection: sa.Connection,
    changed: Sequence[Row],
    recording: sa.RowMapping,
    speakers: Mapping[str, str | None],
) -> None:
    if not changed:
        return
    before = rows_of(connection, [one["id"] for one in changed])
    now: dict[str, dict[str, Any]] = {}
    for one in changed:
        start_us, end_us = one["start_us"], one["end_us"]
        now[one["id"]] = {
            "version": one["version"],
            "start_us": start_us,
            "end_us": end_us,
            "speaker": speakers.get(one["id"]),
            "position": position(recording["seq"], start_us),
        }
    note_moves(connection, [(before[key], values) for key, values in now.items()])
    statement = schema.segment.update().where(_segment.id == sa.bindparam("key"))
    statement = statement.values({name: sa.bindparam(name) for name in next(iter(now.values()))})
    connection.execute(statement, [{"key": key, **values} for key, values in now.items()])
    change_tasks(
        connection,
        {
            key: {
                "duration_us": values["end_us"] - values["start_us"],
                "position": values["position"],
                "speaker": values["speaker"],
            }
            for key, values in now.items()
        },
    )
    # What was accepted was said of another span.
    moved = [
        key
        for key, values in now.items()
        if any(before[key][name] != values[name] for name in ("start_us", "end_us"))
    ]
    reopen_accepted(connection, moved)


def _revive(connection: sa.Connection, event: Event, recording: sa.RowMapping) -> None:
    revived = event.payload.get("revived", ())
    # Somebody worked on them: what was accepted without a person is no longer.
    forget_accepted(connection, [one["id"] for one in revived])
    rows = rows_of(connection, [one["id"] for one in revived])
    tasks = []
    for one in revived:
        segment_id = one["id"]
        here = _segment.id == segment_id
        connection.execute(schema.segment.update().where(here).values(retired_by=None))
        heads = heads_of(connection, segment_id)
        state = decide_state(heads)
        row = rows[segment_id]
        tasks.append(
            new_task(
                segment_id,
                state="blocked" if state == "open" and recording["state"] == "broken" else state,
                duration_us=row["end_us"] - row["start_us"],
                changed_us=event.at_us,
                position=row["position"],
                speaker=row["speaker"],
                n_opinions=sum(not head.is_skip for head in heads),
                reference_content_id=_reference_of(connection, segment_id),
                **{name: one[name] for name in DRAWN},
                **_flags_of(connection, segment_id),
                **_draft_of(connection, segment_id, is_audit=one["selected_by"] == AUDIT),
            )
        )
    insert_tasks(connection, tasks)


def rows_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, sa.RowMapping]:
    """Return rows of ``segment`` by id, of those that are known."""
    found: dict[str, sa.RowMapping] = {}
    for some in chunks(ids):
        query = sa.select(schema.segment).where(_segment.id.in_(some))
        found.update((row["id"], row) for row in connection.execute(query).mappings())
    return found


def _reference_of(connection: sa.Connection, segment_id: str) -> str | None:
    query = sa.select(_reference.content_id).where(_reference.segment_id == segment_id)
    found: str | None = connection.scalar(query)
    return found


def _flags_of(connection: sa.Connection, segment_id: str) -> dict[str, Any]:
    query = sa.select(_opinion.flags).where(_opinion.segment_id == segment_id)
    flags = connection.scalar(query.order_by(_opinion.seq.desc()).limit(1)) or []
    return {"flags": flags, "is_flagged": bool(flags)}


def _draft_of(connection: sa.Connection, segment_id: str, *, is_audit: bool) -> dict[str, Any]:
    query = (
        sa.select(_hypothesis.id, _hypothesis.content_id, _hypothesis.confidence)
        .where(_hypothesis.segment_id == segment_id)
        .where(sa.not_(_hypothesis.cache_key.startswith(BESIDE, autoescape=True)))
    )
    row = connection.execute(query.order_by(_hypothesis.seq.desc()).limit(1)).first()
    if row is None:
        return {}
    shown = {} if is_audit else {"draft_id": row.id, "draft_content_id": row.content_id}
    return {**shown, **ranks(row.confidence)}
