"""A folder of audio with ``metadata.csv``, ``.jsonl`` or ``.parquet`` files, as ``datasets`` reads it.

A metadata file speaks for the files of its own folder and below; its column ``file_name`` is a path relative
to it. Files that no metadata lists are taken without values, and that is reported.
"""

from __future__ import annotations

import csv
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labwidgets.corpus.columns import json_value
from labwidgets.corpus.formats.folder import walk
from labwidgets.corpus.rows import Row, Table
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

METADATA_NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
FILE_COLUMN = "file_name"

Entry = tuple[str, Mapping[str, Any] | Refusal]
"""Where a row stands, for reports, and its values or why there are none."""


def find_metadata(folder: Path) -> list[Path]:
    """Return the metadata files in ``folder`` and below, sorted; hidden folders aside."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent, name) for name in METADATA_NAMES if name in names]
    return found


def read_audiofolder(folder: Path, metadata: Sequence[Path]) -> Table:
    """Return the recordings that ``metadata`` lists, then those that lie in ``folder`` unlisted.

    Raises:
        SourceError: A metadata file cannot be read or has no column ``file_name``.
    """
    entries = [(path.parent, place, values) for path in metadata for place, values in read_metadata(path)]
    columns: dict[str, None] = {}
    for _, _, values in entries:
        if not isinstance(values, Refusal):
            columns |= dict.fromkeys(name for name in values if name != FILE_COLUMN)
    listed: set[Path] = set()
    rows = [_row(parent, place, values, listed) for parent, place, values in entries]
    spare = [item for item in walk(folder) if isinstance(item, Refusal) or _absolute(item) not in listed]
    n_unlisted = sum(not isinstance(item, Refusal) for item in spare)
    notes = (f"{n_unlisted} audio files are not listed in the metadata, added bare",) if n_unlisted else ()
    unlisted = (item if isinstance(item, Refusal) else Row(str(item), item, {}) for item in spare)
    return Table(tuple(columns), iter([*rows, *unlisted]), _absolute(folder).name, notes)


def read_metadata_file(path: Path) -> Table:
    """Return the recordings that one metadata file lists.

    Raises:
        SourceError: It cannot be read or has no column ``file_name``.
    """
    entries = read_metadata(path)
    columns: dict[str, None] = {}
    for _, values in entries:
        if not isinstance(values, Refusal):
            columns |= dict.fromkeys(name for name in values if name != FILE_COLUMN)
    listed: set[Path] = set()
    rows = [_row(path.parent, place, values, listed) for place, values in entries]
    return Table(tuple(columns), iter(rows), _absolute(path).parent.name)


def read_metadata(path: Path) -> list[Entry]:
    """Return the rows of one metadata file.

    Raises:
        SourceError: It cannot be read or has no column ``file_name``.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    if not path.is_file():
        # A pipe would be waited for, a device read without end.
        raise SourceError("the metadata is no regular file", value=path, remedy="Put a file in its place")
    try:
        entries = list(readers[path.suffix.lower()](path))
    except UnicodeDecodeError as e:
        raise SourceError("the metadata is not UTF-8", value=path, remedy="Save it as UTF-8") from e
    except (OSError, csv.Error) as e:
        raise SourceError(f"the metadata cannot be read ({e})", value=path) from e
    named = [values for _, values in entries if not isinstance(values, Refusal)]
    if named and not any(FILE_COLUMN in values for values in named):
        columns = dict.fromkeys(name for values in named for name in values)
        raise SourceError(
            f"the metadata has no column {FILE_COLUMN!r}",
            value=path,
            allowed=f"its columns are {', '.join(map(repr, columns)) or 'none'}",
            remedy=f"Rename the column with the file names to {FILE_COLUMN!r}",
        )
    return entries


def _read_csv(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            place = f"{path}, line {reader.line_num}"
            n_short = sum(value is None for value in row.values())
            if None in row or n_short:
                yield place, Refusal(place, "the line has more or fewer fields than the header")
            else:
                yield place, {name: value or None for name, value in row.items()}


def _read_jsonl(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                values = None
            if isinstance(values, dict):
                yield place, values
            else:
                yield place, Refusal(place, "the line is not a JSON object")


def _read_parquet(path: Path) -> Iterator[Entry]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as e:
        raise SourceError(f"the metadata is not Parquet ({e})", value=path) from e
    for number, values in enumerate(table.to_pylist(), start=1):
        yield f"{path}, row {number}", values


def _row(parent: Path, place: str, values: Mapping[str, Any] | Refusal, listed: set[Path]) -> Row | Refusal:
    if isinstance(values, Refusal):
        return values
    name = values.get(FILE_COLUMN)
    if not isinstance(name, str) or not name.strip():
        return Refusal(place, f"no {FILE_COLUMN}")
    try:
        path = inside(parent, name)
    except SourceError as e:
        return Refusal(place, str(e))
    except OSError as e:
        return Refusal(place, e.strerror or str(e))
    if _absolute(path) in listed:
        return Refusal(place, f"{name!r} is listed more than once")
    listed.add(_absolute(path))
    spare = {column: value for column, value in values.items() if column != FILE_COLUMN}
    return Row(str(path), path, spare)


def inside(folder: Path, name: str) -> Path:
    """Return the path of ``name`` in ``folder``, in the spelling that the file system uses.

    Raises:
        SourceError: It leads out of the folder, by ``..``, from the root, or through a link.
    """
    json_value(name)
    relative = Path(name)
    path = folder / relative
    if not path.exists():
        # macOS hands out decomposed names where the metadata has composed ones, and the other way round.
        spellings = (folder / unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
        path = next((spelling for spelling in spellings if spelling.exists()), path)
    if (
        relative.is_absolute()
        or ".." in relative.parts
        or not path.resolve().is_relative_to(folder.resolve())
    ):
        raise SourceError(
            "the file lies outside its folder", value=name, allowed="paths below the metadata file"
        )
    return path


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the user's own links
