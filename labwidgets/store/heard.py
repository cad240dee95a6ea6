"""What models said beside what people heard."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.records import AUDIT, HeardDraft
from labwidgets.store import codec, schema
from labwidgets.store.tasks import STAGE

_PAGE = 1000
_task, _segment, _recording, _hypothesis, _run = (
    table.c for table in (schema.task, schema.segment, schema.recording, schema.hypothesis, schema.model_run)
)


def heard_drafts(connection: sa.Connection, model: str) -> list[HeardDraft]:
    """Return what a model said last of each segment that a person labelled, in order of adding."""
    said, heard = schema.content.alias("said"), schema.content.alias("heard")
    opinion = schema.opinion.c
    is_labelled = sa.exists().where(
        opinion.segment_id == _task.segment_id, opinion.content_id == _task.reference_content_id
    )
    query = (
        sa.select(
            _task.segment_id,
            _segment.recording_id,
            sa.func.coalesce(_segment.speaker, _recording.speaker, _recording.id).label("group"),
            said.c.text.label("draft"),
            said.c.words,
            _hypothesis.confidence,
            heard.c.text,
            _task.inclusion_p,
            _task.selected_by,
        )
        .select_from(schema.task)
        .join(schema.segment, _segment.id == _task.segment_id)
        .join(schema.recording, _recording.id == _segment.recording_id)
        .join(schema.hypothesis, _hypothesis.segment_id == _task.segment_id)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .join(said, said.c.id == _hypothesis.content_id)
        .join(heard, heard.c.id == _task.reference_content_id)
        .where(_task.stage == STAGE, _run.model == model, is_labelled)
        .order_by(_task.position, _task.segment_id, _hypothesis.seq)
    )
    # The last one of a segment stands.
    rows = connection.execute(query.execution_options(yield_per=_PAGE)).mappings()
    newest = {row["segment_id"]: row for row in rows}
    names = ("segment_id", "recording_id", "group", "draft", "confidence", "text", "inclusion_p")
    return [
        HeardDraft(
            **{name: row[name] for name in names},
            words=codec.words_of(row["words"]),
            is_audit=row["selected_by"] == AUDIT,
        )
        for row in newest.values()
    ]
