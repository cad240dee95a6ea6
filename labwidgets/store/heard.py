"""What models said beside what people heard, and whose voice that was."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from labwidgets.records import AUDIT, HeardDraft
from labwidgets.store import codec, schema
from labwidgets.store.tasks import STAGE

_PAGE = 1000
_task, _segment, _recording, _hypothesis, _run = (
    table.c for table in (schema.task, schema.segment, schema.recording, schema.hypothesis, schema.model_run)
)
SAID, HEARD = schema.content.alias("said"), schema.content.alias("heard")
GROUP = sa.func.coalesce(_segment.speaker, _recording.speaker, _recording.id).label("group")
"""With what a segment goes into a split, where segments and recordings are joined: its speaker, if known."""


def select_heard(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return a query of what models said (``SAID``) of segments that people labelled (``HEARD``).

    Segments come in order of adding, what was said of one oldest first.
    """
    opinion = schema.opinion.c
    is_labelled = sa.exists().where(
        opinion.segment_id == _task.segment_id, opinion.content_id == _task.reference_content_id
    )
    return (
        sa.select(*columns)
        .select_from(schema.task)
        .join(schema.hypothesis, _hypothesis.segment_id == _task.segment_id)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .join(SAID, SAID.c.id == _hypothesis.content_id)
        .join(HEARD, HEARD.c.id == _task.reference_content_id)
        .where(_task.stage == STAGE, is_labelled)
        .order_by(_task.position, _task.segment_id, _hypothesis.seq)
    )


def heard_drafts(connection: sa.Connection, model: str) -> list[HeardDraft]:
    """Return what a model said last of each segment that a person labelled, in order of adding."""
    query = (
        select_heard(
            _task.segment_id,
            _segment.recording_id,
            GROUP,
            SAID.c.text.label("draft"),
            SAID.c.words,
            _hypothesis.confidence,
            HEARD.c.text,
            _task.inclusion_p,
            _task.selected_by,
        )
        .join(schema.segment, _segment.id == _task.segment_id)
        .join(schema.recording, _recording.id == _segment.recording_id)
        .where(_run.model == model)
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
