"""Which format a file or folder is in, by its ending and its first lines."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labwidgets.corpus.formats.audiofolder import FILE_COLUMN, METADATA_NAMES
from labwidgets.corpus.formats.files import read_text
from labwidgets.corpus.formats.folder import AUDIO_ENDINGS
from labwidgets.errors import SourceError

_ENDINGS: Mapping[str, str] = {
    ".srt": "srt",
    ".vtt": "vtt",
    ".ctm": "ctm",
    ".stm": "stm",
    ".trn": "trn",
    ".ref": "trn",
    ".hyp": "trn",
    ".csv": "csv",
    ".textgrid": "textgrid",
    ".eaf": "eaf",
    ".parquet": "parquet",
}
"""Endings that leave no doubt."""


_OF_SOUND = (".csv", ".jsonl", ".ndjson", ".parquet")
"""Endings of tables, too, that list files of sound by ``file_name``."""


def told_format(path: Path) -> str | None:
    """Return the id of the format of transcripts that something is in which is to be added.

    None for sound, for folders of it, and for tables that list it by ``file_name``.
    """
    if path.is_dir():
        found = _by_names(path)
        return found if found in ("kaldi", "commonvoice") else None
    if not path.is_file() or path.suffix.lower() in AUDIO_ENDINGS:
        return None
    columns = table_columns(path) if path.suffix.lower() in _OF_SOUND else frozenset()
    return None if columns is None or FILE_COLUMN in columns else _of_file(path)


def table_columns(path: Path, *, encoding: str | None = None) -> frozenset[str] | None:
    """Return the names of the columns of a table; None where it is none, or cannot be read."""
    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            import pyarrow.parquet as pq

            return frozenset(pq.read_schema(path).names)
        content = read_text(path, encoding=encoding)
    except (SourceError, OSError, ValueError):
        return None
    first = next((line for line in content.split("\n") if line.strip()), "")
    if ending in (".csv", ".tsv"):
        return frozenset(next(csv.reader([first]), ()) if ending == ".csv" else first.split("\t"))
    value = _object(first)
    return frozenset(value) if isinstance(value, dict) else None


def guess(path: Path) -> str:
    """Return the id of the format that a file or folder is in.

    Raises:
        SourceError: It cannot be told.
    """
    found = _of_folder(path) if path.is_dir() else _of_file(path)
    if found is None:
        raise SourceError(
            "the format cannot be told from the name or the first lines",
            value=path,
            remedy="Name it, as in --from srt",
        )
    return found


def _of_file(path: Path) -> str | None:
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    looks: Mapping[str, Callable[[str], str | None]] = {
        ".tsv": _of_table,
        ".jsonl": _of_lines,
        ".ndjson": _of_lines,
        ".json": _of_json,
    }
    return looks[ending](read_text(path)) if ending in looks else None


def _of_table(content: str) -> str:
    header = content.split("\n", 1)[0].split("\t")
    return "commonvoice" if {"client_id", "path"} <= set(header) else "tsv"


def _of_lines(content: str) -> str | None:
    """Return which format of an object a line it is."""
    first = _object(next((line for line in content.split("\n") if line.strip()), ""))
    return (_of_object(first) if isinstance(first, dict) else None) or "jsonl"


def _of_object(value: Mapping[str, Any]) -> str | None:
    if {"recording", "start", "duration"} <= set(value):
        return "lhotse"
    return "nemo" if {"audio_filepath", "audio_filename"} & set(value) else None


def _of_json(content: str) -> str | None:
    whole = _object(content)
    if whole is None:
        return _of_lines(content)
    if isinstance(whole, dict):
        return _of_object(whole) or _of_segments(whole)
    return "labelstudio" if isinstance(whole, list) and whole and _is_task(whole[0]) else None


def _of_segments(value: Mapping[str, Any]) -> str | None:
    if "monologues" in value:
        return "gecko"
    if not isinstance(value.get("segments", value.get("chunks")), list):
        return None
    first = next((one for one in value.get("segments", ()) if isinstance(one, dict)), {})
    words = [word for word in first.get("words") or () if isinstance(word, dict)]
    has_scores = "word_segments" in value or "speaker" in first or any("score" in word for word in words)
    return "whisperx" if has_scores else "whisper"


def _is_task(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("data"), dict)


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_folder(folder: Path) -> str | None:
    named = _by_names(folder)
    if named is not None:
        return named
    endings = {path.suffix.lower() for path in folder.iterdir() if path.is_file()}
    found = {_ENDINGS[ending] for ending in endings if ending in _ENDINGS}
    return found.pop() if len(found) == 1 else None


def _by_names(folder: Path) -> str | None:
    """Return the format of a folder whose files have set names."""
    try:
        names = set(os.listdir(folder))  # noqa: PTH208 - names alone; a folder can hold very many
    except OSError:
        return None
    if "wav.scp" in names:
        return "kaldi"
    if names & set(METADATA_NAMES):
        return "audiofolder"
    if "clips" in names and any(name.endswith(".tsv") for name in names):
        return "commonvoice"
    return None
