"""Files of texts, by the form they have."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from labwidgets.analysis.inputs.columns import Columns, Places, gathered, numbered
from labwidgets.analysis.inputs.nist import read_ctm, read_stm, read_trn
from labwidgets.analysis.inputs.rows import Role, texts_of
from labwidgets.analysis.inputs.tables import read_table
from labwidgets.analysis.texts import Texts
from labwidgets.errors import LabError, SourceError
from labwidgets.records import Refusal

FORMATS = ("nemo", "jsonl", "json", "csv", "tsv", "trn", "stm", "ctm", "txt", "kaldi", "parquet", "arrow")
"""Names of the forms; by the file's ending where none is named."""

_ENDINGS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".trn": "trn",
    ".ref": "trn",
    ".hyp": "trn",
    ".stm": "stm",
    ".ctm": "ctm",
    ".txt": "txt",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
_MOST_BYTES = 4 * 1024**3
_DECODE = json.JSONDecoder().raw_decode


def read_texts(path: str | Path, *, role: Role, form: str | None = None, column: str | None = None) -> Texts:
    """Return one side of a file, as :func:`read_file` reads it.

    Args:
        path: Of the file or folder.
        role: Whether these are references or hypotheses: a file can hold both.
        form: One of ``FORMATS``; default: by the ending.
        column: Column of the texts, in forms that have columns.

    Raises:
        SourceError: No such file, an unknown form, or nothing usable in it.
    """
    found = read_file(path, form=form)
    return found if isinstance(found, Texts) else texts_of(found, role=role, column=column)


def read_file(path: str | Path, *, form: str | None = None) -> Texts | Columns:
    """Return the rows of a file or of a folder of Parquet or Arrow files; texts where it has no columns.

    Lines that cannot be read are refused one by one, with their numbers; the rest counts.

    Args:
        path: Of the file or folder; ``.gz`` is unpacked.
        form: One of ``FORMATS``; default: by the ending.

    Raises:
        SourceError: No such file, an unknown form, or nothing usable in it.
    """
    place = Path(path)
    try:
        chosen = form or _form_of(place)
        if chosen not in FORMATS:
            raise _no_form(place, form)
        if chosen in ("parquet", "arrow"):
            return read_table(place, chosen)
        with _open(place) as stream:
            if chosen in _PLAIN:
                return _PLAIN[chosen](stream.read(), place.name)
            return _ROWS[chosen](stream, place.name)
    except (OSError, UnicodeDecodeError, EOFError, ValueError) as error:
        if isinstance(error, LabError):
            raise
        raise SourceError("the texts cannot be read", value=str(path)[:200], remedy=str(error)) from error


def _no_form(path: Path, form: str | None) -> SourceError:
    if form is None and not path.exists():
        return SourceError(
            "there is no such file",
            value=str(path)[:200],
            allowed="a file of texts",
            remedy="Texts themselves go in a list, one text too",
        )
    return SourceError(
        "no such form of texts", value=form or path, allowed=", ".join(FORMATS), remedy="Name the form"
    )


def _form_of(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    if path.is_dir():
        return "parquet" if next(path.rglob("*.parquet"), None) else "arrow"
    return _ENDINGS.get(Path(name).suffix.lower(), "")


def _open(path: Path) -> TextIO:
    if path.stat().st_size > _MOST_BYTES:
        raise SourceError("the file is too large", value=path, allowed="4 GB", remedy="Give it as Parquet")
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            return io.StringIO(file.read(_MOST_BYTES).decode("utf-8-sig"), newline="")
    # Lines end with a line feed here; other separators may stand inside a text.
    return path.open(encoding="utf-8-sig", newline="\n")


def _json_lines(lines: Iterable[str], name: str) -> Columns:
    refused: list[Refusal] = []
    columns, numbers = gathered(_objects(lines, name, refused))
    if refused and not numbers:
        raise SourceError(
            "no line is a JSON object", value=name, remedy=f"{refused[0].source}: {refused[0].reason}"
        )
    return Columns(columns, Places(name, numbers), tuple(refused))


def _objects(
    lines: Iterable[str], name: str, refused: list[Refusal]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped:
            continue
        try:
            row = _value(stripped)
        except (ValueError, RecursionError) as error:
            refused.append(Refusal(f"{name}:{number}", f"no JSON: {error}"))
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            refused.append(Refusal(f"{name}:{number}", "no JSON object"))


def _value(line: str) -> Any:
    """Return what a line says, in half the time of ``json.loads``, which has the words for what is wrong."""
    try:
        found, end = _DECODE(line)
    except ValueError:
        end = -1
    return found if end == len(line) else json.loads(line)


def _json(stream: TextIO, name: str) -> Texts | Columns:
    """Read a list of objects, an object of lists, an object from id to text, or lines after all."""
    content = stream.read()
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return _json_lines(content.split("\n"), name)
    if isinstance(data, list):
        return _json_lines(map(json.dumps, data), name)
    if isinstance(data, dict) and data and all(isinstance(value, list) for value in data.values()):
        lengths = {len(value) for value in data.values()}
        if len(lengths) == 1:
            return Columns(data, numbered(lengths.pop()))
    if isinstance(data, dict) and data and all(isinstance(value, str) for value in data.values()):
        return Texts(list(data.values()), list(data))
    raise SourceError(
        "this JSON holds no rows", value=name, allowed="a list of objects, or an object from id to text"
    )


class _TabSeparated(csv.excel_tab):
    # A field is taken as it is, as data sets of speech write them.
    quoting = csv.QUOTE_NONE


def _separated(stream: TextIO, name: str, *, separator: str) -> Columns:
    dialect = _TabSeparated if separator == "\t" else csv.excel
    csv.field_size_limit(2**31 - 1)
    refused: list[Refusal] = []
    try:
        columns, numbers = gathered(_fields(csv.reader(stream, dialect), name, refused))
    except csv.Error as error:
        raise SourceError("no table can be read here", value=name, remedy=str(error)) from error
    if not numbers:
        raise SourceError("the table has no rows", value=name, allowed="a header, and rows under it")
    return Columns(columns, Places(name, numbers), tuple(refused), typed=False)


def _fields(reader: Any, name: str, refused: list[Refusal]) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    header: list[str] | None = None
    for row in reader:
        if header is None:
            header = row
        elif len(row) == len(header):
            yield reader.line_num, dict(zip(header, [value or None for value in row], strict=True))
        elif row:
            place = f"{name}:{reader.line_num}"
            refused.append(Refusal(place, f"{len(row)} fields where the header has {len(header)}"))


def _csv(stream: TextIO, name: str) -> Columns:
    return _separated(stream, name, separator=",")


def _tsv(stream: TextIO, name: str) -> Columns:
    return _separated(stream, name, separator="\t")


def _lines(content: str, _name: str) -> Texts:
    return Texts(content.removesuffix("\n").split("\n"))


def _kaldi(content: str, _name: str) -> Texts:
    pairs = [line.split(maxsplit=1) for line in content.split("\n") if line.strip()]
    return Texts([pair[1] if len(pair) > 1 else "" for pair in pairs], [pair[0] for pair in pairs])


_PLAIN: Mapping[str, Callable[[str, str], Texts]] = {
    "trn": read_trn,
    "stm": read_stm,
    "ctm": read_ctm,
    "txt": _lines,
    "kaldi": _kaldi,
}
_ROWS: Mapping[str, Callable[[TextIO, str], Texts | Columns]] = {
    "nemo": _json_lines,
    "jsonl": _json_lines,
    "json": _json,
    "csv": _csv,
    "tsv": _tsv,
}
