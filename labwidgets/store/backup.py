"""Copies of a live store."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.store import engine as engines


def backup(engine: sa.Engine, target: Path) -> int:
    """Copy a store, in use or not, to a new file and return the number of events in the copy.

    The file appears under its name only when it is whole and on disk.

    Raises:
        DiskFullError: No room; nothing is left behind.
        StoreError: When the file exists, its folder is missing, or the store is no file.
    """
    if engines.store_file(engine.url) is None:
        raise StoreError("this store is no file", remedy="Copy it with the server's own tools (pg_dump)")
    if target.exists():
        raise StoreError("the file exists already", value=target, remedy="Choose another name")
    if not target.parent.is_dir():
        raise StoreError("there is no such folder", value=target.parent, remedy="Make it first")
    with (
        engines.file_seam(target),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder,
    ):
        copy = Path(folder) / "store.db"
        n_events = _copy(engine, copy)
        _sync(copy)
        # A link, unlike a rename, refuses a name that was taken in the meantime.
        try:
            os.link(copy, target)
        except FileExistsError as e:
            raise StoreError("the file exists already", value=target, remedy="Choose another name") from e
        _sync(target.parent)
    return n_events


def _copy(engine: sa.Engine, copy: Path) -> int:
    with engines.seam(engine.url), engine.connect() as connection:
        source = connection.connection.driver_connection
        other = sqlite3.connect(copy)
        try:
            if source is not None:
                source.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
            return int(other.execute("SELECT count(*) FROM event").fetchone()[0])
        finally:
            other.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def scrub(engine: sa.Engine) -> bool:
    """Write the store anew, so that nothing erased is left in its free pages or its log.

    Returns:
        Whether it is done; False when others hold the store open for reading or writing just now.
    """
    if engines.store_file(engine.url) is None:
        return False
    with engines.seam(engine.url), engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is None:
            return False
        try:
            driver.execute("VACUUM")
            is_busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            return False
    return not is_busy
