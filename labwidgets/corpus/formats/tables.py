"""Tables in text, a row a span: CSV with quotes, TSV without, both with the names of ``rows.FIELDS``.

An empty cell says nothing. Layers, words and flags stand as JSON in one cell each. Numbers in the metadata
come back as text, since a table has no other kind.

Both are for programs and keep every sign. ``spreadsheet`` is CSV for people: with a byte order mark, so that
all scripts are read as such, and with an apostrophe before a text that would be run as a formula, which the
report of losses names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from labwidgets.corpus.formats.carrying import Format, Reading, Spans
from labwidgets.corpus.formats.files import json_text, read_text, write_text
from labwidgets.corpus.formats.rows import everything, row_of, transcript_of
from labwidgets.errors import SourceError
from labwidgets.records import Refusal, TranscribedSpan, Transcript
from labwidgets.text import plain_cell

_FIELD_CHARACTERS = 2**31 - 1

Cells = list[str]


def read(path: Path, how: Reading, *, lines: Callable[[str], Iterator[Cells]]) -> Transcript:
    """Return what a table holds.

    Raises:
        SourceError: It has no header, no row that can be read, or a column is missing.
    """
    rows = list(rows_of(read_text(path, encoding=how.encoding), path.name, lines=lines))
    return transcript_of(rows, path.name, how)


def rows_of(
    content: str, name: str, *, lines: Callable[[str], Iterator[Cells]]
) -> Iterator[tuple[str, Mapping[str, str] | Refusal]]:
    """Yield the place and the filled cells of each row.

    Raises:
        SourceError: It is no table, or a column's name stands twice.
    """
    header: Cells | None = None
    try:
        for number, cells in enumerate(lines(content), start=1):
            place = f"{name}, row {number}"
            if header is None:
                header = _checked(cells, name)
            elif len(cells) == len(header):
                yield place, {key: cell for key, cell in zip(header, cells, strict=True) if cell != ""}
            elif cells:
                yield place, Refusal(place, f"{len(cells)} cells where the header has {len(header)}")
    except csv.Error as e:
        raise SourceError("no table can be read here", value=name, remedy=str(e)) from e


def _checked(header: Cells, name: str) -> Cells:
    twice = next((cell for cell in header if header.count(cell) > 1), None)
    if twice is not None:
        raise SourceError("a column stands twice in the table", value=f"{twice} in {name}")
    return header


def quoted(content: str) -> Iterator[Cells]:
    """Yield the rows of a CSV file."""
    csv.field_size_limit(_FIELD_CHARACTERS)
    return iter(csv.reader(io.StringIO(content, newline="")))


def tabbed(content: str) -> Iterator[Cells]:
    """Yield the rows of a TSV file; a quote in it is a quote."""
    return (line.split("\t") for line in content.split("\n") if line)


def write(spans: Spans, path: Path, *, render: Callable[[Iterable[Cells]], str]) -> Sequence[Path]:
    """Write spans as a table, its columns those that are filled."""
    rows = [{name: _cell(value) for name, value in row_of(span).items()} for span in spans]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [write_text(path, render([header, *([row.get(name, "") for name in header] for row in rows)]))]


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def as_csv(rows: Iterable[Cells]) -> str:
    """Return rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_sheet(rows: Iterable[Cells]) -> str:
    """Return rows as CSV that a spreadsheet takes for UTF-8."""
    return f"\ufeff{as_csv(rows)}"


def as_tsv(rows: Iterable[Cells]) -> str:
    """Return rows as TSV; what would end a cell becomes a space."""
    return "".join("\t".join(map(_flat, row)) + "\n" for row in rows)


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")


def _same(text: str) -> str:
    return text


def fit(spans: Spans, *, cell: Callable[[str], str]) -> list[TranscribedSpan | None]:
    """Return what is left of each span: all but the kind of its metadata."""
    return [_fit(span, cell) for span in spans]


def _fit(span: TranscribedSpan, cell: Callable[[str], str]) -> TranscribedSpan | None:
    whole = everything(span)
    if whole is None:
        return None

    def kept(text: str | None) -> str | None:
        return cell(text.replace("\r\n", "\n").replace("\r", "\n")) if text else None

    metadata = {kept(name) or "": _cell_value(value, kept) for name, value in whole.metadata.items() if name}
    return replace(
        whole,
        audio=replace(whole.audio, name=kept(whole.audio.name) or ""),
        text=kept(whole.text),
        id=kept(whole.id),
        speaker=kept(whole.speaker),
        language=kept(whole.language),
        accent=kept(whole.accent),
        licence=kept(whole.licence),
        metadata={name: value for name, value in metadata.items() if value is not None},
    )


def _cell_value(value: Any, kept: Callable[[str | None], str | None]) -> str | None:
    return None if value is None else kept(_cell(value))


def _format(
    name: str,
    *,
    lines: Callable[[str], Iterator[Cells]],
    render: Callable[[Iterable[Cells]], str],
    cell: Callable[[str], str],
    ending: str | None = None,
) -> Format:
    ending = ending or f".{name}"
    return Format(
        name,
        (ending, f"{ending}.gz"),
        "file",
        partial(read, lines=lines),
        partial(write, render=render),
        partial(fit, cell=cell),
    )


CSV = _format("csv", lines=quoted, render=as_csv, cell=_same)
TSV = _format("tsv", lines=tabbed, render=as_tsv, cell=_flat)
SPREADSHEET = _format("spreadsheet", lines=quoted, render=as_sheet, cell=plain_cell, ending=".csv")
