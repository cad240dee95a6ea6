"""Archives, unpacked so that nothing leaves the folder, fills the disk, or stays behind half-written."""

from __future__ import annotations

import errno
import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Self

from labwidgets.corpus.rows import printable
from labwidgets.errors import DiskFullError, LabError, SourceError
from labwidgets.records import Refusal

MOST_FILES = 1_000_000
MOST_TIMES = 200
"""More than this many times its own size is not speech but a trap, once it is large."""
FREE_BYTES = 1 << 30
"""Below this nothing is a trap, and this much room is left on the disk."""

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile)
_NAME_ERRNOS = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)
_ZIP, _TAR = (".zip",), (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PIECE = 1 << 20
_HEADERS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
_MOST_HEADER_BYTES = 1 << 20
"""Of a name or of more about a file: tarfile takes it into memory whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive."""

    name: str
    open: Callable[[], IO[bytes] | None]
    is_special: bool = False


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
        entries = _zip(path) if path.name.lower().endswith(_ZIP) else _tar(path)
        for entry in entries:
            room.count_file()
            reason = _place(entry, folder, room)
            if reason is not None:
                refused.append(Refusal(printable(entry.name), reason))
    except (*_DAMAGED, EOFError, zlib.error, LZMAError) as e:
        raise SourceError("the archive is damaged", value=path, remedy=str(e)) from e
    except (RuntimeError, NotImplementedError) as e:
        # zipfile's way to say that a password is wanted, or a method that it does not know.
        raise SourceError("the archive cannot be unpacked", value=path, remedy=str(e)) from e
    except FileNotFoundError as e:
        raise SourceError("no such file", value=path) from e
    except ValueError as e:
        if isinstance(e, LabError):
            raise
        # What zipfile and tarfile make of names and numbers that are none.
        raise SourceError("the archive is damaged", value=path, remedy=type(e).__name__) from e
    return tuple(refused)


def _place(entry: Entry, folder: Path, room: _Room) -> str | None:
    """Write an entry; return why it is left out where it is."""
    if entry.is_special:
        return "a link or device, which is not unpacked"
    target = _inside(folder, entry.name)
    if target is None:
        return "its name leads out of the archive's folder"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    except (FileExistsError, NotADirectoryError):
        return "something of that name is in the archive already"
    except OSError as e:
        if e.errno not in _NAME_ERRNOS:
            raise
        return "its name cannot be one here"
    with file:
        _write(entry, file, room)
    return None


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


def _write(entry: Entry, file: IO[bytes], room: _Room) -> None:
    source = entry.open()
    if source is None:
        return
    with source:
        while piece := source.read(_PIECE):
            # Counted as it comes: what the header says of its size may be a lie.
            room.count(len(piece))
            file.write(piece)


def _zip(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not info.is_dir():
                is_special = kind not in (0, stat.S_IFREG)
                yield Entry(info.filename, lambda info=info: archive.open(info), is_special)  # type: ignore[misc]


def _tar(path: Path) -> Iterator[Entry]:
    with tarfile.open(path, tarinfo=_Header) as archive:
        for member in archive:
            if not member.isdir():
                is_special = not member.isreg()
                yield Entry(member.name, lambda member=member: archive.extractfile(member), is_special)  # type: ignore[misc]


class _Header(tarfile.TarInfo):
    """Says no, before tarfile takes it into memory, to what has no end: a name, the map of a sparse file."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        made = super().frombuf(buf, encoding, errors)
        if made.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("sparse files are not unpacked")
        if made.type in _HEADERS and made.size > _MOST_HEADER_BYTES:
            raise tarfile.ReadError("a header is too large")
        return made

    def _proc_gnusparse_10(self, *_: object) -> None:
        raise tarfile.ReadError("sparse files are not unpacked")
