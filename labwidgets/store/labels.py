"""Submits and threads: what people said of a segment, and which of it counts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError, StaleRevisionError, StoreError, TextError
from labwidgets.records import AUDIT, Ack, Event, Opinion, Reference, Segment, SegmentView, Submission
from labwidgets.store import codec, drafts, events, intake, keeping, schema
from labwidgets.store.events import NewEvent, next_version
from labwidgets.store.projections import record
from labwidgets.store.starts import REFERENCE_VERSION, Starts
from labwidgets.store.statements import insert_rows
from labwidgets.store.tasks import STAGE
from labwidgets.text import checked_text

_MAX_NAME = 200

_event, _opinion, _segment, _thread, _task = (
    table.c for table in (schema.event, schema.opinion, schema.segment, schema.thread, schema.task)
)
_segment_row = sa.select(schema.segment).where(_segment.id == sa.bindparam("segment"))
_acknowledged = (
    sa.select(_event.at_us, _opinion.segment_id, _opinion.annotator, _opinion.revision)
    .join(schema.opinion, _opinion.event_id == _event.event_id, isouter=True)
    .where(_event.event_id == sa.bindparam("sent"))
)
_own = (_thread.segment_id == _segment.id) & (_thread.annotator == sa.bindparam("who"))
_standing = (
    sa.select(
        _segment.version,
        _segment.retired_by,
        _thread.revision,
        _task.selected_by,
        _task.inclusion_p,
        _task.lease_holder,
    )
    .select_from(
        schema.segment.outerjoin(schema.thread, _own).outerjoin(
            schema.task, (_task.segment_id == _segment.id) & (_task.stage == STAGE)
        )
    )
    .where(_segment.id == sa.bindparam("segment"))
)


def submit(connection: sa.Connection, sent: Submission) -> Ack:
    """Store one opinion, once, if it was based on the newest revision of its thread.

    Raises:
        NotFoundError: On an unknown segment.
        SegmentError: On a retired segment.
        StaleRevisionError: When the thread went on since.
        StoreError: When the event id belongs to something else.
        TextError: When the text may not be stored.
    """
    known = _known_ack(connection, sent)
    if known is not None:
        return known
    content = _content(sent)
    place = {"segment": sent.segment_id, "who": sent.annotator}
    standing = connection.execute(_standing, place).mappings().first()
    standing = drafts.require_live(standing, sent.segment_id)
    if (standing["revision"] or 0) != sent.base_revision:
        raise _stale(connection, sent, standing["revision"] or 0)
    insert_rows(connection, schema.content, [content])
    new = NewEvent(
        thread_stream(sent.segment_id, sent.annotator),
        sent.base_revision + 1,
        "opinion_submitted",
        _payload(sent, content["id"], standing),
        event_id=sent.event_id,
        actor=sent.annotator,
        client_at_us=sent.client_at_us,
    )
    [event] = record(connection, [new])
    keeping.drop(connection, sent.segment_id, sent.annotator)
    if standing["lease_holder"] == sent.annotator:
        _drop_lease(connection, sent)
    return Ack(sent.event_id, sent.segment_id, sent.annotator, event.stream_version, event.at_us)


def changes_of(recording_id: str) -> str:
    """Return the stream of the changes of a recording's segments."""
    return f"segments/{recording_id}"


def thread_stream(segment_id: str, annotator: str) -> str:
    """Return the stream of one person's opinions of one segment."""
    return f"{segment_id}/{annotator}"


def _known_ack(connection: sa.Connection, sent: Submission) -> Ack | None:
    row = connection.execute(_acknowledged, {"sent": sent.event_id}).first()
    if row is None:
        return None
    if (row.segment_id, row.annotator) != (sent.segment_id, sent.annotator):
        raise StoreError(
            "the event id of this submit was used for something else; nothing was written",
            value=sent.event_id,
            allowed="a fresh UUID for each press of the key",
            remedy="Submit again",
        )
    return Ack(sent.event_id, row.segment_id, row.annotator, row.revision, row.at_us, repeated=True)


def _content(sent: Submission) -> dict[str, Any]:
    for name, value in (("annotator", sent.annotator), ("event id", sent.event_id)):
        if not value.strip() or len(checked_text(value)) > _MAX_NAME:
            raise TextError(
                f"the {name} is empty or too long", value=value[:40], allowed="1 to 200 characters"
            )
    for flag in sent.flags:
        checked_text(flag)
    fields = {} if sent.skip_reason is None else {"skip_reason": checked_text(sent.skip_reason)}
    return codec.content_row(text=sent.text, words=sent.words, layers=sent.layers, fields=fields)


def _stale(connection: sa.Connection, sent: Submission, current: int) -> StaleRevisionError:
    newest = opinions(connection, sent.segment_id, sent.annotator)
    return StaleRevisionError(
        sent.segment_id,
        base_revision=sent.base_revision,
        current_revision=current,
        stored_text=newest[-1].text if newest else "",
        sent_text=sent.text,
    )


def _payload(sent: Submission, content_id: str, standing: sa.RowMapping) -> dict[str, Any]:
    return {
        "segment_id": sent.segment_id,
        "annotator": sent.annotator,
        "content_id": content_id,
        "origin": sent.origin,
        "draft_id": sent.draft_id,
        "flags": list(dict.fromkeys(sent.flags)),
        "listened": codec.span_json(sent.listened),
        "active_ms": max(0, sent.active_ms),
        "is_skip": sent.skip_reason is not None,
        "is_blank": sent.draft_id is None if sent.is_blank is None else sent.is_blank,
        "segment_version": standing["version"],
        "selected_by": standing["selected_by"],
        "inclusion_p": standing["inclusion_p"],
    }


def _drop_lease(connection: sa.Connection, sent: Submission) -> None:
    task = schema.task
    held = (task.c.segment_id == sent.segment_id) & (task.c.lease_holder == sent.annotator)
    connection.execute(task.update().where(held).values(dict.fromkeys(schema.LEASE_COLUMNS)))


def opinions(connection: sa.Connection, segment_id: str, annotator: str) -> list[Opinion]:
    """Return a thread, oldest revision first."""
    opinion = schema.opinion.c
    query = select_opinions().where(opinion.segment_id == segment_id, opinion.annotator == annotator)
    rows = connection.execute(query.order_by(opinion.revision)).mappings().all()
    if not rows:
        return []
    segment = codec.segment_of(connection.execute(_segment_row, {"segment": segment_id}).mappings().one())
    starts = Starts(connection, [segment_id])
    return [starts.opinion(codec.opinion_of(row), segment, row["segment_version"]) for row in rows]


def select_opinions() -> sa.Select[Any]:
    """Return a query of all that ``codec.opinion_of`` needs."""
    opinion, content = schema.opinion, schema.content
    return sa.select(opinion, content.c.text, content.c.words, content.c.layers).join(
        content, content.c.id == opinion.c.content_id
    )


def view(connection: sa.Connection, segment_id: str, *, annotator: str) -> SegmentView:
    """Return all that a screen shows of a segment to one person, who sees nobody else's opinion.

    Raises:
        NotFoundError: On an unknown segment.
        SegmentError: On a retired one.
    """
    segment = drafts.live_segment(connection, segment_id)
    task, content, reference = schema.task.c, schema.content, schema.reference
    state, draft_id, selected_by = connection.execute(
        sa.select(task.state, task.draft_id, task.selected_by).where(
            task.segment_id == segment_id, task.stage == STAGE
        )
    ).one()
    draft_row = None
    if draft_id is not None:
        found = drafts.select_hypotheses().where(schema.hypothesis.c.id == draft_id)
        draft_row = connection.execute(found).mappings().one()
    referred = (
        sa.select(reference, content.c.text, content.c.words, content.c.layers, REFERENCE_VERSION)
        .join(content, content.c.id == reference.c.content_id)
        .where(reference.c.segment_id == segment_id)
    )
    reference_row = connection.execute(referred).mappings().first()
    thread = opinions(connection, segment_id, annotator)
    recording_id = segment["recording_id"]
    shown = codec.segment_of(segment)
    return SegmentView(
        segment=shown,
        recording=intake.recordings_by_id(connection, [recording_id])[recording_id],
        state=state,
        draft=None if draft_row is None else codec.hypothesis_of(draft_row),
        opinion=thread[-1] if thread else None,
        reference=None if reference_row is None else _reference(connection, shown, reference_row),
        is_audit=selected_by == AUDIT,
    )


def _reference(connection: sa.Connection, segment: Segment, row: sa.RowMapping) -> Reference:
    starts = Starts(connection, [segment.id])
    return starts.reference(codec.reference_of(row), segment, row["segment_version"])


def history(connection: sa.Connection, segment_id: str) -> list[Event]:
    """Return the events of a segment, of its recording and of its threads, in order.

    Raises:
        NotFoundError: On an unknown segment.
    """
    segment, thread = schema.segment.c, schema.thread.c
    recording_id = connection.scalar(sa.select(segment.recording_id).where(segment.id == segment_id))
    if recording_id is None:
        raise NotFoundError("unknown segment", value=segment_id, remedy="Look it up in the queue")
    people = connection.scalars(sa.select(thread.annotator).where(thread.segment_id == segment_id))
    streams = [recording_id, segment_id, *(thread_stream(segment_id, name) for name in people)]
    changes = events.read(connection, [changes_of(recording_id)])
    own = [event for event in changes if _is_about(event, segment_id)]
    return sorted([*events.read(connection, streams), *own], key=lambda event: event.seq)


def _is_about(event: Event, segment_id: str) -> bool:
    """Return whether a change of a recording's segments had to do with one of them."""
    told = (event.payload.get(name, ()) for name in ("added", "changed", "retired", "revived"))
    return any(one["id"] == segment_id for some in told for one in some)


def retire(connection: sa.Connection, segment_id: str, *, actor: str | None) -> None:
    """Take a segment out of the work for good; its opinions stay with it.

    Raises:
        NotFoundError: On an unknown segment.
        SegmentError: On one that is retired already.
    """
    drafts.live_segment(connection, segment_id)
    version = next_version(connection, segment_id)
    record(connection, [NewEvent(segment_id, version, "segment_retired", {}, actor=actor)])
