"""Plain audio: a file, a folder with everything below it, a glob."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from labwidgets.corpus.rows import Row, Table
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

AUDIO_ENDINGS = frozenset(
    [
        ".wav",
        ".wave",
        ".flac",
        ".mp3",
        ".ogg",
        ".oga",
        ".opus",
        ".m4a",
        ".m4b",
        ".mp4",
        ".m4v",
        ".aac",
        ".webm",
        ".mka",
        ".mkv",
        ".mov",
        ".avi",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".snd",
        ".wma",
        ".amr",
        ".3gp",
        ".caf",
        ".w64",
        ".rf64",
        ".sph",
        ".mp2",
    ]
)
AUDIO_LIKE_ENDINGS = frozenset(
    [".raw", ".pcm", ".ra", ".ram", ".dsf", ".dff", ".ape", ".tta", ".dss", ".ds2", ".vox", ".mid", ".midi"]
)


def read_file(path: Path) -> Table:
    """Return one file as a source, whatever its ending."""
    return Table((), iter([Row(str(path), path, {})]), path.parent.name or None)


def read_folder(folder: Path) -> Table:
    """Return the audio files below ``folder``, sorted.

    Raises:
        SourceError: There is none.
    """
    return _table(walk(folder), str(folder), Path(os.path.abspath(folder)).name)  # noqa: PTH100 - keep links


def read_glob(pattern: str) -> Table:
    """Return the audio files that match ``pattern`` (``**`` goes into folders), sorted.

    Raises:
        SourceError: Nothing matches.
    """
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - absolute
    files = dict.fromkeys(
        str(path) for path in matches if not path.is_dir() and _ending(path.name) != "other"
    )
    for folder in (path for path in matches if path.is_dir() and "**" not in pattern):
        files |= dict.fromkeys(str(item) for item in walk(folder) if isinstance(item, Path))
    return _table((classify(Path(name)) for name in files), pattern, None)


def walk(folder: Path) -> Iterator[Path | Refusal]:
    """Yield the audio files below ``folder`` in sorted order.

    Hidden files and folders and other endings are passed over; folders that cannot be read and files that
    look like audio without being readable are refused.
    """
    refused: list[Refusal] = []

    def refuse(error: OSError) -> None:
        refused.append(Refusal(str(error.filename), error.strerror or "cannot be read"))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (kind := _ending(name)) != "other":
                path = Path(parent, name)
                yield path if kind == "audio" else classify(path)
        yield from refused
        refused.clear()
    yield from refused


def classify(path: Path) -> Path | Refusal:
    """Return ``path``, or a Refusal for a kind of sound that has no header to read it by."""
    if _ending(path.name) == "audio-like":
        remedy = "convert it to WAV or FLAC first"
        return Refusal(str(path), f"{path.suffix} files are not supported: {remedy}")
    return path


def _ending(name: str) -> str:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a path object for each file takes longer
    if suffix in AUDIO_ENDINGS:
        return "audio"
    return "audio-like" if suffix in AUDIO_LIKE_ENDINGS else "other"


def _table(found: Iterable[Path | Refusal], name: str, collection: str | None) -> Table:
    items = list(found)
    if not items:
        raise SourceError(
            "no audio files there",
            value=name,
            allowed=" ".join(sorted(AUDIO_ENDINGS)),
            remedy="Look at the path, or name one file directly",
        )
    rows = (item if isinstance(item, Refusal) else Row(str(item), item, {}) for item in items)
    return Table((), rows, collection)
