"""How texts came to be: every draft and every revision, for the history that can go along with a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from labwidgets.store import schema
from labwidgets.timeline import to_s


@dataclass(frozen=True, slots=True)
class Edit:
    """One draft or one revision of an opinion.

    Attributes:
        segment_id: Of the segment.
        kind: ``draft`` or ``opinion``.
        by: Model, or annotator by pseudonym.
        revision: Of the annotator's thread; None for a draft.
        at_us: Microseconds since 1970.
        text: What was said; empty where the segment was skipped.
        origin: How an opinion came to be; None for a draft.
        confidence: Of a draft.
        flags: Of an opinion.
        active_s: Seconds of work on an opinion.
        is_skip: Whether the annotator passed it over.
    """

    segment_id: str
    kind: Literal["draft", "opinion"]
    by: str
    revision: int | None
    at_us: int
    text: str
    origin: str | None = None
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    active_s: float | None = None
    is_skip: bool = False


def edits(connection: sa.Connection, segment_ids: Sequence[str]) -> list[Edit]:
    """Return all edits of some segments, segment by segment, oldest first."""
    found = [*_drafts(connection, segment_ids), *_opinions(connection, segment_ids)]
    return sorted(found, key=lambda edit: (edit.segment_id, edit.at_us, edit.kind, edit.revision or 0))


def _drafts(connection: sa.Connection, segment_ids: Sequence[str]) -> list[Edit]:
    hypothesis, run, content = schema.hypothesis.c, schema.model_run.c, schema.content.c
    query = (
        sa.select(hypothesis.segment_id, run.model, hypothesis.at_us, content.text, hypothesis.confidence)
        .join(schema.model_run, run.id == hypothesis.run_id)
        .join(schema.content, content.id == hypothesis.content_id)
        .where(hypothesis.segment_id.in_(segment_ids))
    )
    rows: Any = connection.execute(query)
    return [
        Edit(row.segment_id, "draft", row.model, None, row.at_us, row.text, confidence=row.confidence)
        for row in rows
    ]


def _opinions(connection: sa.Connection, segment_ids: Sequence[str]) -> list[Edit]:
    opinion, content = schema.opinion.c, schema.content.c
    query = (
        sa.select(schema.opinion, content.text)
        .join(schema.content, content.id == opinion.content_id)
        .where(opinion.segment_id.in_(segment_ids))
    )
    return [
        Edit(
            row["segment_id"],
            "opinion",
            row["annotator"],
            row["revision"],
            row["at_us"],
            row["text"],
            origin=row["origin"],
            flags=tuple(row["flags"]),
            active_s=to_s(row["active_ms"] * 1000),
            is_skip=row["skip_reason"] is not None,
        )
        for row in connection.execute(query).mappings()
    ]
