"""What was found in a table of errors, as a file for the next program."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets.analysis.explorer.query import RowQuery
from labwidgets.analysis.explorer.table import ErrorTable
from labwidgets.errors import ConfigError, SourceError
from labwidgets.text import plain_cell

EXPORTS = ("nemo", "jsonl", "csv", "tsv", "spreadsheet", "parquet")
"""Forms that rows can leave in."""

_BATCH = 10_000


def export_rows(table: ErrorTable, query: RowQuery, path: str | Path, *, form: str = "nemo") -> int:
    """Write the rows of a query, in its order, to a new file and return how many they are.

    ``nemo`` writes ``audio_filepath``, ``duration``, ``text`` and ``pred_text`` (``pred_text_MODEL`` where
    there are several models) and all columns that came along; the others write every column of the table.
    ``csv`` and ``tsv`` are for programs and keep every sign; ``spreadsheet`` is CSV for people: texts that
    would be run as formulas get an apostrophe in front.

    Args:
        table: The table.
        query: Which rows, in which order.
        path: Of the file; one that is there is written over.
        form: One of ``EXPORTS``.

    Raises:
        ConfigError: There is no such form.
        SourceError: The file cannot be written.
    """
    if form not in EXPORTS:
        raise ConfigError("no such form to export to", value=form, allowed=", ".join(EXPORTS))
    found = table.to_arrow(query)
    try:
        if form == "parquet":
            pq.write_table(found, path)
        elif form in ("nemo", "jsonl"):
            change = _manifest_row(table) if form == "nemo" else dict
            with Path(path).open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(change(row), ensure_ascii=False) + "\n" for row in _rows(found))
        else:
            _write_table(found, Path(path), form)
    except OSError as error:
        raise SourceError("the rows cannot be written", value=path, remedy=str(error)) from error
    return int(found.num_rows)


def _rows(found: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in found.to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def _write_table(found: pa.Table, path: Path, form: str) -> None:
    cell = _CELLS[form]
    encoding = "utf-8-sig" if form == "spreadsheet" else "utf-8"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
        writer.writerow([cell(name) for name in found.column_names])
        for row in _rows(found):
            writer.writerow([cell(value) if isinstance(value, str) else value for value in row.values()])


def _in_one_line(text: str) -> str:
    """Return a text that fits a field of a TSV file, which knows no quoting."""
    return " ".join(text.split())


_CELLS: Mapping[str, Callable[[str], str]] = {"csv": str, "tsv": _in_one_line, "spreadsheet": plain_cell}


def _manifest_row(table: ErrorTable) -> Any:
    single = len(table.models) == 1
    said = {f"hypothesis:{model}": "pred_text" if single else f"pred_text_{model}" for model in table.models}
    plain = [name for name, one in table.columns.items() if one.measure is None]
    skipped = {"row", "id", "reference", "n_words", "source", "duration"}

    def row_of(row: Mapping[str, Any]) -> dict[str, Any]:
        found = {
            "audio_filepath": row.get("source") or row["id"],
            "duration": row.get("duration"),
            "text": row["reference"],
            "id": row["id"],
        }
        found |= {name: row[column] for column, name in said.items() if row[column] is not None}
        return found | {name: row[name] for name in plain if name not in skipped and row[name] is not None}

    return row_of
