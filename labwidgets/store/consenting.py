"""What consent given and taken back do to the projections."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from labwidgets.records import Event
from labwidgets.store import schema
from labwidgets.store.events import chunks
from labwidgets.store.tasks import delete_tasks

_UNKNOWN = {
    "source": "",
    **dict.fromkeys(
        ("sound_sha256", "speaker", "accent", "licence", "collection", "mtime_ns", "reason", "quality")
    ),
}


def consent_given(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Put consents on record; the speaker's name stands in the content alone."""
    content = schema.content.c
    for event in events:
        key = event.payload["content_id"]
        fields = connection.scalar(sa.select(content.fields).where(content.id == key)) or {}
        row = {
            "id": event.stream_id,
            "speaker": fields.get("speaker", ""),
            **{name: event.payload[name] for name in ("content_id", "licence", "scope", "text_version")},
            "at_us": event.at_us,
        }
        connection.execute(schema.consent.insert(), row)


def speaker_withdrawn(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Take recordings out of the work: what was said of them is empty, what was counted of them stays."""
    recording, segment, opinion = schema.recording, schema.segment, schema.opinion
    for event in events:
        for some in chunks(event.payload["recording_ids"]):
            gone = recording.update().where(recording.c.id.in_(some))
            connection.execute(gone.values(state="withdrawn", **_UNKNOWN))
        for some in chunks(event.payload["segment_ids"]):
            here = segment.c.id.in_(some)
            connection.execute(segment.update().where(here).values(speaker=None))
            live = here & segment.c.retired_by.is_(None)
            connection.execute(segment.update().where(live).values(retired_by=event.event_id))
            skipped = opinion.c.segment_id.in_(some) & opinion.c.skip_reason.is_not(None)
            connection.execute(opinion.update().where(skipped).values(skip_reason=""))
            delete_tasks(connection, some)
        for some in chunks(event.payload["consent_ids"]):
            ended = schema.consent.update().where(schema.consent.c.id.in_(some))
            connection.execute(ended.values(speaker="", withdrawn_us=event.at_us))
