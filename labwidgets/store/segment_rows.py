"""The live segments of a recording, as one annotator sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from labwidgets.records import RecordingSegment, RowOrigin, Span
from labwidgets.store import schema, search
from labwidgets.timeline import to_s, to_us

_segment, _task, _thread, _opinion, _kept = (
    table.c for table in (schema.segment, schema.task, schema.thread, schema.opinion, schema.kept_edit)
)


def recording_segments(
    connection: sa.Connection, recording_id: str, *, annotator: str
) -> tuple[RecordingSegment, ...]:
    """Return the live segments of a recording by start."""
    rows = connection.execute(_rows(annotator).where(_segment.recording_id == recording_id)).mappings()
    return tuple(_record(row) for row in rows)


def rows_overlapping(
    connection: sa.Connection, recording_id: str, spans: Iterable[Span], *, annotator: str
) -> tuple[RecordingSegment, ...]:
    """Return the live segments that share time with some spans (seconds) of a recording."""
    edges = [(to_us(start_s), to_us(end_s)) for start_s, end_s in spans]
    if not edges:
        return ()
    first, last = min(start for start, _ in edges), max(end for _, end in edges)
    query = _rows(annotator).where(
        _segment.recording_id == recording_id, _segment.start_us < last, _segment.end_us > first
    )
    return tuple(_record(row) for row in connection.execute(query).mappings())


def rows_by_id(
    connection: sa.Connection, recording_id: str, ids: Sequence[str], *, annotator: str
) -> tuple[RecordingSegment, ...]:
    """Return those of some segments of a recording that are live, by start."""
    # All of one recording are read: a rename may name thousands, more than an IN list takes.
    wanted = set(ids)
    if not wanted:
        return ()
    query = _rows(annotator).where(_segment.recording_id == recording_id)
    if len(wanted) <= _FEW:
        query = query.where(_segment.id.in_(wanted))
    rows = connection.execute(query).mappings()
    return tuple(_record(row) for row in rows if row["id"] in wanted)


_FEW = 200


def _rows(annotator: str) -> sa.Select[tuple[object, ...]]:
    own, shown = schema.content.alias("own"), schema.content.alias("shown")
    mine = (_thread.segment_id == _segment.id) & (_thread.annotator == annotator)
    newest = (
        (_opinion.segment_id == _thread.segment_id)
        & (_opinion.annotator == _thread.annotator)
        & (_opinion.revision == _thread.revision)
        & _opinion.skip_reason.is_(None)
    )
    joined = (
        schema.segment.join(schema.task, (_task.segment_id == _segment.id) & (_task.stage == schema.STAGE))
        .outerjoin(schema.thread, mine)
        .outerjoin(schema.opinion, newest)
        .outerjoin(own, own.c.id == _opinion.content_id)
        .outerjoin(shown, shown.c.id == search.SHOWN)
        .outerjoin(schema.kept_edit, (_kept.segment_id == _segment.id) & (_kept.annotator == annotator))
    )
    names = ("id", "version", "channel", "start_us", "end_us", "speaker")
    return (
        sa.select(
            *(_segment[name] for name in names),
            *(_task[name] for name in ("state", "confidence", "flags", "reference_content_id", "draft_id")),
            _thread.revision,
            _kept.text.label("kept_text"),
            own.c.text.label("own_text"),
            shown.c.text.label("shown_text"),
        )
        .select_from(joined)
        .where(_segment.retired_by.is_(None))
        .order_by(_segment.start_us, _segment.end_us, _segment.id)
    )


def _record(row: sa.RowMapping) -> RecordingSegment:
    text, origin = _shown(row)
    return RecordingSegment(
        id=row["id"],
        version=row["version"],
        channel=row["channel"],
        start_s=to_s(row["start_us"]),
        end_s=to_s(row["end_us"]),
        speaker=row["speaker"],
        state=row["state"],
        text=text,
        origin=origin,
        revision=row["revision"] or 0,
        confidence=row["confidence"],
        flags=tuple(row["flags"]),
    )


def _shown(row: sa.RowMapping) -> tuple[str, RowOrigin | None]:
    if row["kept_text"] is not None:
        return row["kept_text"], "kept"
    if row["own_text"] is not None:
        return row["own_text"], "own"
    if row["reference_content_id"] is not None:
        return row["shown_text"] or "", "reference"
    return (row["shown_text"] or "", "draft") if row["draft_id"] is not None else ("", None)
