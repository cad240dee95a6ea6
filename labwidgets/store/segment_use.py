"""Which segments of a recording people have worked on, and which a program may cut again."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.records import AUDIT, Segment
from labwidgets.store import codec, events, schema
from labwidgets.store.events import now_us
from labwidgets.store.labels import changes_of

_segment, _task, _thread = schema.segment.c, schema.task.c, schema.thread.c
_reference, _kept, _event = schema.reference.c, schema.kept_edit.c, schema.event.c
_ROUNDED_US = 50_000


def by_use(connection: sa.Connection, recording_id: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return the live segments that nobody has worked on, and the others, by start.

    Work is an opinion, a reference, typed text, a lease, or a change of the segment by hand; an audit counts,
    too, as the sample must stay what was drawn.
    """
    is_leased = sa.exists().where(_task.segment_id == _segment.id, _task.lease_until_us > now_us())
    is_audit = sa.exists().where(_task.segment_id == _segment.id, _task.selected_by == AUDIT)
    marks = (
        sa.exists().where(_thread.segment_id == _segment.id),
        sa.exists().where(_reference.segment_id == _segment.id),
        sa.exists().where(_kept.segment_id == _segment.id),
        is_leased,
        is_audit,
        _segment.version > 1,
    )
    query = (
        sa.select(schema.segment, sa.or_(*marks).label("is_used"))
        .where(_segment.recording_id == recording_id, _segment.retired_by.is_(None))
        .order_by(_segment.start_us, _segment.end_us, _segment.id)
    )
    rows = connection.execute(query).mappings().all()
    made = _made_by_programs(connection, recording_id)
    free = [row for row in rows if not row["is_used"] and row["id"] in made]
    used = [row for row in rows if row["is_used"] or row["id"] not in made]
    return tuple(map(codec.segment_of, free)), tuple(map(codec.segment_of, used))


def _made_by_programs(connection: sa.Connection, recording_id: str) -> set[str]:
    """Return the segment that is all of a recording as it came in, and those that a program cut."""
    recording = schema.recording.c
    added = (
        sa.select(_event.stream_id)
        .join(schema.segment, _segment.id == _event.stream_id)
        .join(schema.recording, recording.id == _segment.recording_id)
        .where(_event.kind == "segment_added", recording.id == recording_id)
        # Other segments that came in with it were cut by somebody, somewhere.
        .where(_segment.start_us == 0, _segment.end_us >= recording.duration_us - _ROUNDED_US)
    )
    found = set(connection.scalars(added))
    for event in events.read(connection, [changes_of(recording_id)]):
        if event.payload.get("change") == "segment":
            found.update(one["id"] for one in event.payload.get("added", ()))
    return found
