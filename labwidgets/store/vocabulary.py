"""Texts of one language, for those who count words."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.store import schema
from labwidgets.store.search import SHOWN

_LABELLED = 1.0
_DRAFTED = 0.25
"""A word that only a model wrote counts less."""


def shown_texts(connection: sa.Connection, language: str, *, n: int) -> list[tuple[str, float]]:
    """Return at most ``n`` texts in a language, whatever its region, each with a weight."""
    task, segment, recording, content = (
        schema.task.c,
        schema.segment.c,
        schema.recording.c,
        schema.content.c,
    )
    primary = language.replace("_", "-").split("-", 1)[0]
    found = connection.execute(
        sa.select(content.text, task.reference_content_id.is_not(None) & task.decision_id.is_(None))
        .select_from(schema.task)
        .join(schema.content, content.id == SHOWN)
        .join(schema.segment, segment.id == task.segment_id)
        .join(schema.recording, recording.id == segment.recording_id)
        .where(sa.or_(recording.language == primary, recording.language.startswith(f"{primary}-")))
        .where(content.erased_us.is_(None), task.stage == schema.STAGE)
        .limit(n)
    )
    return [(text, _LABELLED if is_labelled else _DRAFTED) for text, is_labelled in found]
