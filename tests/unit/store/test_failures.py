"""Stores that are missing, damaged, locked, full, read-only, foreign or too new."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from labwidgets.errors import DiskFullError, MissingExtraError, StoreError
from labwidgets.records import QueueQuery, Submission
from labwidgets.store import Store, engine

Fill = Callable[[Store, int], list[str]]
Submit = Callable[..., Submission]
Start = Callable[..., "subprocess.Popen[str]"]


def test_a_missing_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no store: '.*none\.db'.*labwidgets init"):
        Store.open(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_errors_of_the_database_say_no_text_of_anybody(tmp_path: Path) -> None:
    made = engine.make_engine(engine.store_url(tmp_path / "a.db"))
    with made.connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        connection.execute(sa.text("INSERT INTO nothing VALUES (:text)"), {"text": "what she said"})
    made.dispose()
    assert "what she said" not in str(caught.value)


def test_a_store_is_not_made_over_another_or_in_no_folder(
    store: Store, store_path: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="there is a store already"):
        Store.create(store_path)
    with pytest.raises(StoreError, match="no such folder"):
        Store.create(tmp_path / "none" / "store.db")
    assert store.project_id


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "http://[", "nonsense://"])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="no address of a store"):
        Store.open(url)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"just some text, long enough to be read as a header " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"damaged or no store.*nothing was written.*labwidgets backup"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE note (text)")
    other.close()
    with pytest.raises(StoreError, match="no labwidgets store"):
        Store.open(path)


def test_damaged_pages_are_found_on_opening(store: Store, store_path: Path, fill: Fill) -> None:
    fill(store, 200)
    store.close()
    size = store_path.stat().st_size
    with store_path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(size // 2 - 8192))
    with pytest.raises(StoreError, match=r"damaged.*nothing was written.*labwidgets backup"):
        Store.open(store_path)


def test_a_truncated_store_is_refused(store: Store, store_path: Path, fill: Fill) -> None:
    fill(store, 200)
    store.close()
    os.truncate(store_path, store_path.stat().st_size // 2)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(store_path)


def test_damage_met_while_working_is_explained(store: Store, store_path: Path, fill: Fill) -> None:
    fill(store, 300)
    store.close()
    opened = Store.open(store_path)
    opened.close()
    with store_path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (store_path.stat().st_size - 4096))
    with pytest.raises(StoreError, match="damaged"):
        list(opened.labelled_rows())
    opened.close()


_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_store_locked_by_another_process_says_so_after_the_wait(
    store: Store, store_path: Path, fill: Fill, submission: Submit, start: Start
) -> None:
    [segment_id] = fill(store, 1)
    holder = start(_LOCK, store_path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    with Store.open(store_path, busy_timeout_s=0.2) as other:
        sent = submission(segment_id)
        with pytest.raises(StoreError, match="locked by another program; nothing was written"):
            other.submit(sent)
        assert other.counts().total == 1
        holder.communicate("")
        assert other.submit(sent).revision == 1


_FULL = """
import resource, sys, uuid
from pathlib import Path
from labwidgets.errors import DiskFullError
from labwidgets.records import QueueQuery, Submission
from labwidgets.store import Store
path = Path(sys.argv[1])
with Store.open(path) as store:
    ids = store.upcoming(QueueQuery(), n=100)
    limit = path.stat().st_size + 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for segment_id in ids:
        try:
            store.submit(Submission(str(uuid.uuid4()), segment_id, "a1", 0, "x" * 15_000))
        except DiskFullError as e:
            print("full", e, flush=True)
            break
        print("saved", segment_id, flush=True)
"""


def test_a_full_disk_refuses_the_save_and_keeps_the_earlier_ones(
    store: Store, store_path: Path, fill: Fill, start: Start
) -> None:
    fill(store, 100)
    store.close()
    out, _ = start(_FULL, store_path).communicate(timeout=300)
    *saved, last = out.splitlines()
    assert last.startswith("full no room left")
    assert saved
    with Store.open(store_path) as again:
        done = {row.segment_id for row in again.queue(QueueQuery(filter="done")).rows}
        assert done == {line.split()[1] for line in saved}
        assert again.verify().ok


def test_a_page_limit_reads_as_a_full_disk(store: Store) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    assert isinstance(engine.explain(error, store._engine.url), DiskFullError)


_READ_ONLY = """
import os, sys
from labwidgets.errors import StoreError
from labwidgets.store import Store
os.setuid(65534)
for work, path in ((Store.open, sys.argv[1]), (Store.create, sys.argv[2])):
    try:
        work(path)
    except StoreError as e:
        print(e, flush=True)
"""


def test_a_read_only_store_is_refused_on_opening(fill: Fill, start: Start) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become a user without rights")
    folder = Path(tempfile.mkdtemp(prefix="labwidgets-test-"))
    try:
        folder.chmod(0o755)
        with Store.create(folder / "store.db") as made:
            fill(made, 1)
        out, _ = start(_READ_ONLY, folder / "store.db", folder / "new.db").communicate(timeout=300)
    finally:
        shutil.rmtree(folder)
    opened, created = out.splitlines()
    assert "the store is read-only" in opened
    assert "the folder is read-only" in created


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("SQLITE_READONLY", "cannot be opened for writing"),
        ("SQLITE_CANTOPEN", "cannot be opened for writing"),
        ("SQLITE_BUSY_SNAPSHOT", "locked"),
        ("SQLITE_IOERR_FSYNC", "the store failed .SQLITE_IOERR_FSYNC."),
        ("SQLITE_CORRUPT_INDEX", "damaged"),
    ],
)
def test_each_failure_of_the_engine_has_its_words(store: Store, name: str, match: str) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    with pytest.raises(StoreError, match=match):
        raise engine.explain(error, store._engine.url)


def test_a_store_of_a_newer_schema_is_refused(store: Store, store_path: Path) -> None:
    store.close()
    with sqlite3.connect(store_path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match="made by a newer labwidgets; nothing was changed: '9999'"):
        Store.open(store_path)


def test_the_file_system_is_the_one_of_the_nearest_mount() -> None:
    mounts = (
        "/dev/a / ext4 rw 0 0\nhost:/x /home/a\\040b nfs4 rw 0 0\nbroken\nt /home/a\\040b/c tmpfs rw 0 0\n"
    )
    kinds = {
        "/etc": "ext4",
        "/home/a b/x.db": "nfs4",
        "/home/a b": "nfs4",
        "/home/a b/c/d": "tmpfs",
        "/home/ab": "ext4",
    }
    for path, kind in kinds.items():
        assert engine.file_system(Path(path), mounts) == kind


def test_a_network_file_system_is_warned_of(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "file_system", lambda *_: "nfs4")
    with caplog.at_level(logging.WARNING), pytest.warns(UserWarning, match="network file system .nfs4."):
        Store.create(store_path).close()
    assert "network file system" in caplog.text


def test_each_connection_is_durable_and_checks_its_keys(store: Store) -> None:
    with engine.reading(store._engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_takes_connections_of_its_own(store: Store, fill: Fill) -> None:
    fill(store, 1)
    child = os.fork()
    if child == 0:
        try:
            store.claim("a1", QueueQuery(), lease_s=60)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert store.claim("a2", QueueQuery(), lease_s=60) is None


def test_a_row_that_breaks_the_rules_is_refused_whole(store: Store, fill: Fill, submission: Submit) -> None:
    [segment_id] = fill(store, 1)
    with pytest.raises(StoreError, match=r"breaks its rules; nothing was written.*labwidgets verify"):
        engine.write(store._engine, lambda c: c.exec_driver_sql("INSERT INTO annotator (name) VALUES (NULL)"))
    assert store.submit(submission(segment_id)).revision == 1


def test_a_store_without_its_id_is_refused(store: Store, store_path: Path) -> None:
    store.close()
    with sqlite3.connect(store_path) as raw:
        raw.execute("DELETE FROM meta")
    raw.close()
    with pytest.raises(StoreError, match="lost its identity"):
        Store.open(store_path)


def test_no_room_for_the_shared_memory_is_a_full_disk(store: Store) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    with pytest.raises(DiskFullError, match="no room left"):
        raise engine.explain(error, store._engine.url)


def test_a_server_without_its_driver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match="not installed"):
        Store.open("postgresql://localhost/db")
