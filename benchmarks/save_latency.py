"""How long a save takes beside a bare write + fdatasync on the same disk, and the queue on a million tasks.

Run from the checkout: ``python benchmarks/save_latency.py [FOLDER] [--submits 1000] [--tasks 1000000]``.
Saves and bare writes take turns in one run, so that a busy machine is equally hard on both.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from labwidgets.records import QUEUE_ORDERS, NewRecording, QueueQuery, Submission, Word
from labwidgets.store import Store

TEXT = "and so my fellow citizens ask not what your country can do for you " * 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=None)
    parser.add_argument("--submits", type=int, default=1000)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as folder,
        Store.create(Path(folder) / "store.db") as store,
    ):
        saves(store, Path(folder), n=arguments.submits)
        if arguments.tasks:
            grow(store, Path(folder) / "store.db", n=arguments.tasks)
            queues(store)
            saves(store, Path(folder), n=min(arguments.submits, 300))


def saves(store: Store, folder: Path, *, n: int) -> None:
    base = store.status().recordings
    items = [recording(base + number) for number in range(n)]
    began = time.perf_counter()
    for start in range(0, n, 500):
        store.add_recordings(items[start : start + 500])
    print(f"add_recordings: {n / (time.perf_counter() - began):.0f} a second, 500 a call")
    ids = store.upcoming(QueueQuery(order="added"), n=min(n, 1000))
    words = tuple(Word(word, 0.3 * place, 0.3 * place + 0.25, 0.9) for place, word in enumerate(TEXT.split()))
    wal = folder / "store.db-wal"
    with closing(sqlite3.connect(folder / "store.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    saved, bare, sizes = [], [], []
    with (folder / "bare").open("ab", buffering=0) as file:
        for segment_id in ids:
            sent = Submission(str(uuid.uuid4()), segment_id, "a1", 0, TEXT, words, listened=((0.0, 1.0),))
            before = wal.stat().st_size
            saved.append(timed(partial(store.submit, sent)))
            # The log is written over from its start after a checkpoint: only growth tells a save's size.
            sizes += [wal.stat().st_size - before] if wal.stat().st_size > before else []
            block = os.urandom(percentile(sizes, 50) if sizes else 4096)
            bare.append(timed(partial(write_through, file.fileno(), block)))
    n_bytes = percentile(sizes, 50) if sizes else 0
    print(f"log growth per save: {n_bytes} bytes (median); {store.counts().total} tasks")
    show("submit", saved)
    show("write + fdatasync of the same size", bare)
    ratio = percentile(saved, 99) / percentile(bare, 99)
    print(f"p99 ratio: {ratio:.2f}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


_ROLLED = """
CREATE TEMP TABLE rolled AS
WITH RECURSIVE number(i) AS (SELECT :have UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :n)
SELECT i, 'seg_' || lower(hex(randomblob(8))) AS id, abs(random() % 1000000) / 1e6 AS confidence,
    abs(random() % 100) AS percent, abs(random() % 1000000) / 1e6 AS rand,
    1000000 + abs(random() % 29000000) AS duration_us, abs(random() % 100) < 2 AS is_flagged
FROM number
"""
# A text of its own for each, as long as others.
_ROLLED_TEXT = (
    "replace(hex(randomblob(30)), 'A', ' ') || ' and so my fellow citizens ask not what your country'"
)
_ROLLED_CONTENT = f"""
INSERT INTO content (id, text, folded, words, layers, fields)
SELECT id, text, lower(text), '[]', '{{}}', '{{}}'
FROM (SELECT id, {_ROLLED_TEXT} AS text FROM rolled ORDER BY id)
"""
_ROLLED_COLUMNS = {
    "segment_id": "rolled.id",
    "draft_content_id": "rolled.id",
    "id": "rolled.id",
    "state": "CASE WHEN percent < 60 THEN 'open' WHEN percent < 95 THEN 'done'"
    " WHEN percent < 99 THEN 'skipped' ELSE 'blocked' END",
    "position": "(10000000 + i) << 20",
    "rand": "rolled.rand",
    "duration_us": "rolled.duration_us",
    "confidence": "rolled.confidence",
    "least_rank": "rolled.confidence",
    "most_rank": "-rolled.confidence",
    "changed_us": "i",
    "is_flagged": "rolled.is_flagged",
    "shard": "i % 16",
}


def grow(store: Store, path: Path, *, n: int) -> None:
    """Copy a task and its segment until there are ``n``, inside the engine and before the indexes."""
    began = time.perf_counter()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA cache_size=-500000")
    raw.execute("BEGIN IMMEDIATE")
    indexes = raw.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'ix_task%'").fetchall()
    for name, _ in indexes:
        raw.execute(f"DROP INDEX {name}")
    raw.execute(_ROLLED, {"have": store.counts().total, "n": n})
    raw.execute(_ROLLED_CONTENT)
    for table in ("segment", "task"):
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(_ROLLED_COLUMNS.get(name, f"base.{name}") for name in columns)
        raw.execute(
            f"INSERT INTO {table} SELECT {values} FROM rolled, (SELECT * FROM {table} LIMIT 1) AS base"
            " ORDER BY rolled.id"
        )
    for _, definition in indexes:
        raw.execute(definition)
    raw.execute(
        "INSERT INTO search_text SELECT segment_id, folded FROM task JOIN content ON id = draft_content_id"
        " WHERE true ON CONFLICT DO NOTHING"
    )
    raw.execute("DELETE FROM tally")
    raw.execute(
        "INSERT INTO tally SELECT stage, state, shard, count(*), sum(duration_us), count(draft_id),"
        " sum(is_flagged) FROM task GROUP BY 1, 2, 3"
    )
    raw.execute("COMMIT")
    raw.close()
    size_mib, took_s = path.stat().st_size / 2**20, time.perf_counter() - began
    print(f"grown to {store.counts().total} tasks in {took_s:.0f} s, {size_mib:.0f} MiB")


def queues(store: Store) -> None:
    middle = store.queue(QueueQuery(order="random"), offset=1000, limit=1).rows[0].segment_id
    show("counts", [timed(store.counts) for _ in range(20)])
    for order in QUEUE_ORDERS:
        for name in ("all", "open", "done", "skipped", "flagged"):
            query = QueueQuery(order=order, filter=name)
            show(f"queue {order} {name}", [timed(partial(store.queue, query)) for _ in range(5)])
        query = QueueQuery(order=order)
        ask = partial(store.upcoming, query, after=middle, n=3)
        show(f"upcoming {order}", [timed(ask) for _ in range(20)])
    for name in ("added", "random"):
        ask = partial(store.position, QueueQuery(order=name), middle)
        show(f"position {name}", [timed(ask) for _ in range(5)])
    show("queue at row 500,000", [timed(lambda: store.queue(QueueQuery(), offset=500_000)) for _ in range(3)])
    for name, words in (("no hit", "found nowhere"), ("few hits", "7 7 7"), ("hits everywhere", "citizens")):
        ask = partial(store.queue, QueueQuery(search=words))
        show(f"search, {name}: {ask().total}", [timed(ask) for _ in range(5)])
        ask = partial(store.queue, QueueQuery(search=words, filter="open", order="random"))
        show(f"search among the open ones, {name}: {ask().total}", [timed(ask) for _ in range(5)])


def recording(number: int) -> NewRecording:
    name = f"{number:064x}"
    return NewRecording(
        f"{number}.wav", name, 1, 5.0, 16_000, 1, "pcm_s16le", "en", text=TEXT, text_as="draft"
    )


def write_through(handle: int, block: bytes) -> None:
    os.write(handle, block)
    os.fdatasync(handle)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def percentile(values: list[Any], per_cent: int) -> Any:
    return sorted(values)[min(len(values) - 1, len(values) * per_cent // 100)]


def show(name: str, values: list[float]) -> None:
    print(
        f"{name}: p50 {percentile(values, 50):.2f} ms, p99 {percentile(values, 99):.2f} ms, n {len(values)}"
    )


if __name__ == "__main__":
    main()
