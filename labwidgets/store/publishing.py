"""What is kept of data sets that left: the place of each row in its files, and every push."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import sqlalchemy as sa

from labwidgets.store import codec, schema
from labwidgets.store.events import BOOKKEEPING, DRAFTING, NewEvent, next_version, read
from labwidgets.store.projections import contents, record

_ROWS, _PUSHES = "rows", "pushes"
_RUNS_AN_EVENT = 5_000

Place = tuple[str, int, int]
"""(split, shard, number)."""


@dataclass(frozen=True, slots=True)
class Push:
    """One push that went through.

    Attributes:
        repo_id: Where to.
        commit: What it became there.
        tag: Its name; None for none.
        day: Of the newest label in it, ISO 8601.
        n_rows: Of the data set.
        hours: Of sound.
        files: SHA-256 of each file, as labwidgets wanted it.
        seq: Number of its event.
        at_us: Microseconds since 1970.
    """

    repo_id: str
    commit: str
    tag: str | None
    day: str
    n_rows: int
    hours: float
    files: Mapping[str, str]
    seq: int = 0
    at_us: int = 0


def places(connection: sa.Connection) -> dict[str, Place]:
    """Return the place of every segment that ever was in a data set."""
    found: dict[str, Place] = {}
    for event in read(connection, [_ROWS]):
        key = event.payload["content_id"]
        for name, segments in contents(connection, [key])[key]["fields"].items():
            split, shard, first = name.split("/")
            found.update(
                (segment, (split, int(shard), number)) for number, segment in enumerate(segments, int(first))
            )
    return found


def place_rows(
    connection: sa.Connection, assign: Callable[[Mapping[str, Place]], Mapping[str, Place]]
) -> dict[str, Place]:
    """Ask ``assign`` for places, given those that are known, and keep the new ones."""
    known = places(connection)
    found = dict(assign(known))
    new = [(place, segment) for segment, place in found.items() if known.get(segment) != place]
    runs = list(_runs(sorted(new)))
    for start in range(0, len(runs), _RUNS_AN_EVENT):
        fields = dict(runs[start : start + _RUNS_AN_EVENT])
        content = codec.content_row(fields=fields)
        connection.execute(schema.content.insert(), content)
        payload = {"content_id": content["id"], "n_rows": sum(map(len, fields.values()))}
        record(connection, [NewEvent(_ROWS, next_version(connection, _ROWS), "rows_placed", payload)])
    return found


def _runs(rows: list[tuple[Place, str]]) -> Iterator[tuple[str, list[str]]]:
    """Give neighbours together, as they are stored: "split/shard/first number" and the segments."""
    numbered = enumerate(rows)
    for _, some in groupby(numbered, key=lambda item: (item[1][0][:2], item[1][0][2] - item[0])):
        run = [row for _, row in some]
        split, shard, first = run[0][0]
        yield f"{split}/{shard}/{first}", [segment for _, segment in run]


def add_push(connection: sa.Connection, push: Push) -> Push:
    """Keep that a data set was pushed and return it with its number and time."""
    content = codec.content_row(fields={"files": dict(push.files)})
    connection.execute(schema.content.insert(), content)
    payload = {
        "repo_id": codec.clean_json(push.repo_id),
        "commit": push.commit,
        "tag": push.tag,
        "day": push.day,
        "n_rows": push.n_rows,
        "hours": push.hours,
        "content_id": content["id"],
    }
    version = next_version(connection, _PUSHES)
    [event] = record(connection, [NewEvent(_PUSHES, version, "pushed", payload)])
    return replace(push, seq=event.seq, at_us=event.at_us)


def pushes(connection: sa.Connection) -> list[Push]:
    """Return all pushes, oldest first."""
    found = []
    for event in read(connection, [_PUSHES]):
        payload = event.payload
        key = payload["content_id"]
        files = contents(connection, [key])[key]["fields"].get("files", {})
        named = {name: payload[name] for name in ("repo_id", "commit", "tag", "day", "n_rows", "hours")}
        found.append(Push(**named, files=files, seq=event.seq, at_us=event.at_us))
    return found


def rows_marker(connection: sa.Connection) -> tuple[int, int, int]:
    """Return (newest event that a row may depend on, its time, newest draft)."""
    event, hypothesis = schema.event.c, schema.hypothesis.c
    query = sa.select(event.seq, event.at_us).where(event.kind.not_in(BOOKKEEPING))
    newest = connection.execute(query.order_by(event.seq.desc()).limit(1)).first()
    draft = connection.scalar(sa.select(sa.func.max(hypothesis.seq)))
    return (newest.seq if newest else 0, newest.at_us if newest else 0, draft or 0)


def labels_marker(connection: sa.Connection) -> int:
    """Return the newest event that a label, or what is known of its sound, may depend on."""
    event = schema.event.c
    query = sa.select(sa.func.max(event.seq)).where(event.kind.not_in((*BOOKKEEPING, *DRAFTING)))
    return connection.scalar(query) or 0
