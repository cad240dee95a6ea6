"""Recordings of one speaker, read from prompts."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.records import Recording
from labwidgets.store import codec, labels, schema
from labwidgets.store.intake import select_recordings


def recordings_of(connection: sa.Connection, speaker: str) -> list[Recording]:
    """Return the recordings of a speaker that are still worked with, oldest first."""
    recording, segment = schema.recording.c, schema.segment.c
    live = sa.select(segment.recording_id).where(segment.retired_by.is_(None))
    query = select_recordings().where(
        recording.speaker == speaker, recording.state.in_(("added", "decoded")), recording.id.in_(live)
    )
    return [codec.recording_of(row) for row in connection.execute(query.order_by(recording.seq)).mappings()]


def retire_recording(connection: sa.Connection, recording_id: str) -> int:
    """Take all segments of a recording out of the work, and return how many they were."""
    segment = schema.segment.c
    live = connection.scalars(
        sa.select(segment.id).where(segment.recording_id == recording_id, segment.retired_by.is_(None))
    ).all()
    for segment_id in live:
        labels.retire(connection, segment_id, actor=None)
    return len(live)
