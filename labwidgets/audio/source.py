"""Open a source of sound safely: regular files and bytes of known formats, and nothing else."""

from __future__ import annotations

import io
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import soundfile

from labwidgets.errors import AudioError, SourceError

Source = Path | bytes
"""A local file, or the encoded bytes themselves."""

MIN_DURATION_S = 0.1
MAX_CHANNELS = 8
MIN_RATE_HZ = 4_000
MAX_RATE_HZ = 384_000

FORMATS = "wav, flac, mp3, ogg, opus, m4a, webm, aiff, or a video with a sound track"

_SNDFILE_FORMATS = frozenset(
    {"WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF", "NIST"}
)
# Demuxers that read the one file they are given: playlists (hls, concat, dash) could make a sound file
# read other files or the network.
_DEMUXERS = (
    "aac,aiff,amr,asf,avi,caf,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,ogg,wav,w64"
)
_READ_BYTES = 1 << 20
_UNKNOWN_LENGTH = frozenset({0, 0xFFFFFFFF})


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Give an unbuffered binary file of ``source``.

    Raises:
        AudioError: If it is no regular file or empty.
        SourceError: If it has vanished or may not be read: another time the sound may be fine.
    """
    if isinstance(source, bytes):
        if not source:
            raise _empty("bytes")
        yield io.BytesIO(source)
        return
    with _open_file(source) as file:
        yield file


def _open_file(path: Path) -> io.FileIO:
    # Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    try:
        mode = path.stat().st_mode
        _require_regular(path, mode)
        descriptor = os.open(path, flags)
    except AudioError:
        raise
    except FileNotFoundError as e:
        raise SourceError(
            "the file is not there any more", value=path, remedy="Put it back or remove it"
        ) from e
    except PermissionError as e:
        raise SourceError("no permission to read the file", value=path, remedy="Make it readable") from e
    except (OSError, ValueError) as e:
        raise SourceError(f"the file cannot be opened ({e})", value=path) from e
    file = io.FileIO(descriptor, "rb", closefd=True)
    try:
        status = os.fstat(descriptor)
        _require_regular(path, status.st_mode)
        if status.st_size == 0:
            raise _empty(path)
    except AudioError:
        file.close()
        raise
    return file


def _require_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise AudioError("this is a folder, not a sound file", value=path, remedy="Name the files inside it")
    if not stat.S_ISREG(mode):
        raise AudioError("this is a device, pipe or socket", value=path, allowed="regular files")


def _empty(value: object) -> AudioError:
    return AudioError("the file is empty (0 bytes)", value=value, remedy="Copy it again from where it came")


class ForwardSound(soundfile.SoundFile):  # type: ignore[misc]  # the library has no types
    """A sound that is read once from start to end.

    ``SoundFile.read`` seeks to where it is after each read, which costs an MP3 its bit reservoir.
    """

    def seekable(self) -> bool:
        """Return False."""
        return False


def as_sndfile(file: BinaryIO) -> soundfile.SoundFile | None:
    """Return ``file`` opened by libsndfile to be read forward, or None where that is not the right reader."""
    target: Any = file.fileno() if isinstance(file, io.FileIO) else file
    file.seek(0)
    try:
        sound = ForwardSound(target, closefd=False)
    except (soundfile.LibsndfileError, TypeError):
        return None
    if sound.format not in _SNDFILE_FORMATS or not 0 < sound.frames < 2**48:
        sound.close()
        return None
    return sound


def as_container(file: BinaryIO, *, name: object) -> Any:
    """Return ``file`` as an open PyAV container that has a sound track.

    Raises:
        AudioError: If no known format fits, or there is no sound in it.
        SourceError: If its disk or network fails.
    """
    import av

    file.seek(0)
    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "none"}
    try:
        container = av.open(file, "r", options=options)
    except (av.FFmpegError, ValueError, UnicodeDecodeError) as e:
        raise AudioError("this is not a sound file that can be read", value=name, allowed=FORMATS) from e
    except OSError as e:
        raise unreadable(e, name) from e
    if not container.streams.audio:
        container.close()
        raise AudioError("the file has no sound track", value=name, allowed=FORMATS)
    return container


def declared_wav_frames(file: BinaryIO, *, bytes_per_frame: int) -> int | None:
    """Return how many frames the ``data`` chunk of a RIFF file promises; None where nothing is promised."""
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    position = 12
    while True:
        file.seek(position)
        chunk = file.read(8)
        if len(chunk) < 8:
            return None
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            return None if size in _UNKNOWN_LENGTH else int(size) // bytes_per_frame
        position += 8 + size + size % 2


def states_length(file: BinaryIO) -> bool:
    """Return whether an MP3 says how long it is; without, its length is a guess from its first bit rate.

    References:
        The Xing (Info) and VBRI headers lie in the first frame, behind an ID3v2 tag if there is one.
    """
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3":
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + size)
    else:
        file.seek(0)
    frame = file.read(4096)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def require_readable(path: Path) -> None:
    """Read a file to its end, to tell a disk that fails from a file that is broken.

    Raises:
        SourceError: It cannot be read: another time it may be.
    """
    try:
        with path.open("rb", buffering=0) as file:
            while file.read(_READ_BYTES):
                pass
    except OSError as e:
        raise unreadable(e, path) from e


def unreadable(error: OSError, name: object) -> SourceError:
    """Return what to say of a file whose disk or network failed in the middle."""
    return SourceError(
        f"the file cannot be read to its end ({error.strerror})",
        value=name,
        remedy="Check the disk or the network it lies on, then run it again: what was done stays",
    )


def require_usable(*, duration_s: float, rate_hz: int, n_channels: int, name: object) -> None:
    """Check the figures of a sound against what can be worked with.

    Raises:
        AudioError: If it is too short, has too many channels or an absurd rate.
    """
    if not 1 <= n_channels <= MAX_CHANNELS:
        raise AudioError(
            f"the sound has {n_channels} channels",
            value=name,
            allowed=f"1 to {MAX_CHANNELS}",
            remedy="Split it into files with fewer channels",
        )
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(
            f"the sound claims a rate of {rate_hz} Hz",
            value=name,
            allowed=f"{MIN_RATE_HZ} to {MAX_RATE_HZ} Hz",
            remedy="Its header is probably damaged: export it again",
        )
    if duration_s < MIN_DURATION_S:
        raise AudioError(
            f"the sound lasts {duration_s:.3f} s",
            value=name,
            allowed=f"{MIN_DURATION_S} s and longer",
        )


def name_of(source: Source) -> object:
    """Return what to call ``source`` in a message."""
    return "bytes" if isinstance(source, bytes) else source
