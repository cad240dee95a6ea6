"""Archives, unpacked so that nothing leaves the folder, fills the disk, or stays behind half-written."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from labwidgets.errors import DiskFullError, SourceError
from labwidgets.records import Refusal

MOST_FILES = 1_000_000
MOST_TIMES = 200
"""More than this many times its own size is not speech but a trap, once it is large."""
FREE_BYTES = 1 << 30
"""Below this nothing is a trap, and this much room is left on the disk."""

_ZIP, _TAR = (".zip",), (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive."""

    name: str
    open: Callable[[], IO[bytes] | None]


def is_archive(path: Path) -> bool:
    """Return whether a file is named like an archive."""
    return path.name.lower().endswith((*_ZIP, *_TAR))


def unpack(path: Path, folder: Path) -> tuple[Refusal, ...]:
    """Unpack an archive into the empty ``folder``; return what of it was left out, and why.

    Links, devices and names that lead elsewhere are left out. Archives in it stay as they are.

    Raises:
        SourceError: It is none, is damaged or encrypted, or grows out of all proportion.
        DiskFullError: There is no room for it.
    """
    refused: list[Refusal] = []
    try:
        room = _Room(path, folder)
        entries = _zip(path, refused) if path.name.lower().endswith(_ZIP) else _tar(path, refused)
        for entry in entries:
            target = _inside(folder, entry.name)
            if target is None:
                refused.append(Refusal(entry.name, "its name leads out of the archive's folder"))
            else:
                room.count_file()
                _write(entry, target, room)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, LZMAError) as e:
        raise SourceError("the archive is damaged", value=path, remedy=str(e)) from e
    except (RuntimeError, NotImplementedError) as e:
        # zipfile's way to say that a password is wanted, or a method that it does not know.
        raise SourceError("the archive cannot be unpacked", value=path, remedy=str(e)) from e
    except FileNotFoundError as e:
        raise SourceError("no such file", value=path) from e
    return tuple(refused)


class _Room:
    """What may still be written."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._most = max(FREE_BYTES, MOST_TIMES * path.stat().st_size)
        self._free = shutil.disk_usage(folder).free - FREE_BYTES
        self._bytes = 0
        self._files = 0

    def count_file(self) -> None:
        self._files += 1
        if self._files > MOST_FILES:
            raise SourceError("the archive has too many files", value=self._path, allowed=str(MOST_FILES))

    def count(self, n_bytes: int) -> None:
        self._bytes += n_bytes
        if self._bytes > self._most:
            raise SourceError(
                f"the archive grows to more than {MOST_TIMES} times its size",
                value=self._path,
                remedy="Unpack it yourself if you trust it, and add the folder",
            )
        if self._bytes > self._free:
            raise DiskFullError("no room to unpack the archive", value=self._path)


def _inside(folder: Path, name: str) -> Path | None:
    """Return the path of an entry below ``folder``; None where its name leads elsewhere."""
    pure = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in pure.parts if part != "."]
    is_odd = pure.is_absolute() or PureWindowsPath(name).drive or ".." in parts or "\0" in name
    return None if is_odd or not parts else folder.joinpath(*parts)


def _write(entry: Entry, target: Path, room: _Room) -> None:
    source = entry.open()
    if source is None:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("xb") as file:
        while piece := source.read(_PIECE):
            # Counted as it comes: what the header says of its size may be a lie.
            room.count(len(piece))
            file.write(piece)


def _zip(path: Path, refused: list[Refusal]) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.is_dir():
                continue
            if kind not in (0, stat.S_IFREG):
                refused.append(Refusal(info.filename, "a link or device, which is not unpacked"))
                continue
            yield Entry(info.filename, lambda info=info: archive.open(info))  # type: ignore[misc]


def _tar(path: Path, refused: list[Refusal]) -> Iterator[Entry]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg():
                refused.append(Refusal(member.name, "a link or device, which is not unpacked"))
                continue
            yield Entry(member.name, lambda member=member: archive.extractfile(member))  # type: ignore[misc]
