"""Recordings that are already in Python: bytes, a list of dicts or paths, a recorder widget."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from labwidgets.corpus.columns import AUDIO_COLUMNS
from labwidgets.corpus.rows import Row, Table, local_path, printable, wav_bytes
from labwidgets.errors import SourceError
from labwidgets.records import Refusal


def read_bytes(data: bytes) -> Table:
    """Return one encoded recording as a source."""
    return Table((), iter([Row(_bytes_name(data), data, {})]), None)


def read_recorder(recorder: object) -> Table:
    """Return what a recorder widget (anything with ``.audio.value``) holds.

    Raises:
        SourceError: It holds no bytes yet.
    """
    value = getattr(getattr(recorder, "audio", None), "value", None)
    if not isinstance(value, bytes | bytearray | memoryview) or not len(value):
        raise SourceError("the recorder holds no recording", remedy="Record and stop before adding it")
    return read_bytes(bytes(value))


def read_list(items: Sequence[object], *, audio: str | None) -> Table:
    """Return a list of dicts (or of bare paths and bytes) as a source.

    Args:
        items: Dicts with the audio under ``audio``: a path, bytes, ``{"bytes", "path"}`` or
            ``{"array", "sampling_rate"}``; the other keys are columns.
        audio: Key of the audio; the usual names are tried when None.

    Raises:
        SourceError: The list is empty, or no dict has the audio's key.
    """
    if not items:
        raise SourceError("the list is empty", remedy='Give dicts such as {"audio": path, "text": …}')
    columns: dict[str, None] = {}
    for item in items:
        if isinstance(item, Mapping):
            columns |= dict.fromkeys(map(str, item))
    key = audio_column(tuple(columns), audio) if columns else "audio"
    columns.pop(key, None)
    return Table(tuple(columns), _rows(items, key), None)


def audio_column(columns: Sequence[str], wanted: str | None) -> str:
    """Return the column that holds the audio: ``wanted``, else the first of the usual names.

    Raises:
        SourceError: There is no such column.
    """
    names = AUDIO_COLUMNS if wanted is None else (wanted,)
    found = next((name for name in names if name in columns), None)
    if found is None:
        raise SourceError(
            "the source has no audio column",
            value=wanted,
            allowed=", ".join(map(repr, columns)) or "none",
            remedy='Name it with columns={"audio": …}',
        )
    return found


def _rows(items: Sequence[object], key: str) -> Iterator[Row | Refusal]:
    for number, item in enumerate(items, start=1):
        values = item if isinstance(item, Mapping) else {key: item}
        yield row_of(f"item {number}", values, key)


def row_of(place: str, values: Mapping[str, object], key: str) -> Row | Refusal:
    """Return one dict as a row; ``place`` names it where the audio has no name of its own."""
    try:
        audio, name = _audio(values.get(key))
    except SourceError as e:
        return Refusal(place, str(e))
    rest = {str(column): value for column, value in values.items() if column != key}
    return Row(printable(name or place), audio, rest)


def _audio(value: object) -> tuple[Path | bytes, str | None]:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value), _bytes_name(bytes(value))
    if isinstance(value, str | Path) and str(value):
        return _local(str(value)), str(value)
    if isinstance(value, Mapping):
        return _audio_of_mapping(value)
    if value is None:
        raise SourceError("there is no audio in it")
    raise SourceError(
        "audio of an unknown kind",
        value=type(value).__name__,
        allowed='a path, bytes, {"bytes", "path"} or {"array", "sampling_rate"}',
    )


def _audio_of_mapping(value: Mapping[object, object]) -> tuple[Path | bytes, str | None]:
    name = value.get("path")
    name = str(name) if name else None
    if value.get("bytes") is not None:
        return _audio(value["bytes"])[0], name
    if value.get("array") is not None:
        data = wav_bytes(value["array"], value.get("sampling_rate"))
        return data, f"{Path(name).stem}.wav" if name else None
    if name:
        return _local(name), name
    raise SourceError('no "bytes", "array" or "path" in the audio', value=", ".join(map(repr, value)))


def _local(path: str) -> Path:
    if "://" in path:
        raise SourceError("not a local file", value=path, remedy="Download it first, then add the file")
    return local_path(path)


def _bytes_name(data: bytes) -> str:
    return "bytes " + hashlib.sha256(data).hexdigest()[:12]
