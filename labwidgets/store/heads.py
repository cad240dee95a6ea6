"""The newest opinion of each thread of a segment."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.store import schema
from labwidgets.store.policy import Head

_opinion, _thread = schema.opinion.c, schema.thread.c
_heads = (
    sa.select(_opinion.seq, _opinion.annotator, _opinion.content_id, _opinion.origin, _opinion.skip_reason)
    .join(
        schema.thread,
        (_thread.segment_id == _opinion.segment_id)
        & (_thread.annotator == _opinion.annotator)
        & (_thread.revision == _opinion.revision),
    )
    .where(_opinion.segment_id == sa.bindparam("segment"))
)


def heads_of(connection: sa.Connection, segment_id: str) -> list[Head]:
    """Return the newest opinion of each thread of a segment."""
    rows = connection.execute(_heads, {"segment": segment_id})
    return [Head(*row[:4], is_skip=row[4] is not None) for row in rows]
