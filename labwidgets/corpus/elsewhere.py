"""Sources that are not a file or folder here yet: archives and URLs, brought here for as long as it takes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labwidgets.corpus.archives import is_archive, unpack
from labwidgets.corpus.fetching import Bounds, fetch, is_url
from labwidgets.errors import SourceError
from labwidgets.records import NewRecording, Refusal

Stream = Iterator[NewRecording | Refusal]


@dataclass(frozen=True, slots=True)
class Brought:
    """Something that was brought here.

    Attributes:
        path: Where it lies.
        root: Out of which nothing may lead.
        name: What people call it.
        refused: What of it was left out.
        keep: Wraps what is read of it, so that it is deleted behind the last of it.
    """

    path: Path
    root: Path
    name: str
    refused: tuple[Refusal, ...]
    keep: Callable[[Stream], Stream]


def bring(source: str, project_folder: Path, bounds: Bounds) -> Brought | None:
    """Return what is behind a URL or in an archive; None for what lies here as it is.

    Raises:
        SourceError: It may not be fetched, is damaged, or out of all bounds.
        DiskFullError: There is no room for it.
    """
    if not is_url(source) and not (is_archive(Path(source)) and Path(source).expanduser().is_file()):
        return None
    project_folder.mkdir(parents=True, exist_ok=True)
    # Deleted when nothing holds it any more, too: a source that is opened need not be read.
    room = tempfile.TemporaryDirectory(dir=project_folder, prefix=".incoming-")
    try:
        path, refused = _brought(source, Path(room.name), bounds)
    except BaseException:
        room.cleanup()
        raise
    name = Path(_bare(source)).name.partition(".")[0] or "source"

    def keep(stream: Stream) -> Stream:
        with room:
            yield from refused
            yield from stream

    return Brought(path, Path(room.name), name, refused, keep)


def _bare(source: str) -> str:
    """Return a URL without what may be a key."""
    return (source.partition("?")[0].partition("#")[0] if is_url(source) else source).rstrip("/")


def _brought(source: str, room: Path, bounds: Bounds) -> tuple[Path, tuple[Refusal, ...]]:
    path = Path(source).expanduser()
    if is_url(source):
        fetched = room / "fetched"
        fetched.mkdir()
        path = fetch(source, fetched, bounds)
    if not is_archive(path) or path.is_dir():
        return path, ()
    unpacked = room / "unpacked"
    unpacked.mkdir()
    refused = unpack(path, unpacked)
    below = list(unpacked.iterdir())
    if not below:
        raise SourceError("there is nothing in the archive", value=path.name)
    with suppress(OSError):
        # What was fetched is not needed any more; what lay here is somebody's.
        if path.is_relative_to(room):
            path.unlink()
    return below[0] if len(below) == 1 else unpacked, refused
