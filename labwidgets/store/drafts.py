"""Model runs and what they said: immutable rows, one event at each end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError, SegmentError
from labwidgets.records import Hypothesis, ModelRun, Segment, Transcription, new_id
from labwidgets.store import codec, schema
from labwidgets.store.events import NewEvent, next_version, now_us
from labwidgets.store.projections import apply_hypotheses, record
from labwidgets.store.statements import insert_rows
from labwidgets.timeline import to_us

MENDED = " + replace"
"""Ends the name of the model whose drafts were mended by a replace."""

_segment_row = sa.select(schema.segment).where(schema.segment.c.id == sa.bindparam("segment"))


def begin_run(connection: sa.Connection, run: ModelRun, *, actor: str | None) -> None:
    """Keep that a run began."""
    payload = {
        "model": run.model,
        "revision": run.revision,
        "settings": codec.clean_json(dict(run.settings)),
    }
    record(connection, [NewEvent(run.id, 1, "run_begun", payload, actor=actor)])


def finish_run(
    connection: sa.Connection, run_id: str, *, n_drafted: int, n_cached: int, n_failed: int
) -> None:
    """Keep that a run ended, and its counts.

    Raises:
        NotFoundError: On an unknown run.
    """
    _require_run(connection, run_id)
    payload = {"n_drafted": n_drafted, "n_cached": n_cached, "n_failed": n_failed}
    record(connection, [NewEvent(run_id, next_version(connection, run_id), "run_finished", payload)])


def _require_run(connection: sa.Connection, run_id: str) -> None:
    run = schema.model_run.c
    if connection.scalar(sa.select(run.id).where(run.id == run_id)) is None:
        raise NotFoundError("unknown run", value=run_id, remedy="Call begin_run first")


def add_hypothesis(
    connection: sa.Connection,
    *,
    run_id: str,
    segment: str | Segment,
    cache_key: str,
    transcription: Transcription,
) -> Hypothesis:
    """Store what a model said and make it the draft; a repeat within the run returns the stored one.

    Args:
        connection: In a write transaction.
        run_id: Of a run that was begun.
        segment: Its id; or the segment as the model heard it, so that one that moved since is refused.
        cache_key: What the transcription was made under.
        transcription: What the model said.

    Raises:
        NotFoundError: On an unknown run or segment.
        SegmentError: On a retired segment, or one with other times than those that were heard.
        TextError: When the text may not be stored.
    """
    _require_run(connection, run_id)
    segment_id = segment if isinstance(segment, str) else segment.id
    row = live_segment(connection, segment_id)
    if not isinstance(segment, str) and not _is_as_heard(row, segment):
        raise SegmentError(
            "the segment was moved while it was drafted", value=segment_id, remedy="Draft it again"
        )
    known = schema.hypothesis.c
    query = select_hypotheses().where(known.run_id == run_id, known.segment_id == segment_id)
    before = connection.execute(query.where(known.cache_key == cache_key)).mappings().first()
    if before is not None:
        return codec.hypothesis_of(before)
    [hypothesis_id] = insert_hypotheses(connection, run_id, {(segment_id, cache_key): transcription})
    stored = connection.execute(select_hypotheses().where(known.id == hypothesis_id)).mappings().one()
    return codec.hypothesis_of(stored)


def _is_as_heard(row: sa.RowMapping, segment: Segment) -> bool:
    heard = (to_us(segment.start_s), to_us(segment.end_s))
    return (row["start_us"], row["end_us"]) == heard


def insert_hypotheses(
    connection: sa.Connection,
    run_id: str,
    said: Mapping[tuple[str, str], Transcription],
    *,
    parents: Mapping[str, str] | None = None,
) -> list[str]:
    """Store what a run said, given by (segment, cache key), one per segment, and return the new ids.

    Args:
        connection: In a write transaction.
        run_id: Of a run that was begun.
        said: Transcriptions.
        parents: By segment, the hypothesis that the new one was made out of.

    Raises:
        TextError: When a text may not be stored.
    """
    contents = [codec.content_row(text=one.text, words=one.words) for one in said.values()]
    rows = [
        {
            "id": new_id("hyp"),
            "run_id": run_id,
            "segment_id": segment_id,
            "content_id": content["id"],
            "cache_key": cache_key,
            "confidence": codec.finite(transcription.confidence),
            "language": transcription.language,
            "alarms": list(transcription.alarms),
            "cut": False,
            "parent_id": (parents or {}).get(segment_id),
            "at_us": now_us(),
        }
        for ((segment_id, cache_key), transcription), content in zip(said.items(), contents, strict=True)
    ]
    insert_rows(connection, schema.content, contents)
    insert_rows(connection, schema.hypothesis, rows)
    apply_hypotheses(connection, rows)
    return [row["id"] for row in rows]


def live_segment(connection: sa.Connection, segment_id: str) -> sa.RowMapping:
    """Return the row of a segment that may still be worked on.

    Raises:
        NotFoundError: On an unknown segment.
        SegmentError: On a retired one.
    """
    row = connection.execute(_segment_row, {"segment": segment_id}).mappings().first()
    return require_live(row, segment_id)


def require_live(row: sa.RowMapping | None, segment_id: str) -> sa.RowMapping:
    """Return the row of a segment, unless it is missing or retired.

    Raises:
        NotFoundError: On a missing one.
        SegmentError: On a retired one.
    """
    if row is None:
        raise NotFoundError("unknown segment", value=segment_id, remedy="Look it up in the queue")
    if row["retired_by"] is not None:
        raise SegmentError(
            "the segment was split, merged or retired",
            value=segment_id,
            remedy="Reload the queue and work on the segments that took its place",
        )
    return row


def hypothesis_by_key(connection: sa.Connection, cache_key: str) -> Hypothesis | None:
    """Return the newest hypothesis made under ``cache_key``."""
    hypothesis = schema.hypothesis.c
    query = (
        select_hypotheses().where(hypothesis.cache_key == cache_key).order_by(hypothesis.seq.desc()).limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else codec.hypothesis_of(row)


def select_hypotheses() -> sa.Select[Any]:
    """Return a query of all that ``codec.hypothesis_of`` needs."""
    hypothesis, run, content = schema.hypothesis, schema.model_run, schema.content
    return (
        sa.select(hypothesis, run.c.model, run.c.revision, content.c.text, content.c.words)
        .join(run, run.c.id == hypothesis.c.run_id)
        .join(content, content.c.id == hypothesis.c.content_id)
    )
