"""Segments that end, and those that are made of them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import SegmentError
from labwidgets.records import Recording, SegmentChange, SegmentPiece
from labwidgets.store import codec, keeping, labels, schema
from labwidgets.store.carrying import (
    Carried,
    Parent,
    carried,
    fitted,
    kept_fields,
    opinion_payload,
    parents_of,
)
from labwidgets.store.checks import span_us
from labwidgets.store.cut_drafts import carry_drafts
from labwidgets.store.cutting import Said
from labwidgets.store.events import NewEvent, now_us
from labwidgets.store.projections import record
from labwidgets.store.reshaping import DRAWN
from labwidgets.store.segment_log import note
from labwidgets.store.statements import insert_rows, upsert
from labwidgets.timeline import to_s

_rand = random.SystemRandom()

Added = dict[str, Any]


def cut_or_join(
    connection: sa.Connection, asked: SegmentChange, rows: Sequence[sa.RowMapping], recording: Recording
) -> None:
    """Retire segments, make new ones in their place, and let what was said of them go along.

    Raises:
        SegmentError: The pieces do not lie in what is split, or on other channels.
    """
    pieces = sorted(asked.pieces, key=lambda piece: (piece.start_s, piece.end_s))
    parents = parents_of(connection, rows, annotator=asked.annotator)
    channels = {row["channel"] for row in rows} | {piece.channel for piece in pieces}
    if asked.kind != "segment" and len(channels) > 1:
        raise SegmentError("only segments of one channel are split or merged", value=sorted(channels))
    if asked.kind == "split":
        _refuse_outside(pieces, rows[0], recording)
    # What was said of the mix was not said of a channel, and nothing is said of no piece.
    speaking = parents if pieces and len(channels) == 1 else []
    told = carried(speaking, pieces)
    added = [_added(piece, parents, recording) for piece in pieces]
    _refer(connection, added, told, parents)
    kept = kept_fields(connection, [row["id"] for row in rows], asked.annotator)
    payload = {"retired": [{name: row[name] for name in ("id", *DRAWN)} for row in rows], "added": added}
    note(connection, asked, payload, {"speakers": _speakers(pieces, parents, recording), "kept": kept})
    for row in rows:
        keeping.drop(connection, row["id"], asked.annotator)
    if speaking:
        spans = {one["id"]: (to_s(one["start_us"]), to_s(one["end_us"])) for one in added}
        carry_drafts(connection, asked.change_id, speaking, spans, told.texts)
    if told.outcome == "opinion":
        _submit(connection, asked, speaking, dict(zip(_ids(added), told.said, strict=True)))
    elif told.outcome == "kept":
        _keep(connection, asked, dict(zip(_ids(added), told.said, strict=True)))


def _ids(added: Sequence[Added]) -> list[str]:
    return [one["id"] for one in added]


def _refuse_outside(pieces: Sequence[SegmentPiece], row: sa.RowMapping, recording: Recording) -> None:
    for piece in pieces:
        start_us, end_us = span_us(piece, recording)
        if start_us < row["start_us"] or end_us > row["end_us"]:
            raise SegmentError(
                "a part of a segment does not lie in it",
                value=f"{piece.start_s:.3f}..{piece.end_s:.3f} s",
                allowed=f"{to_s(row['start_us']):.3f}..{to_s(row['end_us']):.3f} s",
            )


def _added(piece: SegmentPiece, parents: Sequence[Parent], recording: Recording) -> Added:
    start_us, end_us = span_us(piece, recording)
    drawn = {(one.row["selected_by"], one.row["inclusion_p"]) for one in parents}
    selected_by, inclusion_p = drawn.pop() if len(drawn) == 1 else ("all", 1.0)
    return {
        "id": piece.id,
        "channel": piece.channel,
        "start_us": start_us,
        "end_us": end_us,
        "parent_ids": [one.row["id"] for one in parents],
        "rand": _rand.random(),
        "selected_by": selected_by,
        "inclusion_p": inclusion_p,
    }


def _speakers(
    pieces: Sequence[SegmentPiece], parents: Sequence[Parent], recording: Recording
) -> dict[str, str | None]:
    named = [one.row["speaker"] for one in parents if one.row["speaker"] is not None]
    inherited = named[0] if named else recording.speaker
    return {piece.id: piece.speaker if piece.speaker is not None else inherited for piece in pieces}


def _refer(
    connection: sa.Connection, added: Sequence[Added], told: Carried, parents: Sequence[Parent]
) -> None:
    """Give new segments the imported texts that they are made of."""
    if told.outcome != "reference":
        return
    contents = [_content(said) for said in told.said]
    insert_rows(connection, schema.content, contents)
    by = next((one.decided_by for one in parents if one.decided_by is not None), None) or "import"
    for one, content in zip(added, contents, strict=True):
        one["reference"] = {"content_id": content["id"], "origin": "imported", "decided_by": by}


def _content(said: Said) -> dict[str, Any]:
    words = fitted(said.words, said.span[1] - said.span[0])
    return codec.content_row(text=said.text, words=words, layers=said.layers)


def _submit(
    connection: sa.Connection,
    asked: SegmentChange,
    parents: Sequence[Parent],
    said_of: Mapping[str, Said],
) -> None:
    """Let what a person submitted of the parents stay submitted of what is made of them."""
    contents = [_content(said) for said in said_of.values()]
    insert_rows(connection, schema.content, contents)
    task = schema.task.c
    new = []
    for (segment_id, said), content in zip(said_of.items(), contents, strict=True):
        query = sa.select(task.draft_id, task.selected_by, task.inclusion_p)
        row = connection.execute(query.where(task.segment_id == segment_id)).mappings().one()
        payload = {
            **opinion_payload(parents, said),
            "segment_id": segment_id,
            "annotator": asked.annotator,
            "content_id": content["id"],
            "draft_id": row["draft_id"],
            "segment_version": 1,
            "selected_by": row["selected_by"],
            "inclusion_p": row["inclusion_p"],
            "change_id": asked.change_id,
        }
        stream = labels.thread_stream(segment_id, asked.annotator)
        new.append(NewEvent(stream, 1, "opinion_submitted", payload, actor=asked.annotator))
    record(connection, new)


def _keep(connection: sa.Connection, asked: SegmentChange, said_of: Mapping[str, Said]) -> None:
    """Keep what a person typed and did not submit with what is made of its segments."""
    row: dict[str, Any] = {"annotator": asked.annotator, "base_revision": 0, "flags": []}
    for segment_id, said in said_of.items():
        content = _content(said)
        own = {name: content[name] for name in ("text", "words", "layers")}
        edit = {**row, **own, "segment_id": segment_id, "edit_id": str(uuid.uuid4()), "at_us": now_us()}
        connection.execute(upsert(connection.dialect.name, schema.kept_edit), edit)
