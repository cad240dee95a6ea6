"""What leaves the store for a data set: labelled rows, splits, snapshots, the project in numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.records import Hypothesis, LabelledRow, Reference, Segment, Status, in_words
from labwidgets.store import codec, drafts, intake, queue, schema
from labwidgets.store.deciding_log import accepted_by_decision
from labwidgets.store.events import NewEvent, next_version
from labwidgets.store.projections import record
from labwidgets.store.starts import REFERENCE_VERSION, Starts, moved_spans
from labwidgets.store.tasks import STAGE
from labwidgets.timeline import covered_s

PII = "pii"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen state that was written out; ``seq`` is its newest event."""

    name: str
    seq: int
    n_rows: int
    digest: str
    path: str
    at_us: int

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        return f"{self.name}: {self.n_rows} rows in {self.path}."


def status(connection: sa.Connection) -> Status:
    """Return the project in numbers; ``submitted`` counts the segments that people finished."""
    recording = schema.recording.c
    there = recording.state != "withdrawn"
    n, total_us = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(recording.duration_us), 0)).where(there)
    ).one()
    languages = connection.scalars(sa.select(recording.language).where(there).distinct())
    sums = queue.tallies(connection)
    decided = sum(n for n, _ in accepted_by_decision(connection).values())
    return Status(
        recordings=n,
        segments=sum(figures[0] for figures in sums.values()),
        drafted=sum(figures[2] for figures in sums.values()),
        submitted=(sums["done"][0] if "done" in sums else 0) - decided,
        flagged=sum(figures[3] for figures in sums.values()),
        hours=intake.hours(int(total_us)),
        speakers=_n_speakers(connection),
        languages=tuple(sorted(languages)),
        decided=decided,
        minutes_left=queue.minutes_left(connection, sums),
    )


def _n_speakers(connection: sa.Connection) -> int:
    """Return how many speakers there are, of whole recordings and of segments of a conversation."""
    recording, segment = schema.recording.c, schema.segment.c
    of_recordings = sa.select(recording.speaker).where(recording.state != "withdrawn")
    of_segments = sa.select(segment.speaker).where(segment.retired_by.is_(None))
    both = sa.union(of_recordings, of_segments).subquery()
    return connection.scalar(sa.select(sa.func.count(both.c.speaker))) or 0


def labelled_rows(connection: sa.Connection) -> Iterator[LabelledRow]:
    """Give every live segment with what is known of it, in order of adding, from one state of the store."""
    task = schema.task.c
    place: tuple[int, str] | None = None
    while True:
        query = sa.select(task.position, task.segment_id, task.draft_id).where(task.stage == STAGE)
        if place is not None:
            query = query.where(
                sa.tuple_(task.position, task.segment_id) > sa.tuple_(*map(sa.literal, place))
            )
        rows = connection.execute(query.order_by(task.position, task.segment_id).limit(_BATCH)).all()
        if not rows:
            return
        yield from _batch(connection, [row.segment_id for row in rows], [row.draft_id for row in rows])
        place = (rows[-1].position, rows[-1].segment_id)


def _batch(
    connection: sa.Connection, ids: Sequence[str], draft_ids: Sequence[str | None]
) -> Iterator[LabelledRow]:
    query = sa.select(schema.segment).where(schema.segment.c.id.in_(ids))
    segments = {row["id"]: codec.segment_of(row) for row in connection.execute(query).mappings()}
    recordings = intake.recordings_by_id(connection, list({one.recording_id for one in segments.values()}))
    drafted = _drafts(connection, [draft_id for draft_id in draft_ids if draft_id])
    starts = Starts(connection, ids)
    referred = _references(connection, segments, starts)
    said = _opinions(connection, ids)
    for key in ids:
        reference, annotator = referred.get(key, (None, None))
        own = said.get(key, [])
        newest = own[-1] if own else None
        spans = [
            span
            for row in own
            if newest and row["annotator"] == newest["annotator"]
            for span in moved_spans(codec.spans_of(row["listened"]), starts.by_s(key, row["segment_version"]))
        ]
        length_s = segments[key].duration_s
        yield LabelledRow(
            segment=segments[key],
            recording=recordings[segments[key].recording_id],
            reference=reference,
            draft=drafted.get(key),
            annotator=annotator,
            n_opinions=len({row["annotator"] for row in _heads(own) if row["skip_reason"] is None}),
            agreement=None,
            flags=_flags(own),
            heard=covered_s(spans, 0.0, length_s) / length_s if newest and length_s > 0 else None,
        )


def _flags(rows: Sequence[sa.RowMapping]) -> tuple[str, ...]:
    """Return the flags of the newest opinion; that something is personal counts whoever says so."""
    if not rows:
        return ()
    flags = tuple(rows[-1]["flags"])
    is_personal = any(PII in row["flags"] for row in _heads(rows))
    return flags if not is_personal or PII in flags else (*flags, PII)


def _heads(rows: Sequence[sa.RowMapping]) -> list[sa.RowMapping]:
    return list({row["annotator"]: row for row in rows}.values())


def _drafts(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Hypothesis]:
    query = drafts.select_hypotheses().where(schema.hypothesis.c.id.in_(ids))
    return {row["segment_id"]: codec.hypothesis_of(row) for row in connection.execute(query).mappings()}


def _references(
    connection: sa.Connection, segments: Mapping[str, Segment], starts: Starts
) -> dict[str, tuple[Reference, str | None]]:
    reference, content = schema.reference, schema.content
    query = (
        sa.select(reference, content.c.text, content.c.words, content.c.layers, REFERENCE_VERSION)
        .join(content, content.c.id == reference.c.content_id)
        .where(reference.c.segment_id.in_(segments))
    )
    found = {}
    for row in connection.execute(query).mappings():
        key = row["segment_id"]
        known = starts.reference(codec.reference_of(row), segments[key], row["segment_version"])
        found[key] = (known, row["annotator"])
    return found


def _opinions(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[sa.RowMapping]]:
    opinion = schema.opinion.c
    names = ("segment_id", "annotator", "flags", "listened", "skip_reason", "segment_version")
    query = sa.select(*(opinion[name] for name in names)).where(opinion.segment_id.in_(ids))
    found: dict[str, list[sa.RowMapping]] = defaultdict(list)
    for row in connection.execute(query.order_by(opinion.seq)).mappings():
        found[row["segment_id"]].append(row)
    return found


def splits(connection: sa.Connection) -> dict[str, str]:
    """Return the split of each group that has one."""
    split = schema.split.c
    return dict(connection.execute(sa.select(split.group_key, split.split)).all())


def assign_splits(connection: sa.Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    """Put groups into splits, except those that are in one already, and return all."""
    known = splits(connection)
    new = {group: name for group, name in wanted.items() if group not in known}
    if new:
        content = _store_fields(connection, new)
        payload = {"content_id": content, "n_groups": len(new)}
        version = next_version(connection, "splits")
        record(connection, [NewEvent("splits", version, "splits_assigned", payload)])
    return {**known, **new}


def add_snapshot(connection: sa.Connection, name: str, *, n_rows: int, digest: str, path: str) -> Snapshot:
    """Keep that a snapshot was written.

    Raises:
        StoreError: When the name is taken.
    """
    snapshot = schema.snapshot.c
    if connection.scalar(sa.select(snapshot.name).where(snapshot.name == name)) is not None:
        raise StoreError("a snapshot of that name exists", value=name, remedy="Choose another name")
    payload = {
        "name": codec.clean_json(name),
        "n_rows": n_rows,
        "digest": digest,
        "content_id": _store_fields(connection, {"path": path}),
    }
    version = next_version(connection, "snapshots")
    [event] = record(connection, [NewEvent("snapshots", version, "snapshot_added", payload)])
    return Snapshot(name, event.seq, n_rows, digest, path, event.at_us)


def change_snapshot(connection: sa.Connection, name: str, *, n_rows: int, digest: str) -> None:
    """Keep that rows were taken out of a snapshot."""
    payload = {"name": name, "n_rows": n_rows, "digest": digest}
    version = next_version(connection, "snapshots")
    record(connection, [NewEvent("snapshots", version, "snapshot_changed", payload)])


def drop_snapshot(connection: sa.Connection, name: str) -> None:
    """Keep that a snapshot is no more; its name is free again."""
    version = next_version(connection, "snapshots")
    record(connection, [NewEvent("snapshots", version, "snapshot_dropped", {"name": name})])


def _store_fields(connection: sa.Connection, fields: Mapping[str, Any]) -> str:
    content = codec.content_row(fields=fields)
    connection.execute(schema.content.insert(), content)
    return str(content["id"])


def snapshots(connection: sa.Connection) -> list[Snapshot]:
    """Return the snapshots, oldest first."""
    rows = connection.execute(sa.select(schema.snapshot).order_by(schema.snapshot.c.seq)).mappings()
    return [Snapshot(**row) for row in rows]
