"""Replay: fill the projections from the truth again, and compare such a rebuild with what is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path

import sqlalchemy as sa

from labwidgets.errors import LabError
from labwidgets.records import VerifyReport
from labwidgets.store import engine as engines
from labwidgets.store import events, projections, schema, worth

_BATCH = 500
_MAX_DIFFERENCES = 20


def rebuild(connection: sa.Connection) -> int:
    """Empty the projections, replay everything in the caller's transaction, and return the number of events.

    Leases are given back by it, and what is most worth labelling has to be worked out again.
    """
    for table in reversed(schema.PROJECTIONS):
        connection.execute(table.delete())
    n_events, last = 0, 0
    while some := list(islice(events.read(connection, after=last), _BATCH)):
        projections.apply(connection, some)
        n_events, last = n_events + len(some), some[-1].seq
    _replay_hypotheses(connection)
    # Its places were in the tasks; with them gone it would name other segments than the queue begins with.
    worth.forget(connection)
    return n_events


def _replay_hypotheses(connection: sa.Connection) -> None:
    hypothesis, last = schema.hypothesis.c, 0
    while True:
        query = (
            sa.select(schema.hypothesis).where(hypothesis.seq > last).order_by(hypothesis.seq).limit(_BATCH)
        )
        rows = connection.execute(query).mappings().all()
        if not rows:
            return
        projections.apply_hypotheses(connection, rows)
        last = rows[-1]["seq"]


def verify(engine: sa.Engine) -> VerifyReport:
    """Rebuild beside the store from its truth and say where it differs; nothing is changed."""
    with engines.reading(engine) as connection:
        damages = engines.damages(connection)
        n_events = connection.scalar(sa.select(sa.func.count()).select_from(schema.event)) or 0
        if damages:
            return VerifyReport(events=n_events, ok=False, differences=tuple(damages))
        with tempfile.TemporaryDirectory(prefix="labwidgets-verify-") as folder:
            scratch = engines.make_engine(sa.URL.create("sqlite", database=str(Path(folder) / "verify.db")))
            try:
                differences = _compare_with_rebuild(connection, scratch)
            finally:
                scratch.dispose()
    return VerifyReport(events=n_events, ok=not differences, differences=tuple(differences))


def _compare_with_rebuild(connection: sa.Connection, scratch: sa.Engine) -> list[str]:
    # Never committed: a broken truth breaks foreign keys, and that is a finding, not a failure.
    with engines.reading(scratch) as other:
        schema.metadata.create_all(other)
        for table in schema.TRUTH:
            _copy(connection, other, table)
        try:
            rebuild(other)
        except (sa.exc.SQLAlchemyError, LabError, LookupError, TypeError) as e:
            return [f"the events cannot be replayed: {type(e).__name__}"]
        return list(islice(_differences(connection, other), _MAX_DIFFERENCES))


def _copy(connection: sa.Connection, other: sa.Connection, table: sa.Table) -> None:
    result = connection.execute(sa.select(table).execution_options(yield_per=_BATCH)).mappings()
    for rows in result.partitions(_BATCH):
        other.execute(table.insert(), [dict(row) for row in rows])


def _differences(connection: sa.Connection, other: sa.Connection) -> Iterator[str]:
    for table in schema.PROJECTIONS:
        key = [column.name for column in table.primary_key]
        columns = [column for column in table.c if column.name not in schema.UNTOLD_COLUMNS]
        query = sa.select(*columns)
        if table is schema.tally:
            # A sum of nothing may be kept as zeros or not at all.
            query = query.where(schema.tally.c.n != 0)
        query = query.order_by(*table.primary_key).execution_options(yield_per=_BATCH)
        stored, rebuilt = (one.execute(query).mappings() for one in (connection, other))
        for mine, theirs in zip_longest(stored, rebuilt):
            if mine is None or theirs is None:
                row = mine or theirs
                side = "missing in the rebuild" if theirs is None else "missing in the store"
                yield f"{table.name} {[row[name] for name in key]}: {side}"
                break
            wrong = [name for name in mine if mine[name] != theirs[name]]
            if wrong:
                yield f"{table.name} {[mine[name] for name in key]}: {', '.join(wrong)}"
