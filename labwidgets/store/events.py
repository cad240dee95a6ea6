"""The log: append, read, and bring old payloads up to date.

An event carries ids and figures, never what a person said. ``unique(stream_id, stream_version)`` is the
optimistic lock on every engine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.records import Event
from labwidgets.store import codec, schema
from labwidgets.store.statements import insert_rows

CHUNK = 500
"""Values in one IN list; engines have limits."""

_event = schema.event.c
_insert_one = schema.event.insert()
_newest_seq = sa.select(sa.func.max(_event.seq))
_numbers = sa.select(_event.event_id, _event.seq).where(_event.seq > sa.bindparam("after"))

Payload = Mapping[str, Any]
Upcast = Callable[[Payload], Payload]

SCHEMA_VERSIONS: dict[str, int] = {
    "recording_added": 1,
    "recording_decoded": 1,
    "recording_broken": 1,
    "recording_licensed": 1,
    "segment_added": 1,
    "segment_retired": 1,
    "run_begun": 1,
    "run_finished": 1,
    "opinion_submitted": 1,
    "splits_assigned": 1,
    "snapshot_added": 1,
    "snapshot_changed": 1,
    "snapshot_dropped": 1,
    "rows_placed": 1,
    "consent_given": 1,
    "speaker_withdrawn": 1,
    "pushed": 1,
    "segment_marked": 1,
    "replace_begun": 1,
    "texts_replaced": 1,
    "replace_undone": 1,
    "pool_opened": 1,
    "audits_drawn": 1,
    "audits_spent": 1,
    "decision_made": 1,
    "drafts_accepted": 1,
    "decision_revoked": 1,
    "segments_changed": 1,
    "segments_change_undone": 1,
    "round_begun": 1,
    "round_noted": 1,
    "round_ended": 1,
}
"""Newest payload version of each kind of event."""

BOOKKEEPING = (
    "splits_assigned",
    "rows_placed",
    "snapshot_added",
    "snapshot_changed",
    "snapshot_dropped",
    "pushed",
    "segment_marked",
    "pool_opened",
    "audits_spent",
    "round_begun",
    "round_noted",
    "round_ended",
)
"""Kinds that change no row of a data set."""

DRAFTING = ("run_begun", "run_finished")
"""Kinds that change no label either."""

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""By (kind, version): turns a payload of that version into one of the next."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has a number.

    Attributes:
        stream_id: Whose history it belongs to.
        stream_version: Its place there, from 1.
        kind: A key of ``SCHEMA_VERSIONS``.
        payload: Ids and figures, JSON values.
        event_id: Made by the client for submits, otherwise here.
        actor: Pseudonym or program.
        client_at_us: The client's clock.
    """

    stream_id: str
    stream_version: int
    kind: str
    payload: Payload
    event_id: str = ""
    actor: str | None = None
    client_at_us: int | None = None


def now_us() -> int:
    """Return the time in microseconds since 1970."""
    return time.time_ns() // 1000


def _new_uuid() -> str:
    """Return a fresh UUID of version 7: those of one moment lie together in the index.

    References:
        RFC 9562, section 5.7.
    """
    moment, rest = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(rest[3], 16) & 3]
    return f"{moment[:8]}-{moment[8:]}-7{rest[:3]}-{variant}{rest[4:7]}-{rest[7:19]}"


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give ``items`` in pieces that fit one statement."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def append(connection: sa.Connection, new: Sequence[NewEvent]) -> list[Event]:
    """Append to the log and return the events with their numbers, in the order given."""
    if not new:
        return []
    at_us = now_us()
    rows: list[dict[str, Any]] = [
        {
            "event_id": item.event_id or _new_uuid(),
            "stream_id": item.stream_id,
            "stream_version": item.stream_version,
            "kind": item.kind,
            "actor": item.actor,
            "at_us": at_us,
            "client_at_us": item.client_at_us,
            "schema_version": SCHEMA_VERSIONS[item.kind],
            "payload": dict(item.payload),
        }
        for item in new
    ]
    numbers = _insert(connection, rows)
    return [
        Event(
            seq=numbers[row["event_id"]],
            event_id=row["event_id"],
            stream_id=row["stream_id"],
            stream_version=row["stream_version"],
            kind=row["kind"],
            actor=row["actor"],
            at_us=at_us,
            client_at_us=row["client_at_us"],
            payload=row["payload"],
        )
        for row in rows
    ]


def _insert(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    if len(rows) == 1:
        inserted = connection.execute(_insert_one, rows[0]).inserted_primary_key
        return {rows[0]["event_id"]: inserted[0]} if inserted else {}
    # On a server another transaction's numbers may lie between ours: they are told apart by event id.
    newest = connection.scalar(_newest_seq) or 0
    insert_rows(connection, schema.event, rows)
    return {event_id: seq for event_id, seq in connection.execute(_numbers, {"after": newest})}  # noqa: C416 - rows are no tuples to the type checker


def next_version(connection: sa.Connection, stream_id: str) -> int:
    """Return the place of the next event of a stream."""
    event = schema.event.c
    newest = connection.scalar(
        sa.select(sa.func.max(event.stream_version)).where(event.stream_id == stream_id)
    )
    return (newest or 0) + 1


def read(
    connection: sa.Connection, streams: Sequence[str] | None = None, *, after: int = 0
) -> Iterator[Event]:
    """Give events in order, all of them or those of some streams."""
    query = sa.select(schema.event).where(schema.event.c.seq > after).order_by(schema.event.c.seq)
    if streams is not None:
        query = query.where(schema.event.c.stream_id.in_(streams))
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield codec.event_of(row, upcast(row["kind"], row["schema_version"], row["payload"]))


def upcast(kind: str, version: int, payload: Payload) -> Payload:
    """Return ``payload`` as the newest version of its kind has it.

    Raises:
        StoreError: When a newer labwidgets wrote it.
    """
    newest = SCHEMA_VERSIONS.get(kind)
    if newest is None or version > newest:
        raise StoreError(
            "the store holds events made by a newer labwidgets",
            value=f"{kind} version {version}",
            allowed=f"up to version {newest}" if newest else "",
            remedy="Upgrade labwidgets",
        )
    for step in range(version, newest):
        payload = UPCASTS[kind, step](payload)
    return payload
