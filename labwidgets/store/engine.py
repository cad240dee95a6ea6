"""Connections: how a store is opened, locked and made durable, and how its failures read.

This is the only file that knows SQLite. Each thread takes a connection out of the pool for one transaction;
writes begin with the write lock, so that none has to be done twice.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from labwidgets.errors import DiskFullError, LabError, MissingExtraError, StoreError

_log = logging.getLogger(__name__)
T = TypeVar("T")

DEFAULT_BUSY_S = 10.0
_NETWORK_FILE_SYSTEMS = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
)
_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}
_SQLITE = "sqlite:///"
BACKUP_HINT = "Put back the newest copy made with `labwidgets backup`, and keep the damaged file for rescue"


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def dump_json(value: object) -> str:
    """Return ``value`` as compact JSON; ValueError on NaN, which PostgreSQL refuses."""
    # Most stored lists and mappings are empty, and the encoder costs more than the look.
    return _EMPTY[type(value)] if not value and type(value) in _EMPTY else _encoder.encode(value)


def store_url(place: str | os.PathLike[str]) -> sa.URL:
    """Return the URL of a store given as URL or as the path of a file.

    Raises:
        StoreError: When it is neither.
    """
    text = os.fspath(place)
    # What follows is a path, letter by letter: a folder's name may hold ?, # or %.
    path = text.removeprefix(_SQLITE)
    if path and (text.startswith(_SQLITE) or "://" not in text):
        return sa.URL.create("sqlite", database=str(Path(path).absolute()))
    try:
        url = sa.make_url(text)
    except exc.ArgumentError as e:
        raise StoreError("no address of a store", allowed="a file, sqlite:///FILE or postgresql://…") from e
    if url.get_backend_name() not in ("sqlite", "postgresql") or not url.database:
        raise StoreError(
            "no address of a store",
            value=url.render_as_string(hide_password=True),
            allowed="a file, sqlite:///FILE or postgresql://…",
        )
    return url


def store_file(url: sa.URL) -> Path | None:
    """Return the file of an SQLite store; None for a server."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def make_engine(url: sa.URL, *, busy_s: float = DEFAULT_BUSY_S) -> sa.Engine:
    """Return an engine whose connections are durable and may be used from any thread, one at a time each.

    Args:
        url: Of the store.
        busy_s: Longest wait for another writer, seconds.
    """
    if url.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(url, json_serializer=dump_json, pool_pre_ping=True, hide_parameters=True)
        except ModuleNotFoundError as e:
            raise MissingExtraError(
                "this kind of store needs a package that is not installed",
                value=e.name,
                remedy="Install it with pip, or use the sqlite store",
            ) from e
    engine = sa.create_engine(
        url,
        json_serializer=dump_json,
        # Texts of people, which would stand in each log of an error.
        hide_parameters=True,
        pool_size=8,
        max_overflow=-1,
        poolclass=sa.pool.QueuePool,
        connect_args={"check_same_thread": False, "timeout": busy_s},
    )
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "checkout", _on_checkout)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, record: Any) -> None:
    # The driver's own transaction control would begin late and without the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        _log.warning("the file system allows no write-ahead log: saving is slower (%s)", mode)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-32768")
    # Usually the log is moved beside the saves (checkpoint.py): this is only how long it may become.
    cursor.execute("PRAGMA wal_autocheckpoint=16384")
    cursor.execute("PRAGMA journal_size_limit=67108864")
    cursor.close()
    record.info["pid"] = os.getpid()


def _on_checkout(_connection: Any, record: Any, proxy: Any) -> None:
    # A connection must not be used on both sides of a fork: its locks belong to the parent.
    if record.info["pid"] != os.getpid():
        record.dbapi_connection = proxy.dbapi_connection = None
        raise exc.DisconnectionError


def _on_begin(connection: sa.Connection) -> None:
    is_write = connection.get_execution_options().get("labwidgets_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection inside a write transaction: on disk when the block ends, undone when it raises."""
    with seam(engine.url), engine.connect() as connection:
        connection.execution_options(labwidgets_write=True)
        with connection.begin():
            yield connection


def write(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    """Return what ``work`` returns, done in one write transaction and on disk.

    Raises:
        StoreError: When a rule of the schema is broken; nothing was written.
    """
    try:
        try:
            with writing(engine) as connection:
                return work(connection)
        except exc.IntegrityError:
            # Another writer took the same place first: the second try sees what it wrote.
            with writing(engine) as connection:
                return work(connection)
    except exc.IntegrityError as e:
        raise StoreError(
            "the store refused a row that breaks its rules; nothing was written",
            remedy="`labwidgets verify` says whether the store is sound",
        ) from e


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees one state of the store for the whole block."""
    with seam(engine.url), engine.connect() as connection:
        yield connection


@contextmanager
def seam(url: sa.URL) -> Iterator[None]:
    """Turn the driver's errors into LabErrors; a broken rule of the schema stays an ``IntegrityError``."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as e:
        raise explain(e.orig or e, url) from e
    except sqlite3.Error as e:
        raise explain(e, url) from e


def explain(error: BaseException, url: sa.URL) -> LabError:
    """Return what a driver's error means to a user of the store at ``url``."""
    where = url.render_as_string(hide_password=True)
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return StoreError(
            "the store is locked by another program; nothing was written",
            value=where,
            remedy="Wait until the other program is done, or close it, then try again",
        )
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"):
        return DiskFullError(
            "no room left on the disk (or its limit is reached); nothing was written, what was saved is safe",
            value=where,
            remedy="Make room, then save again",
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")):
        return StoreError(
            "the store is damaged or no store at all; nothing was written", value=where, remedy=BACKUP_HINT
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreError(
            "the store cannot be opened for writing; nothing was written",
            value=where,
            remedy="Check that the file and its folder are there and writable",
        )
    return StoreError(
        f"the store failed ({name or type(error).__name__}); nothing was written",
        value=where,
        remedy="Check the disk; `labwidgets verify` says whether the store is sound",
    )


def place_of(url: sa.URL) -> str:
    """Return a short hash of where the store at ``url`` lies, whoever opens it and from wherever."""
    file = store_file(url)
    where = str(url.set(username=None, password=None)) if file is None else str(file.resolve())
    return hashlib.sha256(os.fsencode(where)).hexdigest()[:12]


def check_file(path: Path) -> None:
    """Refuse a store file that is missing or cannot be written.

    Raises:
        StoreError: With what to do.
    """
    if not path.is_file():
        raise StoreError(
            "there is no store", value=path, remedy="Make one with `labwidgets init DIR --language en`"
        )
    if not (os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK)):
        raise StoreError(
            "the store is read-only",
            value=path,
            allowed="a file and folder that you may write",
            remedy="Change their permissions or copy the project to another folder",
        )


def warn_if_on_network(path: Path) -> None:
    """Warn when ``path`` lies where file locks cannot be trusted."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    kind = file_system(path.absolute(), mounts)
    if kind.startswith(_NETWORK_FILE_SYSTEMS):
        message = (
            f"the store lies on a network file system ({kind}): two machines writing at once can damage it; "
            "keep the project on a local disk or use a PostgreSQL store"
        )
        _log.warning(message)
        warnings.warn(message, UserWarning, stacklevel=3)


def file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds ``path``, given the text of ``/proc/self/mounts``."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


@contextmanager
def file_seam(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` while ``path`` is written into a LabError."""
    try:
        yield
    except LabError:
        raise
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFullError(
                "no room left on the disk", value=path, remedy="Make room, then try again"
            ) from e
        raise StoreError(
            f"the file cannot be written ({e.strerror})", value=path, remedy="Choose another place"
        ) from e


def damages(connection: sa.Connection, *, is_quick: bool = False) -> list[str]:
    """Return what the engine finds wrong with its own pages, indexes and foreign keys."""
    if connection.dialect.name != "sqlite":
        return []
    check = "quick_check(5)" if is_quick else "integrity_check(20)"
    found = [str(line) for line in connection.exec_driver_sql(f"PRAGMA {check}").scalars() if line != "ok"]
    if not is_quick:
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found += [f"{row[0]} row {row[1]} points to a missing row of {row[2]}" for row in rows[:20]]
    return found


def refuse_damaged(connection: sa.Connection) -> None:
    """Refuse a store whose pages are damaged.

    Raises:
        StoreError: With what to do.
    """
    if damages(connection, is_quick=True):
        raise StoreError(
            "the store is damaged; nothing was written",
            value=connection.engine.url.render_as_string(hide_password=True),
            remedy=BACKUP_HINT,
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder in which no store can be made.

    Raises:
        StoreError: With what to do.
    """
    if not folder.is_dir():
        raise StoreError("there is no such folder", value=folder, remedy="Make it first")
    if not os.access(folder, os.W_OK):
        raise StoreError("the folder is read-only", value=folder, remedy="Choose a folder that you may write")
