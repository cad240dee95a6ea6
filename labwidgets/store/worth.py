"""What is worth labelling goes by: open segments, references, times of work; and the places that come of it.

Places are ``task.priority``: lower comes first, 0 is a segment that was not ranked yet. No event speaks of
them: they follow from what is stored, and are worked out again when asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.records import AUDIT, GROUPS, DoneItem, JudgedDraft, WorkItem
from labwidgets.store import queue, schema
from labwidgets.store.drafts import MENDED
from labwidgets.store.events import now_us
from labwidgets.store.heard import HEARD, SAID, select_heard
from labwidgets.store.statements import select_among, upsert
from labwidgets.store.tasks import STAGE
from labwidgets.timeline import to_s

_PAGE = 5000
_KEY = "work"
_DRAFTS = "work_drafts"
_task, _segment, _recording, _content, _opinion, _hypothesis, _run = (
    table.c
    for table in (
        schema.task,
        schema.segment,
        schema.recording,
        schema.content,
        schema.opinion,
        schema.hypothesis,
        schema.model_run,
    )
)
_groups = (_recording.accent, _task.speaker, _recording.language, _recording.collection)


def _items(text: sa.Column[Any]) -> sa.Select[Any]:
    """Return a query of segments, each with the content whose id is ``text``."""
    return (
        sa.select(
            _task.segment_id,
            _task.duration_us,
            _content.text,
            _hypothesis.confidence,
            _hypothesis.alarms,
            _run.model,
            _task.rand,
            _task.priority,
            _task.selected_by,
            *(column.label(name) for name, column in zip(GROUPS, _groups, strict=True)),
        )
        .select_from(schema.task)
        .join(schema.segment, _segment.id == _task.segment_id)
        .join(schema.recording, _recording.id == _segment.recording_id)
        .outerjoin(schema.content, _content.id == text)
        .outerjoin(schema.hypothesis, _hypothesis.id == _task.draft_id)
        .outerjoin(schema.model_run, _run.id == _hypothesis.run_id)
        .where(_task.stage == STAGE)
        .order_by(_task.position, _task.segment_id)
    )


def _read(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[WorkItem]:
    for row in connection.execute(query.execution_options(yield_per=_PAGE)):
        segment_id, duration_us, text, confidence, alarms, model, rand, place, selected_by, *groups = row
        yield WorkItem(
            segment_id,
            to_s(duration_us),
            text,
            confidence,
            bool(alarms),
            model,
            rand,
            place,
            selected_by == AUDIT,
            dict(zip(GROUPS, groups, strict=True)),
        )


def open_items(connection: sa.Connection) -> list[WorkItem]:
    """Return the segments that wait for a person, in order of adding."""
    return list(_read(connection, _items(_task.draft_content_id).where(_task.state == "open")))


def referred_items(connection: sa.Connection) -> list[WorkItem]:
    """Return the segments that have a reference, with its text, in order of adding."""
    query = _items(_task.reference_content_id).where(_task.reference_content_id.is_not(None))
    return list(_read(connection, query))


def done_items(connection: sa.Connection) -> list[DoneItem]:
    """Return what people submitted of each segment first, with the time that it took."""
    said, draft = schema.content.alias("said"), schema.content.alias("draft")
    query = (
        sa.select(
            _opinion.annotator,
            _recording.language,
            (_segment.end_us - _segment.start_us).label("duration_us"),
            _opinion.active_ms,
            said.c.text,
            draft.c.text,
            _opinion.is_blank,
        )
        .select_from(schema.opinion)
        .join(schema.segment, _segment.id == _opinion.segment_id)
        .join(schema.recording, _recording.id == _segment.recording_id)
        .join(said, said.c.id == _opinion.content_id)
        .outerjoin(schema.hypothesis, _hypothesis.id == _opinion.draft_id)
        .outerjoin(draft, draft.c.id == _hypothesis.content_id)
        .where(_opinion.revision == 1, _opinion.active_ms > 0, _opinion.skip_reason.is_(None))
        # What somebody else had labelled already did not start from the draft.
        .where(_opinion.origin.in_(("typed", "corrected", "confirmed")), said.c.erased_us.is_(None))
        .where(sa.or_(_opinion.origin == "typed", _opinion.draft_id.is_not(None)))
        .order_by(_opinion.seq)
    )
    return [
        DoneItem(
            annotator,
            language,
            to_s(duration_us),
            active_ms / 1000,
            text,
            drafted,
            drafted is None if is_blank is None else is_blank,
        )
        for annotator, language, duration_us, active_ms, text, drafted, is_blank in connection.execute(query)
    ]


def judged_drafts(connection: sa.Connection) -> list[JudgedDraft]:
    """Return what each model said last of the segments that people labelled, in order of adding."""
    query = select_heard(
        _task.segment_id,
        _run.model,
        _hypothesis.confidence,
        _hypothesis.alarms,
        SAID.c.text,
        HEARD.c.text,
        _task.inclusion_p,
        _task.selected_by,
    ).where(sa.not_(_run.model.endswith(MENDED, autoescape=True)))
    # The last one of a segment and model stands.
    newest = {(row[0], row[1]): row for row in connection.execute(query.execution_options(yield_per=_PAGE))}
    return [
        JudgedDraft(model, confidence, bool(alarms), text, reference, inclusion_p, selected_by == AUDIT)
        for _, model, confidence, alarms, text, reference, inclusion_p, selected_by in newest.values()
    ]


def set_places(connection: sa.Connection, places: Mapping[str, float]) -> None:
    """Give segments their places in the order of worth."""
    task = schema.task
    statement = task.update().where(_task.segment_id == sa.bindparam("key"), _task.stage == STAGE)
    statement = statement.values(priority=sa.bindparam("place"))
    rows = [{"key": segment_id, "place": place} for segment_id, place in places.items()]
    if rows:
        connection.execute(statement, rows)


def shuffle_places(connection: sa.Connection, segment_ids: Sequence[str]) -> None:
    """Hand out the places that some segments have among them, in the given order, which chance made."""
    columns = (_task.segment_id, _task.priority)
    known = dict(select_among(connection, columns, _task.segment_id, segment_ids))
    drawn = [segment_id for segment_id in segment_ids if segment_id in known]
    places = (known[segment_id] for segment_id in sorted(drawn))
    set_places(connection, dict(zip(drawn, places, strict=True)))


def still_open(connection: sa.Connection, segment_ids: Sequence[str]) -> list[str]:
    """Return those of some segments that wait for a person and were not drawn as audits since."""
    columns = (_task.segment_id, _task.state, _task.selected_by)
    rows = select_among(connection, columns, _task.segment_id, segment_ids)
    return [key for key, state, selected_by in rows if state == "open" and selected_by != AUDIT]


def keep(
    connection: sa.Connection, known: Mapping[str, Any], drafts: Mapping[str, Any], min_per_s: float
) -> None:
    """Keep what the places came from, for those who look at them, and the pace of the work that is left."""
    put = upsert(connection.dialect.name, schema.meta)
    connection.execute(put, {"key": _KEY, "value": json.dumps(known, allow_nan=False)})
    connection.execute(put, {"key": _DRAFTS, "value": json.dumps(drafts, allow_nan=False)})
    if min_per_s > 0:
        # Where nothing was open, nothing is known of what comes in next.
        connection.execute(put, {"key": queue.PACE, "value": repr(float(min_per_s))})
    connection.execute(put, {"key": queue.RANKED, "value": str(now_us())})


def kept(connection: sa.Connection) -> dict[str, Any] | None:
    """Return what the places came from; None where nothing was ranked yet."""
    return _kept(connection, _KEY)


def forget(connection: sa.Connection) -> None:
    """Forget what the places came from: the reasons name speakers. The next look works them out again."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key == _KEY))


def drafts_known(connection: sa.Connection) -> dict[str, Any] | None:
    """Return what the last ranking found of drafts; None where nothing was ranked yet."""
    return _kept(connection, _DRAFTS)


def _kept(connection: sa.Connection, key: str) -> dict[str, Any] | None:
    value = connection.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.key == key))
    found: dict[str, Any] | None = None if value is None else json.loads(value)
    return found
