"""Parquet shards as the Hub likes them: small row groups, page index, chunked by content, audio as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets.corpus.rows import file_sha256

ROWS_PER_GROUP = 100
MAX_SHARD_BYTES = 450_000_000
"""Of audio: with the other columns a shard stays below the 500 MB that loaders expect."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One finished file; ``path`` is relative to the export's folder."""

    path: str
    split: str
    n_rows: int
    n_bytes: int
    sha256: str


class SplitWriter:
    """Writes the shards of one split, holding no more than one row group in memory."""

    def __init__(
        self, folder: Path, split: str, schema: pa.Schema, *, max_bytes: int = MAX_SHARD_BYTES
    ) -> None:
        self.folder = folder
        self.split = split
        self.schema = schema
        self.max_bytes = max_bytes
        self.n_table_bytes = 0
        self._rows: list[dict[str, Any]] = []
        self._group_bytes = 0
        self._shard_bytes = 0
        self._n_rows: list[int] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row, ``row["audio"]["bytes"]`` its encoded sound."""
        self._rows.append(dict(row))
        self._group_bytes += len(row["audio"]["bytes"])
        if len(self._rows) == ROWS_PER_GROUP or self._shard_bytes + self._group_bytes >= self.max_bytes:
            self._flush()

    def close(self) -> list[Shard]:
        """Finish the last shard and give all of them their final names."""
        if self._rows:
            self._flush()
        self._end_shard()
        shards = []
        for number, n_rows in enumerate(self._n_rows):
            name = f"{self.split}-{number:05}-of-{len(self._n_rows):05}.parquet"
            path = self._part(number).rename(self.folder / name)
            size = path.stat().st_size
            shards.append(Shard(f"{self.folder.name}/{name}", self.split, n_rows, size, file_sha256(path)))
        return shards

    def abandon(self) -> None:
        """Let go of the open file, after a failure."""
        if self._writer is not None:
            self._writer.close()

    def _part(self, number: int) -> Path:
        return self.folder / f"{self.split}-{number:05}.part"

    def _flush(self) -> None:
        if self._writer is None:
            self._writer = _open(self._part(len(self._n_rows)), self.schema)
            self._n_rows.append(0)
            self._shard_bytes = 0
        table = pa.Table.from_pylist(self._rows, schema=self.schema)
        self._writer.write_table(table, row_group_size=ROWS_PER_GROUP)
        self.n_table_bytes += table.nbytes
        self._n_rows[-1] += len(self._rows)
        self._shard_bytes += self._group_bytes
        self._rows, self._group_bytes = [], 0
        if self._shard_bytes >= self.max_bytes:
            self._end_shard()

    def _end_shard(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _open(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
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
