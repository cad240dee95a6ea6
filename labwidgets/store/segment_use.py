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


def by_use(
    connection: sa.Connection, recording_id: str, *, but_by: str | None = None
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return the live segments that nobody has worked on, and the others, by start.

    Work is an opinion, a reference, typed text, a lease, or a change of the segment after it was cut; an
    audit counts, too, as the sample must stay what was drawn.

    Args:
        connection: To read on.
        recording_id: Of the recording.
        but_by: Whose changes of segments do not count: a program's, that names and parts them.
    """
    is_leased = sa.exists().where(_task.segment_id == _segment.id, _task.lease_until_us > now_us())
    is_audit = sa.exists().where(_task.segment_id == _segment.id, _task.selected_by == AUDIT)
    marks = (
        sa.exists().where(_thread.segment_id == _segment.id),
        sa.exists().where(_reference.segment_id == _segment.id),
        sa.exists().where(_kept.segment_id == _segment.id),
        is_leased,
        is_audit,
    )
    query = (
        sa.select(schema.segment, sa.or_(*marks).label("is_used"))
        .where(_segment.recording_id == recording_id, _segment.retired_by.is_(None))
        .order_by(_segment.start_us, _segment.end_us, _segment.id)
    )
    rows = connection.execute(query).mappings().all()
    made, changed = _made_and_changed(connection, recording_id, but_by=but_by)
    free_ids = {row["id"] for row in rows if not row["is_used"]} & made - changed
    free = [row for row in rows if row["id"] in free_ids]
    used = [row for row in rows if row["id"] not in free_ids]
    return tuple(map(codec.segment_of, free)), tuple(map(codec.segment_of, used))


def _made_and_changed(
    connection: sa.Connection, recording_id: str, *, but_by: str | None
) -> tuple[set[str], set[str]]:
    """Return segments that no person made, and those that were changed since they were made.

    The first are the one that is all of a recording as it came in, and those that a program cut.
    """
    recording = schema.recording.c
    added = (
        sa.select(_event.stream_id)
        .join(schema.segment, _segment.id == _event.stream_id)
        .join(schema.recording, recording.id == _segment.recording_id)
        .where(_event.kind == "segment_added", recording.id == recording_id)
        # Other segments that came in with it were cut by somebody, somewhere.
        .where(_segment.start_us == 0, _segment.end_us >= recording.duration_us - _ROUNDED_US)
    )
    made, changed = set(connection.scalars(added)), set[str]()
    for event in events.read(connection, [changes_of(recording_id)]):
        is_program = event.actor is not None and event.actor == but_by
        if is_program or event.payload.get("change") == "segment":
            made.update(one["id"] for one in event.payload.get("added", ()))
        if not is_program:
            changed.update(one["id"] for one in event.payload.get("changed", ()))
    return made, changed
