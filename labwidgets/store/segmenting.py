"""Changes to the segments of a recording: one event each, once, on what the client saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError, SegmentError, StaleSegmentsError
from labwidgets.records import Recording, SegmentChange, SegmentsChanged
from labwidgets.store import codec, intake, schema
from labwidgets.store.checks import check, span_us
from labwidgets.store.cut_drafts import move_drafts
from labwidgets.store.cutting import moved_words
from labwidgets.store.events import chunks, now_us
from labwidgets.store.pieces import cut_or_join
from labwidgets.store.reshaping import DRAWN
from labwidgets.store.segment_log import answer, known_answer, note
from labwidgets.store.segment_rows import rows_overlapping
from labwidgets.timeline import to_s

_segment, _task = schema.segment.c, schema.task.c
_MOVING = ("retime", "split", "merge", "delete", "segment")

_seen = (
    sa.select(
        schema.segment,
        *(_task[name] for name in (*DRAWN, "draft_id", "draft_content_id", "lease_holder", "lease_until_us")),
    )
    .select_from(
        schema.segment.outerjoin(
            schema.task, (_task.segment_id == _segment.id) & (_task.stage == schema.STAGE)
        )
    )
    .order_by(_segment.start_us, _segment.end_us, _segment.id)
)


def change(connection: sa.Connection, asked: SegmentChange) -> SegmentsChanged:
    """Do one change, once.

    Raises:
        NotFoundError: On an unknown recording or segment, or one whose speaker took consent back.
        SegmentError: On a change that makes no sense, or of a segment that somebody else is working on.
        StaleSegmentsError: When a segment is no longer as the client saw it.
        StoreError: When the id of the change belongs to something else.
        TextError: When a text or name may not be stored.
    """
    known = known_answer(connection, asked)
    if known is not None:
        return known
    recording = recording_of(connection, asked.recording_id)
    check(asked, recording)
    rows = _renamed(connection, asked) if asked.kind == "rename" else _as_seen(connection, asked)
    _refuse_held(rows, asked)
    _refuse_taken(connection, asked)
    if asked.kind in {"retime", "assign", "rename"}:
        payload, fields = _changed(asked, rows, recording)
        note(connection, asked, payload, fields)
        follow(connection, asked.change_id, rows, payload["changed"])
    else:
        cut_or_join(connection, asked, rows, recording)
    return answer(connection, asked.change_id, annotator=asked.annotator)


def recording_of(connection: sa.Connection, recording_id: str) -> Recording:
    """Return a recording that may be worked on.

    Raises:
        NotFoundError: There is none.
    """
    found = intake.recordings_by_id(connection, [recording_id]).get(recording_id)
    if found is None or found.state == "withdrawn":
        raise NotFoundError("unknown recording, or one whose speaker took consent back", value=recording_id)
    return found


# ---- what is there -------------------------------------------------------------------------------------


def seen_rows(connection: sa.Connection, ids: Sequence[str]) -> dict[str, sa.RowMapping]:
    """Return rows of segments with what of their tasks tells how they were drawn and who holds them."""
    found: dict[str, sa.RowMapping] = {}
    for some in chunks(ids):
        rows = connection.execute(_seen.where(_segment.id.in_(some))).mappings()
        found.update((row["id"], row) for row in rows)
    return found


def _as_seen(connection: sa.Connection, asked: SegmentChange) -> list[sa.RowMapping]:
    """Return the rows of the segments that are meant, by start, if they are as the client saw them."""
    found = seen_rows(connection, [ref.id for ref in asked.segments])
    for ref in asked.segments:
        row = found.get(ref.id)
        if row is None:
            raise NotFoundError("unknown segment", value=ref.id, remedy="Load the recording again")
        if row["recording_id"] != asked.recording_id:
            raise SegmentError("the segment is of another recording", value=ref.id)
    if any(
        found[ref.id]["retired_by"] is not None or found[ref.id]["version"] != ref.version
        for ref in asked.segments
    ):
        spans = [(to_s(row["start_us"]), to_s(row["end_us"])) for row in found.values()]
        raise StaleSegmentsError(
            "a segment was changed meanwhile, here or by somebody else",
            rows=rows_overlapping(connection, asked.recording_id, spans, annotator=asked.annotator),
        )
    return sorted(found.values(), key=lambda row: (row["start_us"], row["end_us"], row["id"]))


def _renamed(connection: sa.Connection, asked: SegmentChange) -> list[sa.RowMapping]:
    if asked.speaker == asked.to_speaker:
        raise SegmentError("the speaker has that name already", value=asked.speaker)
    here = (_segment.recording_id == asked.recording_id) & (_segment.speaker == asked.speaker)
    rows = list(connection.execute(_seen.where(here, _segment.retired_by.is_(None))).mappings())
    if not rows:
        raise SegmentError("nobody of that name speaks in this recording", value=asked.speaker)
    return rows


def _refuse_held(rows: Sequence[sa.RowMapping], asked: SegmentChange) -> None:
    if asked.kind in _MOVING and any(is_held(row, asked.annotator) for row in rows):
        raise SegmentError("somebody else is working on this segment", remedy="Try again in a few minutes")


def is_held(row: sa.RowMapping, annotator: str) -> bool:
    """Return whether another person than ``annotator`` has the lease of a task."""
    return (row["lease_until_us"] or 0) > now_us() and row["lease_holder"] != annotator


def _refuse_taken(connection: sa.Connection, asked: SegmentChange) -> None:
    if asked.kind == "retime":
        if asked.pieces[0].id != asked.segments[0].id:
            raise SegmentError("new times are for another segment", value=asked.pieces[0].id)
        return
    for some in chunks([piece.id for piece in asked.pieces]):
        taken = connection.scalar(sa.select(_segment.id).where(_segment.id.in_(some)).limit(1))
        if taken is not None:
            raise SegmentError("the id of a new segment is taken", value=taken, allowed="a fresh UUID")


# ---- what becomes of rows that stay --------------------------------------------------------------------


def _changed(
    asked: SegmentChange, rows: Sequence[sa.RowMapping], recording: Recording
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return payload and names for a change of rows that stay: times or speakers."""
    changed, speakers = [], {}
    for row in rows:
        was = {name: row[name] for name in ("start_us", "end_us", "version")}
        start_us, end_us = row["start_us"], row["end_us"]
        speaker = row["speaker"]
        if asked.kind == "retime":
            if asked.pieces[0].channel != row["channel"]:
                raise SegmentError("a segment stays on its channel", value=asked.pieces[0].channel)
            start_us, end_us = span_us(asked.pieces[0], recording)
        else:
            speaker = asked.to_speaker if asked.kind == "rename" else asked.speaker
        now = {"start_us": start_us, "end_us": end_us, "version": row["version"] + 1}
        changed.append({"id": row["id"], **now, "was": was})
        speakers[row["id"]] = speaker
    before = {row["id"]: row["speaker"] for row in rows}
    return {"changed": changed}, {"speakers": speakers, "before": before}


def follow(
    connection: sa.Connection,
    change_id: str,
    rows: Sequence[sa.RowMapping],
    changed: Sequence[Mapping[str, Any]],
) -> None:
    """Let the times in texts follow segments that moved; opinions and references do when they are read."""
    now = {one["id"]: one for one in changed}
    moved = [
        (row, now[row["id"]])
        for row in rows
        if (row["start_us"], row["end_us"]) != (now[row["id"]]["start_us"], now[row["id"]]["end_us"])
    ]
    move_drafts(connection, change_id, moved)
    kept = schema.kept_edit
    for before, one in moved:
        by_s = to_s(before["start_us"] - one["start_us"])
        query = sa.select(kept.c.annotator, kept.c.words).where(kept.c.segment_id == before["id"])
        for annotator, words in connection.execute(query).all():
            duration_s = to_s(one["end_us"] - one["start_us"])
            follow = moved_words(codec.words_of(words), by_s, duration_s=duration_s)
            here = (kept.c.segment_id == before["id"]) & (kept.c.annotator == annotator)
            values = {"words": [codec.word_json(word) for word in follow]}
            connection.execute(kept.update().where(here).values(values))
