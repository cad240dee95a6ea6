"""What audits and decisions do to the projections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.records import AUDIT, Event
from labwidgets.store import schema
from labwidgets.store.events import chunks
from labwidgets.store.statements import select_among, upsert
from labwidgets.store.tasks import change_tasks
from labwidgets.timeline import to_s

ACCEPTED = "auto_accepted"
"""Origin of a reference that no person made."""

_reference, _hypothesis, _task = schema.reference.c, schema.hypothesis.c, schema.task.c


def audits_drawn(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Put segments into the queue to be labelled blind: no draft, and no accepted text."""
    for event in events:
        fields = _fields(connection, event)
        chances = dict(zip(fields.get("segments", ()), fields.get("inclusion", ()), strict=True))
        forget_accepted(connection, list(chances))
        change_tasks(
            connection,
            {
                segment_id: {
                    "state": "open",
                    "selected_by": AUDIT,
                    "inclusion_p": inclusion_p,
                    "draft_id": None,
                    "draft_content_id": None,
                    "reference_content_id": None,
                    "decision_id": None,
                }
                for segment_id, inclusion_p in chances.items()
            },
        )


def decision_made(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Keep what was decided."""
    names = ("kind", "settings", "threshold", "bound", "n_audited")
    for event in events:
        row = {name: event.payload[name] for name in names}
        connection.execute(schema.decision.insert(), row | {"id": event.stream_id, "at_us": event.at_us})


def drafts_accepted(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Let drafts count as references, marked as what they are."""
    for event in events:
        draft_ids = _fields(connection, event).get("drafts", ())
        columns = (_hypothesis.segment_id, _hypothesis.content_id)
        found = select_among(connection, columns, _hypothesis.id, draft_ids)
        references = [
            {
                "segment_id": segment_id,
                "content_id": content_id,
                "origin": ACCEPTED,
                "policy": "decision",
                "decided_by": event.stream_id,
                "annotator": None,
                "decision_id": event.stream_id,
                "at_us": event.at_us,
            }
            for segment_id, content_id in found
        ]
        if references:
            connection.execute(upsert(connection.dialect.name, schema.reference), references)
        change_tasks(
            connection,
            {
                segment_id: {
                    "state": "done",
                    "reference_content_id": content_id,
                    "decision_id": event.stream_id,
                    "changed_us": event.at_us,
                }
                for segment_id, content_id in found
            },
        )


def decision_revoked(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Put what was accepted under a decision, and no person labelled since, back into the queue."""
    for event in events:
        here = schema.decision.c.id == event.stream_id
        connection.execute(schema.decision.update().where(here).values(revoked_us=event.at_us))
        query = sa.select(_reference.segment_id).where(
            _reference.decision_id == event.stream_id, _reference.origin == ACCEPTED
        )
        reopen_accepted(connection, connection.scalars(query).all())


def reopen_accepted(connection: sa.Connection, segment_ids: Iterable[str]) -> None:
    """Put accepted ones among some segments back into the queue."""
    gone = forget_accepted(connection, list(segment_ids))
    back = {"state": "open", "reference_content_id": None, "decision_id": None}
    change_tasks(connection, dict.fromkeys(gone, back))


def forget_accepted(connection: sa.Connection, segment_ids: Sequence[str]) -> list[str]:
    """Remove the references of some segments that no person made, and return those segments."""
    columns = (_reference.segment_id, _reference.origin)
    found = select_among(connection, columns, _reference.segment_id, segment_ids)
    gone = [segment_id for segment_id, origin in found if origin == ACCEPTED]
    for some in chunks(gone):
        connection.execute(schema.reference.delete().where(_reference.segment_id.in_(some)))
    return gone


def accepted_by_decision(connection: sa.Connection) -> dict[str, tuple[int, float]]:
    """Return how many segments count by each decision, and their seconds; those with none are missing."""
    if connection.scalar(sa.select(schema.decision.c.id).limit(1)) is None:
        return {}  # without a look at all tasks
    columns = (_task.decision_id, sa.func.count(), sa.func.sum(_task.duration_us))
    query = sa.select(*columns).where(_task.decision_id.is_not(None)).group_by(_task.decision_id)
    return {key: (n, to_s(int(sum_us))) for key, n, sum_us in connection.execute(query)}


def audits_among(connection: sa.Connection, segment_ids: Sequence[str]) -> set[str]:
    """Return which of some segments were drawn as audits: no draft is shown with them, ever."""
    found = select_among(connection, (_task.segment_id, _task.selected_by), _task.segment_id, segment_ids)
    return {segment_id for segment_id, selected_by in found if selected_by == AUDIT}


def _fields(connection: sa.Connection, event: Event) -> Mapping[str, Any]:
    content = schema.content.c
    query = sa.select(content.fields).where(content.id == event.payload["content_id"])
    return connection.scalar(query) or {}
