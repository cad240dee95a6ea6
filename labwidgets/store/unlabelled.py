"""Segments of which no person has said anything, and what models say of them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from labwidgets.records import AUDIT, Hypothesis, PseudoClip, UnlabelledSegment
from labwidgets.store import codec, schema
from labwidgets.store.drafts import MENDED, select_hypotheses
from labwidgets.store.events import chunks
from labwidgets.store.heard import GROUP
from labwidgets.store.tasks import STAGE
from labwidgets.timeline import to_s

_PAGE = 5000
_task, _segment, _recording, _hypothesis, _run, _thread = (
    table.c
    for table in (
        schema.task,
        schema.segment,
        schema.recording,
        schema.hypothesis,
        schema.model_run,
        schema.thread,
    )
)
_IS_UNLABELLED = sa.and_(
    _task.stage == STAGE,
    _task.state == "open",
    # Who drew an audit wants to know how good drafts are, not to have them learned from meanwhile.
    _task.selected_by != AUDIT,
    _task.reference_content_id.is_(None),
    ~sa.exists().where(_thread.segment_id == _task.segment_id),
)
_COLUMNS = (_segment.id, _segment.start_us, _segment.end_us, _recording.language, _recording.accent, GROUP)


def segments(connection: sa.Connection) -> list[UnlabelledSegment]:
    """Return the segments, in order of adding; audits that wait to be labelled are none of them."""
    query = (
        sa.select(*_COLUMNS)
        .select_from(schema.task)
        .join(schema.segment, _segment.id == _task.segment_id)
        .join(schema.recording, _recording.id == _segment.recording_id)
        .where(_IS_UNLABELLED)
        .order_by(_task.position, _task.segment_id)
    )
    rows = connection.execute(query.execution_options(yield_per=_PAGE)).mappings()
    return [_segment_of(row) for row in rows]


def models(connection: sa.Connection) -> list[str]:
    """Return the models that said something of such segments, the one that said most first."""
    n = sa.func.count(_hypothesis.segment_id.distinct())
    query = (
        sa.select(_run.model)
        .select_from(schema.task)
        .join(schema.hypothesis, _hypothesis.segment_id == _task.segment_id)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .where(_IS_UNLABELLED, sa.not_(_run.model.endswith(MENDED, autoescape=True)))
        .group_by(_run.model)
        .order_by(n.desc(), _run.model)
    )
    return list(connection.scalars(query))


def drafts(connection: sa.Connection, model: str) -> dict[str, Hypothesis]:
    """Return what a model said last of each such segment, whether labellers see it or not."""
    query = (
        select_hypotheses()
        .join(schema.task, _task.segment_id == _hypothesis.segment_id)
        .where(_IS_UNLABELLED, _run.model == model)
        .order_by(_hypothesis.seq)
    )
    rows = connection.execute(query.execution_options(yield_per=_PAGE)).mappings()
    return {row["segment_id"]: codec.hypothesis_of(row) for row in rows}


def clips(connection: sa.Connection, draft_ids: Sequence[str]) -> dict[str, PseudoClip]:
    """Return drafts with their segments as they are now, by id; labelled meanwhile or not.

    Those of segments that were retired, and of withdrawn speakers, are missing.
    """
    found: dict[str, PseudoClip] = {}
    for some in chunks(draft_ids):
        query = (
            sa.select(*_COLUMNS, _hypothesis.id.label("draft_id"))
            .select_from(schema.hypothesis)
            .join(schema.segment, _segment.id == _hypothesis.segment_id)
            .join(schema.recording, _recording.id == _segment.recording_id)
            .where(_hypothesis.id.in_(some), _segment.retired_by.is_(None), _recording.state != "withdrawn")
        )
        known = {row["draft_id"]: _segment_of(row) for row in connection.execute(query).mappings()}
        said = connection.execute(select_hypotheses().where(_hypothesis.id.in_(some))).mappings()
        found |= {
            row["id"]: PseudoClip(known[row["id"]], codec.hypothesis_of(row))
            for row in said
            if row["id"] in known
        }
    return found


def _segment_of(row: sa.RowMapping) -> UnlabelledSegment:
    return UnlabelledSegment(
        id=row["id"],
        group=row["group"],
        start_s=to_s(row["start_us"]),
        end_s=to_s(row["end_us"]),
        language=row["language"],
        accent=row["accent"],
    )
