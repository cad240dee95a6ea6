"""Taking a change of segments back, as far as nobody went on from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError, StaleSegmentsError
from labwidgets.records import SegmentsChanged
from labwidgets.store import codec, schema
from labwidgets.store.events import NewEvent, chunks, next_version, now_us
from labwidgets.store.labels import changes_of
from labwidgets.store.projections import record
from labwidgets.store.segment_log import answer
from labwidgets.store.segment_rows import rows_overlapping
from labwidgets.store.segmenting import follow, is_held, recording_of, seen_rows
from labwidgets.store.statements import upsert
from labwidgets.timeline import to_s

_event, _opinion, _kept = schema.event.c, schema.opinion.c, schema.kept_edit.c


def undo(connection: sa.Connection, change_id: str, *, annotator: str) -> SegmentsChanged:
    """Bring back what was there before a change, under the ids that it had; once, however often it is asked.

    Raises:
        NotFoundError: This person made no such change, or the recording is gone.
        StaleSegmentsError: Somebody labelled or changed what came of it since.
    """
    made = _made(connection, change_id, annotator)
    # One undo a change: the same id again is the same undo.
    undo_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"undo {change_id}"))
    if connection.scalar(sa.select(_event.seq).where(_event.event_id == undo_id)) is not None:
        return answer(connection, undo_id, annotator=annotator, repeated=True)
    payload: Mapping[str, Any] = made["payload"]
    recording_id = payload["recording_id"]
    recording_of(connection, recording_id)
    rows = _standing(connection, change_id, payload, annotator)
    content = schema.content.c
    fields = connection.scalar(sa.select(content.fields).where(content.id == payload["content_id"])) or {}
    changed = [
        {
            "id": one["id"],
            "start_us": one["was"]["start_us"],
            "end_us": one["was"]["end_us"],
            "version": rows[one["id"]]["version"] + 1,
            "like": one["was"]["version"],
        }
        for one in payload.get("changed", ())
    ]
    told = {
        "change_id": change_id,
        "recording_id": recording_id,
        "retired": [{"id": one["id"]} for one in payload.get("added", ())],
        "revived": payload.get("retired", []),
        "changed": changed,
    }
    _note(connection, undo_id, told, {"speakers": fields.get("before", {})}, annotator)
    follow(connection, undo_id, [rows[one["id"]] for one in changed], changed)
    _restore_kept(connection, [one["id"] for one in told["retired"]], fields.get("kept", {}), annotator)
    return answer(connection, undo_id, annotator=annotator)


def _made(connection: sa.Connection, change_id: str, annotator: str) -> sa.RowMapping:
    query = sa.select(_event.payload).where(
        _event.event_id == change_id, _event.kind == "segments_changed", _event.actor == annotator
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("no such change of segments by this person", value=change_id)
    return row


def _standing(
    connection: sa.Connection, change_id: str, payload: Mapping[str, Any], annotator: str
) -> dict[str, sa.RowMapping]:
    """Return the rows that a change is about, if all is as it left it."""
    added = [one["id"] for one in payload.get("added", ())]
    versions = dict.fromkeys(added, 1)
    versions |= {one["id"]: one["version"] for one in payload.get("changed", ())}
    retired = {one["id"] for one in payload.get("retired", ())}
    rows = seen_rows(connection, [*versions, *retired])
    likes = _likes(connection, payload["recording_id"])
    reason = ""
    if any(
        rows[key]["retired_by"] is not None or _as_before(likes, key, rows[key]["version"]) != n
        for key, n in versions.items()
    ):
        reason = "the segments were changed again since"
    elif any(rows[key]["retired_by"] != change_id for key in retired):
        reason = "the segments that were there before are gone for good"
    elif any(is_held(rows[key], annotator) for key in versions):
        reason = "somebody else is working on what came of it"
    elif _is_labelled(connection, added, change_id, annotator):
        reason = "somebody labelled what came of it"
    if reason:
        spans = [(to_s(row["start_us"]), to_s(row["end_us"])) for row in rows.values()]
        raise StaleSegmentsError(
            f"this cannot be undone: {reason}",
            rows=rows_overlapping(connection, payload["recording_id"], spans, annotator=annotator),
            remedy="Change the segments as they are now",
        )
    return rows


def _likes(connection: sa.Connection, recording_id: str) -> dict[tuple[str, int], int]:
    """Return which version a row is like again since a change of it was undone, by its id and version."""
    undone = sa.select(_event.payload).where(
        _event.stream_id == changes_of(recording_id), _event.kind == "segments_change_undone"
    )
    changed = [one for payload in connection.scalars(undone) for one in payload.get("changed", ())]
    return {(one["id"], one["version"]): one["like"] for one in changed if "like" in one}


def _as_before(likes: Mapping[tuple[str, int], int], segment_id: str, version: int) -> int:
    while (segment_id, version) in likes:
        version = likes[segment_id, version]
    return version


def _is_labelled(connection: sa.Connection, added: Sequence[str], change_id: str, annotator: str) -> bool:
    """Return whether anybody submitted, or somebody else typed, into new segments."""
    for some in chunks(added):
        said = (
            sa.select(_event.payload)
            .join(schema.opinion, _opinion.event_id == _event.event_id)
            .where(_opinion.segment_id.in_(some))
        )
        if any(payload.get("change_id") != change_id for payload in connection.scalars(said)):
            return True
        typed = sa.select(_kept.segment_id).where(_kept.segment_id.in_(some), _kept.annotator != annotator)
        if connection.scalar(typed.limit(1)) is not None:
            return True
    return False


def _note(
    connection: sa.Connection,
    undo_id: str,
    told: Mapping[str, Any],
    fields: Mapping[str, Any],
    annotator: str,
) -> None:
    content = codec.content_row(fields=fields)
    connection.execute(schema.content.insert(), content)
    stream = changes_of(told["recording_id"])
    new = NewEvent(
        stream,
        next_version(connection, stream),
        "segments_change_undone",
        {**told, "content_id": content["id"]},
        event_id=undo_id,
        actor=annotator,
    )
    record(connection, [new])


def _restore_kept(
    connection: sa.Connection, retired: Sequence[str], kept: Mapping[str, Any], annotator: str
) -> None:
    """Give back what the person had typed before, in place of what came of it."""
    for some in chunks(retired):
        gone = schema.kept_edit.delete().where(_kept.segment_id.in_(some), _kept.annotator == annotator)
        connection.execute(gone)
    for segment_id, edit in kept.items():
        row = {**edit, "segment_id": segment_id, "annotator": annotator, "at_us": now_us()}
        connection.execute(upsert(connection.dialect.name, schema.kept_edit), row)
