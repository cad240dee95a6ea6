"""Moving SQLite's write-ahead log into the database beside the saves, so that no save waits for it.

A commit is durable once the log is on disk. What moves the log's pages into the database is a second, larger
piece of writing, which SQLite by itself does inside every so-manieth commit.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

_log = logging.getLogger(__name__)

PAUSE_S = 0.2
"""A pause between saves as long as this is when the log is moved."""

LONGEST_WAIT_S = 2.0
"""Without a pause it is moved after this time, which bounds the log's length."""


class Checkpointer:
    """A thread that starts with the first save and lives until ``close``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._moving = threading.Lock()
        self._saved = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def saved(self) -> None:
        """Note that something was committed; returns at once."""
        self._saved.set()
        # A fork takes no threads along.
        if self._thread is None or self._pid != os.getpid():
            self._start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Move no log while the block runs: SQLite refuses a second mover at once, without any wait."""
        if self._thread is None or self._pid != os.getpid():
            # A lock that came along in a fork may be held by a thread that did not.
            yield
            return
        with self._moving:
            yield

    def close(self) -> None:
        """End the thread; the log is left to whoever closes the last connection."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
            self._saved.set()
        if thread is not None and self._pid == os.getpid() and thread is not threading.current_thread():
            thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None and self._pid == os.getpid():
                return
            self._stop, self._saved = threading.Event(), threading.Event()
            self._moving = threading.Lock()
            self._saved.set()
            self._pid = os.getpid()
            self._thread = threading.Thread(
                target=self._run,
                args=(self._saved, self._stop, self._moving),
                name="labwidgets-checkpoint",
                daemon=True,
            )
            self._thread.start()

    def _run(self, saved: threading.Event, stop: threading.Event, moving: threading.Lock) -> None:
        while saved.wait() and not stop.is_set():
            latest = time.monotonic() + LONGEST_WAIT_S
            saved.clear()
            while saved.wait(PAUSE_S) and not stop.is_set() and time.monotonic() < latest:
                saved.clear()
                # One look per pause is enough: waking for each save would take time from the saves.
                stop.wait(PAUSE_S)
            with moving:
                if not stop.is_set():
                    move_log(self._engine)


def move_log(engine: sa.Engine) -> None:
    """Move what can be moved without making anyone wait; a failure is left to the next time."""
    try:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
    except (sqlite3.Error, exc.SQLAlchemyError) as e:
        _log.info("the write-ahead log was not moved (%s); it stays valid", type(e).__name__)
