"""The stream of a recording's segment changes, and what an event of it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.records import SegmentChange, SegmentsChanged
from labwidgets.store import codec, schema
from labwidgets.store.events import NewEvent, next_version
from labwidgets.store.labels import changes_of
from labwidgets.store.projections import record
from labwidgets.store.segment_rows import rows_by_id
from labwidgets.timeline import to_us

_event = schema.event.c


def note(
    connection: sa.Connection, asked: SegmentChange, payload: Mapping[str, Any], fields: Mapping[str, Any]
) -> None:
    """Append a change and let the projections follow.

    Args:
        connection: In a write transaction.
        asked: The change.
        payload: What happens to which ids.
        fields: Names and texts, for the content that the event points at.
    """
    content = codec.content_row(fields=fields)
    connection.execute(schema.content.insert(), content)
    stream = changes_of(asked.recording_id)
    told = {"change": asked.kind, "recording_id": asked.recording_id, "content_id": content["id"], **payload}
    new = NewEvent(
        stream,
        next_version(connection, stream),
        "segments_changed",
        told,
        event_id=asked.change_id,
        actor=asked.annotator,
        client_at_us=None if asked.client_at_s is None else to_us(asked.client_at_s),
    )
    record(connection, [new])


def known_answer(connection: sa.Connection, asked: SegmentChange) -> SegmentsChanged | None:
    """Return what a change did that was done already; None for a new one.

    Raises:
        StoreError: When its id belongs to something else.
    """
    query = sa.select(_event.kind, _event.stream_id, _event.actor).where(_event.event_id == asked.change_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    if tuple(row) != ("segments_changed", changes_of(asked.recording_id), asked.annotator):
        raise StoreError(
            "the id of this change was used for something else; nothing was written",
            value=asked.change_id,
            allowed="a fresh UUID for each press of a key",
            remedy="Do it again",
        )
    return answer(connection, asked.change_id, annotator=asked.annotator, repeated=True)


def answer(
    connection: sa.Connection, event_id: str, *, annotator: str, repeated: bool = False
) -> SegmentsChanged:
    """Return what an event did to the segments of its recording, as far as it still stands."""
    payload: Mapping[str, Any] = connection.execute(
        sa.select(_event.payload).where(_event.event_id == event_id)
    ).scalar_one()
    ids = [one["id"] for name in ("added", "changed", "revived") for one in payload.get(name, ())]
    return SegmentsChanged(
        payload.get("change_id", event_id),
        tuple(one["id"] for one in payload.get("retired", ())),
        rows_by_id(connection, payload["recording_id"], ids, annotator=annotator),
        repeated,
    )
