"""Drafts that no person touched, and what became of those that were drawn as audits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from labwidgets.records import AUDIT, AuditDraw, AuditRow, AuditState, Candidate, PoolUnit, TakenDraft
from labwidgets.store import schema
from labwidgets.store.drafts import MENDED
from labwidgets.store.events import now_us
from labwidgets.store.statements import select_among
from labwidgets.store.tasks import STAGE

_PAGE = 5000
_task, _segment, _hypothesis, _run, _content = (
    table.c for table in (schema.task, schema.segment, schema.hypothesis, schema.model_run, schema.content)
)
_kept, _thread, _opinion = (table.c for table in (schema.kept_edit, schema.thread, schema.opinion))


def candidates(connection: sa.Connection, model: str) -> list[Candidate]:
    """Return the drafts of a model whose segments nobody touched, in order of adding."""
    query = (
        sa.select(_task.segment_id, _task.draft_id, _content.text, _hypothesis.confidence, _hypothesis.alarms)
        .select_from(schema.task)
        .join(schema.hypothesis, _hypothesis.id == _task.draft_id)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .join(schema.content, _content.id == _hypothesis.content_id)
        .where(_task.stage == STAGE, _task.state == "open", _task.selected_by != AUDIT)
        .where(_task.reference_content_id.is_(None), _run.model == model)
        .order_by(_task.position, _task.segment_id)
    )
    rows = connection.execute(query.execution_options(yield_per=_PAGE)).all()
    ids = [row.segment_id for row in rows]
    held, others = touched(connection, ids), _others(connection, model)
    return [
        Candidate(
            row.segment_id,
            row.draft_id,
            row.text,
            # What raised an alarm is the last to be trusted.
            None if row.alarms else row.confidence,
            tuple(sorted(others.get(row.segment_id, {}).items())),
        )
        for row in rows
        if row.segment_id not in held
    ]


def n_words(connection: sa.Connection, draft_ids: Sequence[str]) -> list[int]:
    """Return how many words each of some drafts has, in no order."""
    said = _values(connection, _hypothesis.id, _hypothesis.content_id, draft_ids)
    texts = _values(connection, _content.id, _content.text, list(said.values()))
    return [len(text.split()) for text in texts.values()]


def _others(connection: sa.Connection, model: str) -> dict[str, dict[str, str]]:
    """Return what other models said last, by segment."""
    query = (
        sa.select(_hypothesis.segment_id, _run.model, _content.text)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .join(schema.content, _content.id == _hypothesis.content_id)
        .where(_run.model != model, sa.not_(_run.model.endswith(MENDED, autoescape=True)))
        .order_by(_hypothesis.seq)
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for segment_id, name, text in connection.execute(query.execution_options(yield_per=_PAGE)):
        found[segment_id][name] = text
    return found


def models(connection: sa.Connection) -> list[str]:
    """Return the models of the drafts of open tasks, the one with the most first."""
    n = sa.func.count()
    query = (
        sa.select(_run.model)
        .select_from(schema.task)
        .join(schema.hypothesis, _hypothesis.id == _task.draft_id)
        .join(schema.model_run, _run.id == _hypothesis.run_id)
        .where(_task.stage == STAGE, _task.state == "open")
        .group_by(_run.model)
        .order_by(n.desc(), _run.model)
    )
    return list(connection.scalars(query))


def touched(connection: sa.Connection, segment_ids: Sequence[str]) -> set[str]:
    """Return which of some segments a person labelled, skipped, typed into, holds, or took apart.

    Those that cannot be heard count as well.
    """
    found: set[str] = set()
    for column in (_thread.segment_id, _kept.segment_id):
        found.update(row[0] for row in select_among(connection, (column,), column, segment_ids))
    columns = (_task.segment_id, _task.lease_until_us, _task.state)
    held = select_among(connection, columns, _task.segment_id, segment_ids)
    now = now_us()
    found.update(key for key, until_us, state in held if (until_us or 0) > now or state == "blocked")
    return found | set(segment_ids).difference(key for key, _, _ in held)


def untouched(connection: sa.Connection, drafts: Mapping[str, str]) -> list[str]:
    """Return which of some segments may be accepted now: open, untouched, and with this very draft."""
    columns = (
        _task.segment_id,
        _task.state,
        _task.draft_id,
        _task.selected_by,
        _task.reference_content_id,
    )
    held = touched(connection, list(drafts))
    return [
        segment_id
        for segment_id, state, draft_id, selected_by, reference in select_among(
            connection, columns, _task.segment_id, list(drafts)
        )
        if (state, selected_by != AUDIT, reference) == ("open", True, None)
        and draft_id == drafts[segment_id]
        and segment_id not in held
    ]


def withdrawn(connection: sa.Connection, segment_ids: Sequence[str]) -> set[str]:
    """Return which of some segments belong to somebody who took consent back."""
    gone = sa.select(schema.recording.c.id).where(schema.recording.c.state == "withdrawn")
    recordings = set(connection.scalars(gone))
    if not recordings:
        return set()
    rows = select_among(connection, (_segment.id, _segment.recording_id), _segment.id, segment_ids)
    return {segment_id for segment_id, recording_id in rows if recording_id in recordings}


def audit_rows(
    connection: sa.Connection, draws: Sequence[AuditDraw], drafts: Mapping[str, str]
) -> list[AuditRow]:
    """Return what became of audits, in the order drawn; those of withdrawn speakers are missing.

    Args:
        connection: To the store.
        draws: In order.
        drafts: Hypothesis of each segment that was drawn.
    """
    ids = [segment_id for draw in draws for segment_id in draw.chances]
    gone = withdrawn(connection, ids)
    states = _states(connection, ids)
    said = _said(connection, [drafts[key] for key in ids])
    answers = _answers(connection, ids)
    return [
        AuditRow(
            segment_id,
            draw.region,
            batch,
            inclusion_p,
            states[segment_id],
            said[drafts[segment_id]],
            answers[segment_id] if states[segment_id] == "labelled" else (),
        )
        for batch, draw in enumerate(draws)
        for segment_id, inclusion_p in draw.chances.items()
        if segment_id not in gone
    ]


def taken(
    connection: sa.Connection, units: Sequence[PoolUnit], *, drawn: Collection[str], accepted: Collection[str]
) -> list[TakenDraft]:
    """Return the drafts of a pool, but for its audits, that people took out of the model's hands.

    Args:
        connection: To the store.
        units: Of the pool.
        drawn: Segments that are audits of it.
        accepted: Drafts that decisions in it ever accepted.
    """
    left = {one.segment_id: one.draft_id for one in units if one.is_there and one.segment_id not in drawn}
    columns = (_task.segment_id, _task.reference_content_id, _task.decision_id)
    rows = list(select_among(connection, columns, _task.segment_id, list(left)))
    machine = {segment_id for segment_id, _, decision_id in rows if decision_id is not None}
    free = machine.union(untouched(connection, left))
    gone = {segment_id: draft_id for segment_id, draft_id in left.items() if segment_id not in free}
    said = _said(connection, list(gone.values()))
    own = {segment_id: content for segment_id, content, _ in rows if segment_id in gone and content}
    texts = _values(connection, _content.id, _content.text, list(own.values()))
    return [
        TakenDraft(
            segment_id,
            said[draft_id],
            texts[own[segment_id]] if segment_id in own else None,
            draft_id in accepted,
        )
        for segment_id, draft_id in gone.items()
    ]


def _said(connection: sa.Connection, draft_ids: Sequence[str]) -> dict[str, str]:
    """Return the texts of some drafts."""
    contents = _values(connection, _hypothesis.id, _hypothesis.content_id, draft_ids)
    texts = _values(connection, _content.id, _content.text, list(contents.values()))
    return {draft_id: texts[content_id] for draft_id, content_id in contents.items()}


def _answers(connection: sa.Connection, segment_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return all that people wrote of some segments, oldest first, without skips."""
    columns = (_opinion.segment_id, _opinion.seq, _opinion.content_id, _opinion.skip_reason)
    rows = sorted(select_among(connection, columns, _opinion.segment_id, segment_ids), key=lambda row: row[1])
    texts = _values(connection, _content.id, _content.text, [row[2] for row in rows])
    found: dict[str, tuple[str, ...]] = dict.fromkeys(segment_ids, ())
    for segment_id, _, content_id, skip_reason in rows:
        if skip_reason is None:
            found[segment_id] += (texts[content_id],)
    return found


def _values(
    connection: sa.Connection, key: sa.Column[str], value: sa.Column[str], keys: Sequence[str]
) -> dict[str, str]:
    return {row[0]: row[1] for row in select_among(connection, (key, value), key, keys)}


def _states(connection: sa.Connection, segment_ids: Sequence[str]) -> dict[str, AuditState]:
    state = _values(connection, _task.segment_id, _task.state, segment_ids)
    shown = _drafts_shown(connection, segment_ids)
    found: dict[str, AuditState] = {}
    for segment_id in segment_ids:
        value = state.get(segment_id)
        if value is None or value == "blocked":
            found[segment_id] = "retired"
        elif value == "skipped":
            found[segment_id] = "skipped"
        elif value == "done":
            found[segment_id] = "spoilt" if segment_id in shown else "labelled"
        else:
            found[segment_id] = "open"
    return found


def _drafts_shown(connection: sa.Connection, segment_ids: Sequence[str]) -> set[str]:
    """Return which of some segments were ever submitted with a draft on the screen."""
    columns = (_opinion.segment_id, _opinion.draft_id)
    rows = select_among(connection, columns, _opinion.segment_id, segment_ids)
    return {segment_id for segment_id, draft_id in rows if draft_id is not None}
