"""Rounds of the loop: what is kept of them, which is figures and names of models alone.

They are one stream of the log. What people did in a round, what was drawn and what was decided in it stands
in their own events, between the one that began it and the one that ended it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.records import AUDIT, KeptRound, RoundSettings, Worked
from labwidgets.store import codec, schema
from labwidgets.store.events import NewEvent, next_version, read
from labwidgets.store.projections import record
from labwidgets.store.tasks import STAGE
from labwidgets.timeline import to_s

_ROUNDS, _AUDITS = "rounds", "audits"
_opinion, _segment, _task = schema.opinion.c, schema.segment.c, schema.task.c


def rounds(connection: sa.Connection) -> list[KeptRound]:
    """Return all rounds, oldest first."""
    found: dict[int, KeptRound] = {}
    for event in read(connection, [_ROUNDS]):
        payload, number = event.payload, event.payload["number"]
        if event.kind == "round_begun":
            settings = RoundSettings(**payload["settings"])
            found[number] = KeptRound(number, settings, event.at_us, None, event.seq, None, {})
            continue
        known = found[number]
        is_end = event.kind == "round_ended"
        found[number] = replace(
            known,
            settings=RoundSettings(**{**known.settings.to_dict(), **payload["settings"]}),
            noted={**known.noted, **payload["noted"]},
            ended_us=event.at_us if is_end else None,
            before=event.seq if is_end else None,
        )
    return list(found.values())


def begin(connection: sa.Connection, settings: RoundSettings, *, number: int, actor: str | None) -> KeptRound:
    """Begin a round, unless one goes on or has that number, and return the newest.

    Args:
        connection: In a write transaction.
        settings: What is asked of it.
        number: It should have; two callers who want the same one begin it once.
        actor: Who begins it.
    """
    known = rounds(connection)
    if not known or (known[-1].ended_us is not None and known[-1].number < number):
        payload = {"number": number, "settings": _plain(settings.to_dict())}
        _record(connection, "round_begun", payload, actor)
        known = rounds(connection)
    return known[-1]


def note(
    connection: sa.Connection,
    number: int,
    *,
    settings: Mapping[str, Any],
    noted: Mapping[str, Any],
    is_end: bool,
) -> KeptRound:
    """Keep what came out in the round that goes on, or what is asked of it from now on, or that it ended.

    Raises:
        StoreError: It goes on no longer.
    """
    known = rounds(connection)
    if not known or known[-1].number != number or known[-1].ended_us is not None:
        raise StoreError("this round has ended meanwhile", value=number, remedy="Call project.round() again")
    payload = {"number": number, "settings": _plain(settings), "noted": _plain(noted)}
    _record(connection, "round_ended" if is_end else "round_noted", payload, None)
    return rounds(connection)[-1]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: codec.clean_json(value) for name, value in values.items()}


def _record(connection: sa.Connection, kind: str, payload: Mapping[str, Any], actor: str | None) -> None:
    version = next_version(connection, _ROUNDS)
    record(connection, [NewEvent(_ROUNDS, version, kind, payload, actor=actor)])


# ---- what happened in one ------------------------------------------------------------------------------


def worked(connection: sa.Connection, *, after: int, before: int | None) -> list[Worked]:
    """Return what people did between two events, by segment, in the order in which they began.

    Args:
        connection: To the store.
        after: Number of the first event.
        before: Number of the last one; None for up to now.
    """
    query = (
        sa.select(
            _opinion.segment_id,
            _opinion.active_ms,
            _opinion.selected_by,
            _opinion.skip_reason,
            _segment.start_us,
            _segment.end_us,
        )
        .join(schema.segment, _segment.id == _opinion.segment_id)
        .where(_opinion.seq > after)
        .order_by(_opinion.seq)
    )
    if before is not None:
        query = query.where(_opinion.seq < before)
    found: dict[str, Worked] = {}
    for row in connection.execute(query):
        known = found.get(row.segment_id)
        found[row.segment_id] = Worked(
            row.segment_id,
            to_s(row.end_us - row.start_us),
            row.active_ms / 1000 + (0.0 if known is None else known.active_s),
            row.selected_by == AUDIT,
            row.skip_reason is None,
        )
    return list(found.values())


def pools_opened(connection: sa.Connection, *, after: int, before: int | None) -> list[str]:
    """Return the pools of drafts that were opened between two events, in order."""
    return [
        event.payload["pool_id"]
        for event in read(connection, [_AUDITS], after=after)
        if event.kind == "pool_opened" and (before is None or event.seq < before)
    ]


def open_segments(connection: sa.Connection) -> dict[str, float]:
    """Return the segments that wait for a label, with their lengths in seconds, in order of adding.

    A text that came in as a reference is one, whether somebody looks at it again or not.
    """
    query = (
        sa.select(_task.segment_id, _task.duration_us)
        .where(_task.stage == STAGE, _task.state == "open", _task.reference_content_id.is_(None))
        .order_by(_task.position, _task.segment_id)
    )
    return {segment_id: to_s(duration_us) for segment_id, duration_us in connection.execute(query)}


def audited(connection: sa.Connection) -> set[str]:
    """Return the segments that were ever drawn to be labelled blind and are still there."""
    query = sa.select(_task.segment_id).where(_task.stage == STAGE, _task.selected_by == AUDIT)
    return set(connection.scalars(query))
