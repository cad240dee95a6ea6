"""Parquet shards as the Hub likes them: small row groups, page index, chunked by content, audio as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets.analysis.shards import Place
from labwidgets.corpus.rows import file_sha256

ROWS_PER_GROUP = 100
MAX_GROUP_BYTES = 100_000_000
"""Of sound: viewers read whole groups."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One finished file; ``path`` is relative to the export's folder."""

    path: str
    split: str
    n_rows: int
    n_bytes: int
    sha256: str


class ShardWriter:
    """Writes rows into files by their places, holding no more than one row group in memory.

    A group holds the rows of the same hundred numbers, so that a changed row changes one group.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self.n_table_bytes: Counter[str] = Counter()
        self._place: Place | None = None
        self._rows: list[dict[str, Any]] = []
        self._group_bytes = 0
        self._n_rows: dict[Path, tuple[str, int]] = {}
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: Mapping[str, Any], place: Place) -> None:
        """Take one row, ``row["audio"]["bytes"]`` its encoded sound; rows come in order of their places."""
        before = self._place
        if before is not None and before[:2] != place[:2]:
            self._end_shard()
        elif before is not None and before.number // ROWS_PER_GROUP != place.number // ROWS_PER_GROUP:
            self._flush()
        self._place = place
        self._rows.append(dict(row))
        self._group_bytes += len(row["audio"]["bytes"])
        if self._group_bytes >= MAX_GROUP_BYTES:
            self._flush()

    def close(self) -> list[Shard]:
        """Finish the last file and return all of them."""
        self._end_shard()
        return [
            Shard(f"{self.folder.name}/{path.name}", split, n_rows, path.stat().st_size, file_sha256(path))
            for path, (split, n_rows) in self._n_rows.items()
        ]

    def abandon(self) -> None:
        """Let go of the open file, after a failure."""
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        if self._place is None or not self._rows:
            return
        split, shard, _ = self._place
        path = self.folder / f"{split}-{shard:05}.parquet"
        if self._writer is None:
            self._writer = open_shard(path, self.schema)
        table = pa.Table.from_pylist(self._rows, schema=self.schema)
        self._writer.write_table(table, row_group_size=ROWS_PER_GROUP)
        self.n_table_bytes[split] += table.nbytes
        self._n_rows[path] = (split, self._n_rows.get(path, (split, 0))[1] + len(self._rows))
        self._rows, self._group_bytes = [], 0

    def _end_shard(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def open_shard(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of a new file in the form that all shards have."""
    leaves = _leaves(schema)
    # FLAC does not shrink any further: packing it again costs time at both ends.
    compression = {leaf: "NONE" if leaf == "audio.bytes" else "SNAPPY" for leaf in leaves}
    return pq.ParquetWriter(
        path,
        schema,
        compression=compression,
        use_dictionary=[leaf for leaf in leaves if leaf != "audio.bytes"],
        write_statistics=[leaf for leaf in leaves if leaf != "audio.bytes"],
        write_page_index=True,
        use_content_defined_chunking=True,
    )


def _leaves(schema: pa.Schema) -> Sequence[str]:
    parquet = pq.ParquetFile(_empty(schema)).schema
    return [parquet.column(number).path for number in range(len(parquet))]


def _empty(schema: pa.Schema) -> pa.BufferReader:
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    return pa.BufferReader(sink.getvalue())
