"""Parquet and Arrow tables as texts, their sound left on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labwidgets.analysis.inputs.columns import Columns, numbered
from labwidgets.analysis.inputs.rows import Role, texts_of
from labwidgets.analysis.texts import Texts
from labwidgets.errors import SourceError


def read_table(path: Path, form: str) -> Columns:
    """Return the plain columns of a Parquet or Arrow file, or of a folder of them.

    Raises:
        SourceError: It cannot be read.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    try:
        if form == "parquet":
            files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
            source = ds.dataset([str(file) for file in files], format="parquet")
            return _columns(source.to_table(columns=_simple(source.schema)))
        files = sorted(path.rglob("*.arrow")) if path.is_dir() else [path]
        tables = [_arrow(file) for file in files]
        table = pa.concat_tables([one.select(_simple(one.schema)) for one in tables])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError("no table can be read here", value=path, remedy=str(error)) from error
    return _columns(table)


def _columns(table: Any) -> Columns:
    return Columns(table.to_pydict(), numbered(table.num_rows))


def _arrow(path: Path) -> Any:
    import pyarrow as pa

    source = pa.memory_map(str(path))
    try:
        return pa.ipc.open_stream(source).read_all()
    except pa.ArrowInvalid:
        return pa.ipc.open_file(source).read_all()


def _simple(schema: Any) -> list[str]:
    """Return the columns of plain values: sound and other nested things stay on the disk."""
    import pyarrow.types as kinds

    is_plain = (
        kinds.is_string,
        kinds.is_large_string,
        kinds.is_dictionary,
        kinds.is_integer,
        kinds.is_floating,
        kinds.is_boolean,
    )
    return [one.name for one in schema if any(test(one.type) for test in is_plain)]


def texts_of_table(table: Any, *, role: Role, column: str | None = None) -> Texts:
    """Return an Arrow table as texts; nested columns are left out.

    Raises:
        SourceError: There is no column of texts.
    """
    return texts_of(_columns(table.select(_simple(table.schema))), role=role, column=column)
