"""Frozen data sets: what changed between two, and how a speaker's rows are taken out of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets.corpus.card import Facts
from labwidgets.corpus.rows import file_sha256
from labwidgets.corpus.shards import Shard, open_shard
from labwidgets.records import in_words

_SHOWN = 5
_IGNORED = ("snapshot",)


@dataclass(frozen=True, slots=True)
class Change:
    """One segment that differs between two data sets.

    Attributes:
        segment_id: Of the segment.
        before: The columns that differ, as they were; all of them when the segment went.
        after: The same columns as they are now; all of them when the segment is new.
    """

    segment_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened from one data set to another."""

    first: str
    second: str
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    changed: tuple[Change, ...]
    n_same: int

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        head = (
            f"{self.first} to {self.second}: {len(self.added)} added, {len(self.removed)} removed, "
            f"{len(self.changed)} changed, {self.n_same} the same."
        )
        lines = [f"  {one.segment_id}: {', '.join(one.after)}" for one in self.changed[:_SHOWN]]
        more = len(self.changed) - _SHOWN
        return "\n".join([head, *lines, *([f"  and {more} more"] if more > 0 else [])])


def difference(first: Path, second: Path, *, names: tuple[str, str]) -> Difference:
    """Return what changed from the data set in ``first`` to the one in ``second``, sound included."""
    before, after = dict(_rows(first)), dict(_rows(second))
    changed, n_same = [], 0
    for key in before.keys() & after.keys():
        columns = [name for name in after[key] if before[key].get(name) != after[key][name]]
        columns += [name for name in before[key] if name not in after[key]]
        if columns:
            old, new = ({name: row[key].get(name) for name in columns} for row in (before, after))
            changed.append(Change(key, old, new))
        n_same += not columns
    return Difference(
        *names,
        tuple(Change(key, {}, after[key]) for key in sorted(after.keys() - before.keys())),
        tuple(Change(key, before[key], {}) for key in sorted(before.keys() - after.keys())),
        tuple(sorted(changed, key=lambda change: change.segment_id)),
        n_same,
    )


def _rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the rows of a data set by segment, a hash in the place of the sound."""
    for shard in sorted((folder / "data").glob("*.parquet")):
        split = shard.name.partition("-")[0]
        for batch in pq.ParquetFile(shard).iter_batches(batch_size=100):
            for row in batch.to_pylist():
                audio = row.pop("audio")
                shown = {name: value for name, value in row.items() if name not in _IGNORED}
                shown |= {"audio": sha256(audio["bytes"]).hexdigest(), "split": split}
                yield audio["path"].removesuffix(".flac"), shown


def take_out(folder: Path, segments: AbstractSet[str], groups: AbstractSet[str]) -> int:
    """Delete the rows of ``segments`` from the data set in ``folder`` and return how many went.

    All or nothing: the files without them are written beside it, then take its place.

    Args:
        folder: As ``labwidgets.corpus.dataset.write_parquet`` made it.
        segments: Ids.
        groups: Speakers (or recordings) that go with them.
    """
    new, old = _beside(folder)
    shutil.rmtree(new, ignore_errors=True)
    try:
        n_gone = _write_without(folder, new, segments, groups)
        if n_gone:
            folder.rename(old)
            new.rename(folder)
    finally:
        for path in (new, old):
            shutil.rmtree(path, ignore_errors=True)
    return n_gone


def settle(folder: Path) -> None:
    """Put a data set right from which rows were being taken out when the process was killed."""
    new, old = _beside(folder)
    if old.is_dir() and not folder.exists():
        new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f".without-{folder.name}"), folder.with_name(f".before-{folder.name}")


def _write_without(folder: Path, new: Path, segments: AbstractSet[str], groups: AbstractSet[str]) -> int:
    """Fill ``new`` with the data set in ``folder`` without some rows, and return how many are left out."""
    facts, n_gone = Facts.load(folder), 0
    shards = []
    for shard in facts.shards:
        path = new / shard.path
        path.parent.mkdir(parents=True, exist_ok=True)
        left = _without(folder / shard.path, path, segments, facts)
        n_gone += shard.n_rows - (shard.n_rows if left is None else left.n_rows)
        if left is None:
            linked(folder / shard.path, path)
            shards.append(shard)
        elif left.n_rows:
            shards.append(replace(left, path=shard.path, split=shard.split))
        else:
            path.unlink()
    facts.forget(groups)
    facts.finish(shards, facts.table_bytes)
    facts.save(new)
    return n_gone


def _without(path: Path, target: Path, segments: AbstractSet[str], facts: Facts) -> Shard | None:
    """Write a file to ``target`` without the rows of ``segments``; None where it has none of them."""
    file = pq.ParquetFile(path)
    columns = file.read(columns=["audio.path"]).column("audio").to_pylist()
    if not any(row["path"].removesuffix(".flac") in segments for row in columns):
        return None
    n_rows, split = 0, path.name.partition("-")[0]
    with open_shard(target, file.schema_arrow) as writer:
        for number in range(file.num_row_groups):
            rows = file.read_row_group(number).to_pylist()
            kept = []
            for row in rows:
                if row["audio"]["path"].removesuffix(".flac") in segments:
                    facts.unsee(row, split)
                else:
                    kept.append(row)
            if kept:
                writer.write_table(pa.Table.from_pylist(kept, schema=file.schema_arrow))
                n_rows += len(kept)
    return Shard(path.name, split, n_rows, target.stat().st_size, file_sha256(target))


def linked(source: str | Path, target: str | Path) -> None:
    """Give a file a second name; a copy of it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without links.
        shutil.copy2(source, target)
