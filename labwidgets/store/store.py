"""The store's face: each method is one transaction, durable when it returns, callable from any thread."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from labwidgets.errors import NotFoundError
from labwidgets.records import (
    Ack,
    Event,
    Hypothesis,
    LabelledRow,
    ModelRun,
    NewRecording,
    Opinion,
    Quality,
    QueueCounts,
    QueuePage,
    QueueQuery,
    Recording,
    Segment,
    SegmentView,
    Status,
    Submission,
    Transcription,
    VerifyReport,
)
from labwidgets.store import backup as backups
from labwidgets.store import codec, drafts, export, intake, labels, opening, queue, rebuild, schema
from labwidgets.store import engine as engines
from labwidgets.store.checkpoint import Checkpointer
from labwidgets.store.export import Snapshot

_PAGE = 500
T = TypeVar("T")


class Store:
    """A project's store. Make one with ``Store.create``, open one with ``Store.open``."""

    def __init__(self, engine: sa.Engine, project_id: str) -> None:
        self._engine = engine
        self._project_id = project_id
        self._checkpointer = Checkpointer(engine) if engine.dialect.name == "sqlite" else None
        weakref.finalize(self, _let_go, engine, self._checkpointer).atexit = False

    @classmethod
    def create(cls, url: str | os.PathLike[str], *, busy_timeout_s: float = engines.DEFAULT_BUSY_S) -> Self:
        """Make a new, empty store and open it.

        Args:
            url: ``sqlite:///FILE`` or a path.
            busy_timeout_s: Longest wait for another writer.

        Raises:
            StoreError: When there is one already, or its folder is missing or read-only.
        """
        return cls(*opening.create(url, busy_s=busy_timeout_s))

    @classmethod
    def open(cls, url: str | os.PathLike[str], *, busy_timeout_s: float = engines.DEFAULT_BUSY_S) -> Self:
        """Open a store; one of an older schema is brought up to date, after a copy was put beside it.

        Args:
            url: ``sqlite:///FILE`` or a path.
            busy_timeout_s: Longest wait for another writer.

        Raises:
            StoreError: When it is missing, read-only, damaged, locked, or made by a newer labwidgets.
        """
        return cls(*opening.open_existing(url, busy_s=busy_timeout_s))

    def close(self) -> None:
        """Let go of the connections. Everything acknowledged was on disk before."""
        _let_go(self._engine, self._checkpointer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self._engine.url.render_as_string(hide_password=True)!r})"

    @property
    def project_id(self) -> str:
        """UUID made with the store; copies keep it."""
        return self._project_id

    # ---- recordings ------------------------------------------------------------------------------------

    def known_bytes(self, hashes: Sequence[str]) -> dict[str, str]:
        """Return the recording ids of those SHA-256 hashes (of encoded bytes) that are known."""
        return self._read(lambda connection: intake.known_bytes(connection, hashes))

    def known_sources(self, sources: Sequence[str]) -> dict[str, str]:
        """Return the recording ids of those sources that are known."""
        return self._read(lambda connection: intake.known_sources(connection, sources))

    def add_recordings(self, items: Sequence[NewRecording], *, actor: str | None = None) -> list[Recording]:
        """Store recordings, all or none, each with one segment and an open task; known ones stay.

        Returns:
            One recording per item, in order: the stored one where its bytes were known.

        Raises:
            DiskFullError: No room left.
            StoreError: The store cannot be written.
            TextError: A text or field may not be stored.
        """
        return self._write(lambda connection: intake.add_recordings(connection, items, actor=actor))

    def mark_decoded(
        self, recording_id: str, *, sound_sha256: str, duration_s: float, quality: Quality
    ) -> tuple[str, ...]:
        """Keep what decoding found and return the ids of other recordings with the same sound.

        Raises:
            NotFoundError: On an unknown recording.
        """
        return self._write(
            lambda connection: intake.mark_decoded(
                connection, recording_id, sound_sha256=sound_sha256, duration_s=duration_s, quality=quality
            )
        )

    def mark_broken(self, recording_id: str, reason: str) -> None:
        """Keep that a recording cannot be used; its open tasks become blocked.

        Raises:
            NotFoundError: On an unknown recording.
        """
        self._write(lambda connection: intake.mark_broken(connection, recording_id, reason))

    def recordings(self, state: str | None = None) -> Iterator[Recording]:
        """Give the recordings in the order they were added; the store may be written meanwhile."""
        after = 0
        while True:
            with engines.reading(self._engine) as connection:
                some = intake.recordings(connection, state=state, after=after, limit=_PAGE)
            if not some:
                return
            yield from (recording for _, recording in some)
            after = some[-1][0]

    def recording(self, recording_id: str) -> Recording:
        """Return a recording.

        Raises:
            NotFoundError: On an unknown id.
        """
        found = self._read(lambda connection: intake.recordings_by_id(connection, [recording_id]))
        if recording_id not in found:
            raise NotFoundError("unknown recording", value=recording_id)
        return found[recording_id]

    def segment(self, segment_id: str) -> Segment:
        """Return a segment, retired ones too.

        Raises:
            NotFoundError: On an unknown id.
        """
        query = sa.select(schema.segment).where(schema.segment.c.id == segment_id)
        row = self._read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise NotFoundError("unknown segment", value=segment_id, remedy="Look it up in the queue")
        return codec.segment_of(row)

    def retire(self, segment_id: str, *, actor: str | None = None) -> None:
        """Take a segment out of the work for good; its history stays.

        Raises:
            NotFoundError: On an unknown segment.
            SegmentError: On one that is retired already.
        """
        self._write(lambda connection: labels.retire(connection, segment_id, actor=actor))

    # ---- drafts ----------------------------------------------------------------------------------------

    def begin_run(self, run: ModelRun, *, actor: str | None = None) -> None:
        """Keep that a model run began.

        Raises:
            StoreError: When its id is taken.
        """
        self._write(lambda connection: drafts.begin_run(connection, run, actor=actor))

    def finish_run(self, run_id: str, *, n_drafted: int, n_cached: int, n_failed: int) -> None:
        """Keep that a model run ended.

        Raises:
            NotFoundError: On an unknown run.
        """
        self._write(
            lambda connection: drafts.finish_run(
                connection, run_id, n_drafted=n_drafted, n_cached=n_cached, n_failed=n_failed
            )
        )

    def add_hypothesis(
        self, *, run_id: str, segment_id: str, cache_key: str, transcription: Transcription
    ) -> Hypothesis:
        """Store what a model said of a segment and make it the draft; durable on return.

        Raises:
            NotFoundError: On an unknown run or segment.
            SegmentError: On a retired segment.
            TextError: The text may not be stored.
        """
        return self._write(
            lambda connection: drafts.add_hypothesis(
                connection,
                run_id=run_id,
                segment_id=segment_id,
                cache_key=cache_key,
                transcription=transcription,
            )
        )

    def hypothesis_by_key(self, cache_key: str) -> Hypothesis | None:
        """Return the newest hypothesis made under a cache key, None if there is none."""
        return self._read(lambda connection: drafts.hypothesis_by_key(connection, cache_key))

    def segments_to_draft(self) -> list[tuple[Segment, Recording]]:
        """Return the live segments whose recordings are not broken, in order of adding."""
        return self._read(lambda connection: list(intake.segments_to_draft(connection)))

    # ---- labels ----------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> Ack:
        """Store one opinion or skip; on disk when this returns, once however often it is sent.

        Raises:
            DiskFullError: No room left.
            NotFoundError: On an unknown segment.
            SegmentError: On a retired segment.
            StaleRevisionError: When this person's thread went on since ``base_revision``.
            StoreError: The store cannot be written.
            TextError: The text may not be stored.
        """
        return self._write(lambda connection: labels.submit(connection, submission))

    def view(self, segment_id: str, *, annotator: str) -> SegmentView:
        """Return what a screen shows of a segment to one person.

        Raises:
            NotFoundError: On an unknown segment.
            SegmentError: On a retired one.
        """
        return self._read(lambda connection: labels.view(connection, segment_id, annotator=annotator))

    def thread(self, segment_id: str, annotator: str) -> list[Opinion]:
        """Return one person's opinions of a segment, oldest revision first."""
        return self._read(lambda connection: labels.opinions(connection, segment_id, annotator))

    def history(self, segment_id: str) -> list[Event]:
        """Return the events of a segment, its recording and its threads, in order.

        Raises:
            NotFoundError: On an unknown segment.
        """
        return self._read(lambda connection: labels.history(connection, segment_id))

    # ---- queue -----------------------------------------------------------------------------------------

    def queue(self, query: QueueQuery, *, offset: int = 0, limit: int = 100) -> QueuePage:
        """Return rows ``offset..offset + limit`` of a query (at most 1,000) and how many match.

        Raises:
            ConfigError: On an unknown order or filter.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.page(connection, query, offset=offset, limit=limit))

    def counts(self) -> QueueCounts:
        """Return the progress over everything."""
        return self._read(queue.counts)

    def upcoming(self, query: QueueQuery, *, after: str | None = None, n: int = 1) -> list[str]:
        """Return the next open segments behind ``after`` in the query's order, going round once.

        Raises:
            ConfigError: On an unknown order or filter.
            NotFoundError: On an unknown ``after``.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.upcoming(connection, query, after=after, n=n))

    def position(self, query: QueueQuery, segment_id: str) -> int | None:
        """Return how many rows of a query stand before a segment; None where it is not among them.

        Raises:
            ConfigError: On an unknown order or filter.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.position(connection, query, segment_id))

    def claim(self, annotator: str, query: QueueQuery, *, lease_s: float) -> str | None:
        """Take the first open segment that nobody holds, for ``lease_s`` seconds; None if there is none.

        Raises:
            ConfigError: On an unknown order or filter.
        """
        return self._write(lambda connection: queue.claim(connection, annotator, query, lease_s=lease_s))

    def renew(self, segment_id: str, annotator: str, *, lease_s: float) -> bool:
        """Hold a claimed segment for ``lease_s`` seconds from now; False when the lease is lost."""
        return self._write(lambda connection: queue.renew(connection, segment_id, annotator, lease_s=lease_s))

    def release(self, segment_id: str, annotator: str) -> bool:
        """Give a claimed segment back; False when it was not held."""
        return self._write(lambda connection: queue.release(connection, segment_id, annotator))

    # ---- data set --------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Return the project in numbers."""
        return self._read(export.status)

    def labelled_rows(self) -> Iterator[LabelledRow]:
        """Give every live segment with what is known of it, in order of adding, as of the first row."""
        with engines.reading(self._engine) as connection:
            yield from export.labelled_rows(connection)

    def splits(self) -> dict[str, str]:
        """Return the split of each group that has one."""
        return self._read(export.splits)

    def assign_splits(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Put groups into splits, leave those that have one, and return all."""
        return self._write(lambda connection: export.assign_splits(connection, wanted))

    def add_snapshot(self, name: str, *, n_rows: int, digest: str, path: str) -> Snapshot:
        """Keep that a snapshot was written.

        Raises:
            StoreError: When the name is taken.
        """
        return self._write(
            lambda connection: export.add_snapshot(connection, name, n_rows=n_rows, digest=digest, path=path)
        )

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, oldest first."""
        return self._read(export.snapshots)

    # ---- care ------------------------------------------------------------------------------------------

    def change_marker(self) -> tuple[int, int]:
        """Return a pair that changes whenever events or drafts come in, from any process; cheap to poll."""
        event, hypothesis = schema.event.c.seq, schema.hypothesis.c.seq
        newest = (sa.select(sa.func.max(seq)).scalar_subquery() for seq in (event, hypothesis))
        row = self._read(lambda connection: connection.execute(sa.select(*newest)).one())
        return (row[0] or 0, row[1] or 0)

    def verify(self) -> VerifyReport:
        """Rebuild everything from the events beside the store and compare; the store is not changed."""
        return rebuild.verify(self._engine)

    def rebuild(self) -> int:
        """Fill all that can be rebuilt from the events again and return their number; leases are dropped."""
        return self._write(rebuild.rebuild)

    def backup(self, path: str | os.PathLike[str]) -> int:
        """Copy the store, in use or not, to a new file and return the number of events in it.

        Raises:
            DiskFullError: No room left.
            StoreError: The file exists, or the store is no file.
        """
        return backups.backup(self._engine, Path(path))

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with engines.reading(self._engine) as connection:
            return work(connection)

    def _write(self, work: Callable[[sa.Connection], T]) -> T:
        result = engines.write(self._engine, work)
        if self._checkpointer is not None:
            self._checkpointer.saved()
        return result


def _let_go(engine: sa.Engine, checkpointer: Checkpointer | None) -> None:
    if checkpointer is not None:
        checkpointer.close()
    engine.dispose()
