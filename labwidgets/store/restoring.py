"""Taking a whole replace back, batch by batch, as far as nobody went on from it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from labwidgets.errors import NotFoundError
from labwidgets.records import Restored, Submission, new_id
from labwidgets.store import drafts, events, labels, schema
from labwidgets.store.events import now_us
from labwidgets.store.projections import apply_hypotheses
from labwidgets.store.replacing import note, stream_of
from labwidgets.store.statements import insert_rows

_task, _hypothesis, _opinion, _thread = (
    table.c for table in (schema.task, schema.hypothesis, schema.opinion, schema.thread)
)


@dataclass(frozen=True, slots=True)
class Traces:
    """What a replace left in the log.

    Attributes:
        run_ids: Of the mended drafts.
        event_ids: Of the submits.
        at_us: When it began.
    """

    run_ids: tuple[str, ...]
    event_ids: tuple[str, ...]
    at_us: int


def traces(connection: sa.Connection, replace_id: str, *, annotator: str) -> Traces:
    """Return what a person's replace left.

    Raises:
        NotFoundError: This person has no such replace.
    """
    told = [
        event
        for event in events.read(connection, [stream_of(annotator)])
        if event.payload["replace_id"] == replace_id
    ]
    if not told:
        raise NotFoundError("no such replace", value=replace_id)
    batches = [event.payload for event in told if event.kind == "texts_replaced"]
    run_ids = {run_id for batch in batches for run_id in batch["run_ids"]}
    event_ids = [event_id for batch in batches for event_id in batch["event_ids"]]
    return Traces(tuple(sorted(run_ids)), tuple(event_ids), told[0].at_us)


def newest(connection: sa.Connection, *, annotator: str) -> str | None:
    """Return the id of a person's newest replace, if it changed something and was not taken back."""
    event = schema.event.c
    query = sa.select(event.payload, event.kind).where(event.stream_id == stream_of(annotator))
    row = connection.execute(query.order_by(event.stream_version.desc()).limit(1)).first()
    return str(row.payload["replace_id"]) if row is not None and row.kind == "texts_replaced" else None


def undo(connection: sa.Connection, replace_id: str, *, annotator: str, limit: int) -> Restored:
    """Bring back the texts of some segments as they were before a replace; call it until none is left.

    A segment that was labelled, drafted or submitted again since stays as it is.

    Raises:
        NotFoundError: This person has no such replace.
    """
    found = traces(connection, replace_id, annotator=annotator)
    restored = _restore_drafts(connection, found.run_ids, limit)
    restored += _restore_submits(connection, found.event_ids, annotator, limit - len(restored))
    n_left = _n_drafts(connection, found.run_ids) + len(_own(connection, found.event_ids, annotator))
    if n_left == 0:
        note(connection, annotator, "replace_undone", {"replace_id": replace_id})
    return Restored(tuple(restored), n_left)


# ---- drafts --------------------------------------------------------------------------------------------


def _standing(run_ids: Sequence[str]) -> sa.Select[tuple[str, str]]:
    """Return a query of the mended drafts that still are the drafts of open tasks."""
    return (
        sa.select(_hypothesis.segment_id, _hypothesis.id)
        .join(schema.task, (_task.segment_id == _hypothesis.segment_id) & (_task.draft_id == _hypothesis.id))
        # Concatenated, so that no index of the queue is tempting: the replace is small beside the project.
        # What was cut or moved since has a text of its own, which no replace made.
        .where(_hypothesis.run_id.in_(run_ids), _hypothesis.cut.is_(sa.false()))
        .where(_task.stage.concat("") == schema.STAGE, _task.state.concat("") == "open")
    )


def _n_drafts(connection: sa.Connection, run_ids: Sequence[str]) -> int:
    query = sa.select(sa.func.count()).select_from(_standing(run_ids).subquery())
    return connection.scalar(query) or 0


def _restore_drafts(connection: sa.Connection, run_ids: Sequence[str], limit: int) -> list[str]:
    standing = connection.execute(_standing(run_ids).limit(limit)).all()
    rows = []
    for row in standing:
        before = _before(connection, row.id, run_ids)
        rows.append(
            {
                # It is what that model said, word for word: the same run and the same content.
                **{name: before[name] for name in ("run_id", "content_id", "confidence", "language")},
                "id": new_id("hyp"),
                "segment_id": row.segment_id,
                "cache_key": f"undo:{row.id}",
                "alarms": before["alarms"],
                "cut": before["cut"],
                "parent_id": row.id,
                "at_us": now_us(),
            }
        )
    if rows:
        insert_rows(connection, schema.hypothesis, rows)
        apply_hypotheses(connection, rows)
    return [row["segment_id"] for row in rows]


def _before(connection: sa.Connection, mended_id: str, run_ids: Sequence[str]) -> sa.RowMapping:
    """Return the draft that a replace began with; several batches may have mended it one after the other."""
    row = connection.execute(drafts.select_hypotheses().where(_hypothesis.id == mended_id)).mappings().one()
    while row["run_id"] in run_ids:
        query = drafts.select_hypotheses().where(_hypothesis.id == row["parent_id"])
        row = connection.execute(query).mappings().one()
    return row


# ---- own submits ---------------------------------------------------------------------------------------


def _own(connection: sa.Connection, event_ids: Sequence[str], annotator: str) -> list[str]:
    """Return the segments whose newest revision by this person is one of these submits."""
    newest_one = (_thread.segment_id == _opinion.segment_id) & (_thread.annotator == _opinion.annotator)
    found: list[str] = []
    for some in events.chunks(event_ids):
        query = (
            sa.select(_opinion.segment_id)
            .join(schema.thread, newest_one & (_thread.revision == _opinion.revision))
            .join(schema.segment, schema.segment.c.id == _opinion.segment_id)
            .where(_opinion.event_id.in_(some), _opinion.annotator == annotator)
            .where(schema.segment.c.retired_by.is_(None))
        )
        found += connection.scalars(query)
    return found


def _restore_submits(
    connection: sa.Connection, event_ids: Sequence[str], annotator: str, limit: int
) -> list[str]:
    restored = []
    for segment_id in _own(connection, event_ids, annotator)[: max(0, limit)]:
        thread = labels.opinions(connection, segment_id, annotator)
        before = next(one for one in reversed(thread) if one.event_id not in event_ids)
        sent = Submission(
            event_id=str(uuid.uuid4()),
            segment_id=segment_id,
            annotator=annotator,
            base_revision=thread[-1].revision,
            text=before.text,
            words=before.words,
            layers=before.layers,
            flags=before.flags,
            origin=before.origin,
            draft_id=before.draft_id,
        )
        labels.submit(connection, sent)
        restored.append(segment_id)
    return restored
