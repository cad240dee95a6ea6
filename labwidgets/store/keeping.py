"""What people typed and did not submit, for browsers that keep nothing: beside the log, newest only."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.records import KeptEdit
from labwidgets.store import codec, drafts, schema
from labwidgets.store.events import now_us
from labwidgets.store.statements import upsert
from labwidgets.text import checked_text, stored_text

_kept = schema.kept_edit.c
_drop = schema.kept_edit.delete().where(
    _kept.segment_id == sa.bindparam("segment"), _kept.annotator == sa.bindparam("who")
)


def keep(connection: sa.Connection, edit: KeptEdit) -> int:
    """Keep what one person typed into a segment, in place of what was there; return when, in microseconds.

    Raises:
        NotFoundError: On an unknown segment.
        SegmentError: On a retired one: what was taken out of the work must not come back through here.
        TextError: The text may not be stored.
    """
    drafts.live_segment(connection, edit.segment_id)
    at_us = now_us()
    row = {
        "segment_id": edit.segment_id,
        "annotator": checked_text(edit.annotator),
        "edit_id": checked_text(edit.id),
        "base_revision": edit.base_revision,
        "text": stored_text(edit.text),
        "words": [codec.word_json(word) for word in edit.words],
        "layers": {checked_text(name): stored_text(layer) for name, layer in edit.layers.items()},
        "flags": [checked_text(flag) for flag in edit.flags],
        "at_us": at_us,
    }
    connection.execute(upsert(connection.dialect.name, schema.kept_edit), row)
    return at_us


def drop(connection: sa.Connection, segment_id: str, annotator: str) -> None:
    """Forget what one person typed into a segment; nothing happens where there is nothing."""
    connection.execute(_drop, {"segment": segment_id, "who": annotator})


def kept(connection: sa.Connection, annotator: str) -> list[KeptEdit]:
    """Return what one person typed and did not submit, the newest first."""
    query = sa.select(schema.kept_edit).where(_kept.annotator == annotator)
    rows = connection.execute(query.order_by(_kept.at_us.desc(), _kept.segment_id)).mappings()
    return [
        KeptEdit(
            id=row["edit_id"],
            segment_id=row["segment_id"],
            annotator=row["annotator"],
            base_revision=row["base_revision"],
            text=row["text"],
            words=codec.words_of(row["words"]),
            layers=row["layers"],
            flags=tuple(row["flags"]),
            at_us=row["at_us"],
        )
        for row in rows
    ]
