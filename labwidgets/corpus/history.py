"""The second config of a data set: every draft and every revision, in the same splits as the texts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets.corpus.card import SPLIT_ORDER
from labwidgets.corpus.privacy import FLAG, MASK, has_marks
from labwidgets.store.edits import Edit

HISTORY_FOLDER = ".history"
"""Beside ``data``; as ``history`` in a repository."""

_BATCH = 500
SCHEMA = pa.schema(
    {
        "segment": pa.string(),
        "kind": pa.string(),
        "by": pa.string(),
        "revision": pa.int32(),
        "at": pa.string(),
        "text": pa.string(),
        "origin": pa.string(),
        "confidence": pa.float64(),
        "flags": pa.list_(pa.string()),
        "active_s": pa.float64(),
        "skipped": pa.bool_(),
    }
)

ReadEdits = Callable[[Sequence[str]], Sequence[Edit]]


def write_history(folder: Path, read_edits: ReadEdits) -> Path:
    """Write the history of the data set in ``folder`` beside it, once, and return where.

    A segment in which anything personal was hidden, or marked by anybody at any time, keeps its events but
    none of its texts.

    Args:
        folder: As ``labwidgets.corpus.dataset.write_parquet`` made it.
        read_edits: Returns the edits of some segments, segment by segment.
    """
    target = folder / HISTORY_FOLDER
    if target.is_dir():
        return target
    partial = folder / ".history.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for shard in sorted((folder / "data").glob("*.parquet")):
        _write(partial / shard.name, _rows(shard, read_edits))
    return partial.rename(target)


def history_splits(folder: Path) -> list[str]:
    """Return the splits that have a history, in order."""
    found = {path.name.partition("-")[0] for path in folder.glob("*.parquet")}
    return [name for name in SPLIT_ORDER if name in found]


def _write(path: Path, groups: Iterator[list[dict[str, Any]]]) -> None:
    # Loaders fail over a file, and over a row group, without any row.
    first = next((rows for rows in groups if rows), None)
    if first is None:
        return
    with pq.ParquetWriter(path, SCHEMA, compression="SNAPPY") as writer:
        for rows in (first, *filter(None, groups)):
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))


def _rows(shard: Path, read_edits: ReadEdits) -> Iterator[list[dict[str, Any]]]:
    segments = _segments(shard)
    while some := dict(islice(segments, _BATCH)):
        edits = read_edits(list(some))
        hidden = {key for key, is_hidden in some.items() if is_hidden}
        hidden |= {edit.segment_id for edit in edits if FLAG in edit.flags or has_marks(edit.text)}
        order = {key: place for place, key in enumerate(some)}
        ordered = sorted(edits, key=lambda edit: order[edit.segment_id])
        yield [_row(edit, is_hidden=edit.segment_id in hidden) for edit in ordered]


def _segments(shard: Path) -> Iterator[tuple[str, bool]]:
    """Give each row's segment, and whether anything in it was hidden."""
    file = pq.ParquetFile(shard)
    for batch in file.iter_batches(columns=["audio.path", "text"]):
        for row in batch.to_pylist():
            yield row["audio"]["path"].removesuffix(".flac"), MASK in row["text"]


def _row(edit: Edit, *, is_hidden: bool) -> dict[str, Any]:
    at = datetime.fromtimestamp(edit.at_us / 1e6, tz=UTC)
    return {
        "segment": edit.segment_id,
        "kind": edit.kind,
        "by": edit.by,
        "revision": edit.revision,
        "at": at.isoformat(timespec="seconds"),
        "text": MASK if is_hidden else edit.text,
        "origin": edit.origin,
        "confidence": edit.confidence,
        "flags": list(edit.flags),
        "active_s": edit.active_s,
        "skipped": edit.is_skip,
    }
