"""What an analysis of errors needs of a store, and what people decide there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import ConfigError
from labwidgets.records import (
    MARKS,
    AnalysedSegment,
    Hypothesis,
    Mark,
    ModelRun,
    SaidText,
    Transcription,
)
from labwidgets.store import codec, drafts, events, schema
from labwidgets.store.events import NewEvent, chunks, next_version
from labwidgets.store.projections import record
from labwidgets.store.reshaping import BESIDE
from labwidgets.store.tasks import STAGE

_MARK_STREAM = "marks/"
_BATCH = 500
_PAGE = 5000
# What people replaced in a draft is not what its model said.
_IS_OF_MODEL = sa.not_(schema.model_run.c.model.endswith(drafts.MENDED, autoescape=True))


def add_hypotheses(
    connection: sa.Connection,
    run: ModelRun,
    said: Mapping[str, Transcription],
    *,
    as_draft: bool,
    actor: str | None,
) -> int:
    """Store a whole run that another program made, by segment, and return how many texts are new.

    A text that the newest run of the same model has already is not stored again. Unless ``as_draft``, the
    drafts that people see stay what they are.
    """
    known = _texts_of_model(connection, run.model, list(said))
    new = {key: one for key, one in said.items() if known.get(key) != one.text}
    if not new:
        return 0
    drafts.begin_run(connection, run, actor=actor)
    prefix = "imported:" if as_draft else BESIDE
    items = [((key, f"{prefix}{key}"), one) for key, one in new.items()]
    for start in range(0, len(items), _BATCH):
        drafts.insert_hypotheses(connection, run.id, dict(items[start : start + _BATCH]))
    drafts.finish_run(connection, run.id, n_drafted=len(new), n_cached=len(said) - len(new), n_failed=0)
    return len(new)


def _texts_of_model(connection: sa.Connection, model: str, segment_ids: Sequence[str]) -> dict[str, str]:
    hypothesis, run, content = schema.hypothesis.c, schema.model_run, schema.content
    found: dict[str, str] = {}
    for some in chunks(segment_ids):
        query = (
            sa.select(hypothesis.segment_id, content.c.text)
            .join(run, run.c.id == hypothesis.run_id)
            .join(content, content.c.id == hypothesis.content_id)
            .where(run.c.model == model, hypothesis.segment_id.in_(some))
            .order_by(hypothesis.seq)
        )
        found.update(dict(connection.execute(query).all()))
    return found


def analysed_segments(connection: sa.Connection) -> list[AnalysedSegment]:
    """Return every live segment with its reference, if a person made it, and what each model said last."""
    said = _said(connection)
    segment, recording, task = schema.segment.c, schema.recording.c, schema.task.c
    reference = schema.content.alias("referred")
    described = schema.content.alias("described")
    query = (
        sa.select(
            segment.id,
            segment.start_us,
            segment.end_us,
            segment.speaker,
            *(recording[name] for name in ("source", "language", "accent", "collection", "quality")),
            recording.id.label("recording_id"),
            reference.c.text,
            described.c.fields,
        )
        .select_from(schema.task)
        .join(schema.segment, segment.id == task.segment_id)
        .join(schema.recording, recording.id == segment.recording_id)
        .join(described, described.c.id == recording.content_id)
        # A draft that was accepted without a person says nothing of how right drafts are.
        .outerjoin(reference, (reference.c.id == task.reference_content_id) & task.decision_id.is_(None))
        .where(task.stage == STAGE)
        .order_by(task.position, task.segment_id)
    )
    rows = connection.execute(query.execution_options(yield_per=_PAGE)).mappings()
    return [_analysed(row, said.get(row["id"], {})) for row in rows]


def _said(connection: sa.Connection) -> dict[str, dict[str, SaidText]]:
    hypothesis, run, content = schema.hypothesis.c, schema.model_run, schema.content
    query = (
        sa.select(hypothesis.segment_id, run.c.model, hypothesis.id, content.c.text, hypothesis.confidence)
        .join(run, run.c.id == hypothesis.run_id)
        .join(content, content.c.id == hypothesis.content_id)
        .where(_IS_OF_MODEL)
        .order_by(hypothesis.seq)
    )
    found: dict[str, dict[str, SaidText]] = {}
    for segment_id, model, key, text, confidence in connection.execute(
        query.execution_options(yield_per=_PAGE)
    ):
        found.setdefault(segment_id, {})[model] = SaidText(key, text, confidence)
    return found


def _analysed(row: sa.RowMapping, said: Mapping[str, SaidText]) -> AnalysedSegment:
    quality: Mapping[str, Any] = row["quality"] or {}
    metadata: Mapping[str, Any] = row["fields"].get("metadata", {})
    known = {name: row[name] for name in ("speaker", "accent", "language", "collection", "source")}
    measured = {name: quality.get(name) for name in ("snr_db", "clipped", "level_dbfs", "silence")}
    plain = {name: value for name, value in metadata.items() if isinstance(value, str | int | float)}
    return AnalysedSegment(
        id=row["id"],
        recording=row["recording_id"],
        duration_s=(row["end_us"] - row["start_us"]) / 1e6,
        reference=row["text"],
        said=said,
        columns={**plain, **known, **measured},
    )


# ---- marks ---------------------------------------------------------------------------------------------


def mark(connection: sa.Connection, given: Sequence[Mark], *, annotator: str) -> None:
    """Keep what a person decided of segments.

    Raises:
        ConfigError: There is no such mark.
        NotFoundError: On an unknown segment.
        SegmentError: On a retired one.
    """
    stream = _MARK_STREAM + annotator
    version = next_version(connection, stream)
    new = []
    for place, one in enumerate(given):
        if one.mark is not None and one.mark not in MARKS:
            raise ConfigError("no such mark", value=one.mark, allowed=", ".join(MARKS))
        drafts.live_segment(connection, one.segment_id)
        payload = {"segment_id": one.segment_id, "mark": one.mark, "hypothesis_id": one.hypothesis_id}
        new.append(NewEvent(stream, version + place, "segment_marked", payload, actor=annotator))
    record(connection, new)


def marks(connection: sa.Connection) -> dict[str, Mark]:
    """Return the newest mark of each segment that has one."""
    event = schema.event.c
    query = (
        sa.select(event.seq, event.kind, event.schema_version, event.payload, event.actor)
        .where(event.stream_id >= _MARK_STREAM, event.stream_id < _MARK_STREAM[:-1] + "0")
        .order_by(event.seq)
    )
    found: dict[str, Mark] = {}
    for row in connection.execute(query):
        payload = events.upcast(row.kind, row.schema_version, row.payload)
        segment_id = payload["segment_id"]
        found.pop(segment_id, None)
        if payload["mark"] is not None:
            found[segment_id] = Mark(segment_id, payload["mark"], payload["hypothesis_id"], row.actor)
    return found


def hypotheses_of(connection: sa.Connection, segment_id: str) -> dict[str, Hypothesis]:
    """Return the newest hypothesis of each model for a segment, with its words, by model."""
    query = drafts.select_hypotheses().where(schema.hypothesis.c.segment_id == segment_id, _IS_OF_MODEL)
    rows = connection.execute(query.order_by(schema.hypothesis.c.seq)).mappings()
    return {row["model"]: codec.hypothesis_of(row) for row in rows}
