"""A Parquet table, a row a span, with the names of ``rows.FIELDS``; sound in it is left where it is.

Holds everything; metadata of one kind has a column of that kind, all else stands as JSON. Words and flags are
lists, layers are JSON.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labwidgets.corpus.formats.carrying import Format, Reading, Spans
from labwidgets.corpus.formats.files import json_text, write_bytes
from labwidgets.corpus.formats.rows import METADATA, everything, row_of, transcript_of
from labwidgets.errors import SourceError
from labwidgets.records import Refusal, TranscribedSpan, Transcript

_KINDS = (str, bool, int, float)
_INT64 = range(-(2**63), 2**63)


def read(path: Path, how: Reading) -> Transcript:
    """Return what a table holds; of columns with sound, only the names.

    Raises:
        SourceError: It is no Parquet, or nothing of it can be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        table = pq.read_table(path, columns=[name for field in schema for name in _silent(field)])
    except (pa.ArrowException, OSError) as e:
        raise SourceError("the file is no Parquet", value=path, remedy=str(e)) from e
    rows = [
        (f"{path.name}, row {number}", _told(row)) for number, row in enumerate(table.to_pylist(), start=1)
    ]
    return transcript_of(rows, path.name, how)


def _silent(field: Any) -> list[str]:
    """Return a column's name, or those of its parts without the bytes."""
    import pyarrow as pa

    if pa.types.is_struct(field.type) and field.type.get_field_index("bytes") >= 0:
        return [f"{field.name}.{part.name}" for part in field.type if part.name != "bytes"]
    return [] if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type) else [field.name]


def _told(row: Mapping[str, Any]) -> Mapping[str, Any] | Refusal:
    return {name: value for name, value in row.items() if value is not None}


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write a table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [row_of(span) for span in spans]
    # What has other keys in each row stands as JSON: a struct would give every row all of them.
    rows = [
        {name: json_text(value) if name in ("layers", METADATA) else value for name, value in row.items()}
        for row in rows
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    words = pa.list_(
        pa.struct(
            {
                "text": pa.string(),
                "start": pa.float64(),
                "end": pa.float64(),
                "confidence": pa.float64(),
                "estimated": pa.bool_(),
            }
        )
    )
    lists = {"words": words, "flags": pa.list_(pa.string())}
    columns = {name: pa.array([row.get(name) for row in rows], lists.get(name)) for name in names}
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return [write_bytes(path, buffer.getvalue())]


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span: all of it, metadata of several kinds as JSON text."""
    whole = [everything(span) for span in spans]
    kinds: dict[str, set[type]] = {}
    for span in whole:
        for name, value in span.metadata.items() if span else ():
            kinds.setdefault(name, set()).add(_kind(value))
    plain = {
        name
        for name, some in kinds.items()
        if len(some - {type(None)}) == 1 and some <= {*_KINDS, type(None)}
    }
    return [
        span
        and replace(
            span,
            metadata={
                name: value if name in plain or isinstance(value, str) else json_text(value)
                for name, value in span.metadata.items()
                if value is not None
            },
        )
        for span in whole
    ]


def _kind(value: Any) -> type:
    return object if isinstance(value, int) and value not in _INT64 else type(value)


FORMAT = Format("parquet", (".parquet",), "file", read, write, fit)
