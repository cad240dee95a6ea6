"""The store's face: each method is one transaction, durable when it returns, callable from any thread."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from labwidgets.records import VerifyReport
from labwidgets.store import backup as backups
from labwidgets.store import engine as engines
from labwidgets.store import opening, queue, rebuild, schema
from labwidgets.store.checkpoint import Checkpointer
from labwidgets.store.faces.analysis import Analysis
from labwidgets.store.faces.decisions import Decisions
from labwidgets.store.faces.hypotheses import Hypotheses
from labwidgets.store.faces.opinions import Opinions
from labwidgets.store.faces.people import People
from labwidgets.store.faces.recordings import Recordings
from labwidgets.store.faces.releases import Releases
from labwidgets.store.faces.replaces import Replaces
from labwidgets.store.faces.rounds import Rounds
from labwidgets.store.faces.segments import Segments
from labwidgets.store.faces.tasks import Tasks
from labwidgets.store.faces.unlabelled import Unlabelled
from labwidgets.store.faces.worth import Worth
from labwidgets.store.hot_words import HotWords


class Store(
    Recordings,
    Hypotheses,
    Opinions,
    Tasks,
    People,
    Releases,
    Analysis,
    Replaces,
    Segments,
    Decisions,
    Rounds,
    Worth,
    Unlabelled,
):
    """A project's store. Make one with ``Store.create``, open one with ``Store.open``."""

    def __init__(self, engine: sa.Engine, project_id: str) -> None:
        self._engine = engine
        self._project_id = project_id
        self._place = engines.place_of(engine.url)
        self._hot_words = HotWords()
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

    @property
    def place(self) -> str:
        """Short hash of where the store lies: it tells copies apart."""
        return self._place

    # ---- care ----------------------------------------------------------------------------------------

    def change_marker(self) -> tuple[int, int, int]:
        """Return what changes whenever events, drafts or a new ranking come in, from any process; cheap."""
        event, hypothesis, meta = schema.event.c.seq, schema.hypothesis.c.seq, schema.meta.c
        newest = (sa.select(sa.func.max(seq)).scalar_subquery() for seq in (event, hypothesis))
        ranked = sa.select(meta.value).where(meta.key == queue.RANKED).scalar_subquery()
        row = self._read(lambda connection: connection.execute(sa.select(*newest, ranked)).one())
        return (row[0] or 0, row[1] or 0, int(row[2] or 0))

    def verify(self) -> VerifyReport:
        """Rebuild everything from the events beside the store and compare; the store is not changed."""
        return rebuild.verify(self._engine)

    def rebuild(self) -> int:
        """Fill all that can be rebuilt from the events again and return their number; leases are dropped."""
        return self._write(rebuild.rebuild)

    def scrub(self) -> bool:
        """Overwrite what was erased but still lies in free pages of the file; False while others use it."""
        if self._checkpointer is None:
            return False
        with self._checkpointer.paused():
            return backups.scrub(self._engine)

    def backup(self, path: str | os.PathLike[str]) -> int:
        """Copy the store, in use or not, to a new file and return the number of events in it.

        Raises:
            DiskFullError: No room left.
            StoreError: The file exists, or the store is no file.
        """
        return backups.backup(self._engine, Path(path))


def _let_go(engine: sa.Engine, checkpointer: Checkpointer | None) -> None:
    if checkpointer is not None:
        checkpointer.close()
    engine.dispose()
