"""What every source is read into: rows of audio with values, and how one row becomes a recording."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import struct
import tempfile
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labwidgets import audio
from labwidgets.corpus.columns import (
    AddOptions,
    ColumnPlan,
    checked_text,
    spare_values,
    take_field,
    take_language,
)
from labwidgets.errors import DiskFullError, LabError, SourceError
from labwidgets.records import LABEL_ORIGIN, MACHINE, NewRecording, Refusal

SOURCES_FOLDER = "sources"
MAX_CHANNELS = 32
WHOLE_READ_BYTES = 4_000_000

_NO_SPACE_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_SUFFIXES = {"flac": ".flac", "mp3": ".mp3", "vorbis": ".ogg", "opus": ".opus", "aac": ".m4a"}


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of audio as a source lists it.

    Attributes:
        name: What reports call it.
        audio: A local file, or the encoded bytes.
        values: The source's columns, audio aside.
    """

    name: str
    audio: Path | bytes
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """A source once it is understood: its columns, its rows (read on demand), and where it came from."""

    columns: tuple[str, ...]
    rows: Iterator[Row | Refusal]
    collection: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """All that is the same for every row of one source."""

    project_folder: Path
    options: AddOptions
    plan: ColumnPlan
    collection: str | None


def to_recording(row: Row | Refusal, intake: Intake) -> NewRecording | Refusal:
    """Return ``row`` as a recording with its hash and header read; a Refusal says why it cannot be one."""
    if isinstance(row, Refusal):
        return row
    try:
        return _recording(row, intake)
    except DiskFullError:
        raise
    except (LabError, OSError) as e:
        reason = e.strerror or str(e) if isinstance(e, OSError) and not isinstance(e, LabError) else str(e)
        return Refusal(printable(row.name), reason)


def _recording(row: Row, intake: Intake) -> NewRecording:
    options, plan = intake.options, intake.plan
    is_machine = options.text_as == "reference" and row.values.get(LABEL_ORIGIN) in MACHINE
    # What a model wrote and nobody heard stays a draft, through whatever data set it comes.
    use = "draft" if is_machine else options.text_as
    text = None if use == "metadata" else take_field(plan, "text", row.values)
    kept = [name for name in ("text", "language") if _stays_spare(name, intake)]
    metadata = spare_values(plan, row.values, keep=kept)
    language = take_language(plan, row.values, options.default_language)
    place, details = _place(row, intake)
    return NewRecording(
        **place,
        **details,
        speaker=take_field(plan, "speaker", row.values),
        accent=take_field(plan, "accent", row.values),
        licence=take_field(plan, "licence", row.values) or options.default_licence,
        language=language,
        collection=intake.collection,
        text=text if text and text.strip() else None,
        text_as=use,
        metadata=metadata,
    )


def _stays_spare(name: str, intake: Intake) -> bool:
    # A guessed language column may hold "English": the value is kept even where it is not the language.
    if name == "language":
        return "language" in intake.plan.guessed
    return intake.options.text_as == "metadata"


def _place(row: Row, intake: Intake) -> tuple[dict[str, Any], dict[str, Any]]:
    if isinstance(row.audio, bytes):
        return _place_bytes(row.audio, row.name, intake.project_folder)
    path = row.audio
    name = checked_text(str(path))
    try:
        before = os.stat(name)  # noqa: PTH116 - a path object makes its text anew for each call
    except FileNotFoundError as e:
        raise SourceError("no such file", value=path) from e
    if not stat.S_ISREG(before.st_mode):
        raise SourceError("not a regular file", value=path)
    if before.st_size == 0:
        raise SourceError("the file is empty")
    if intake.options.copy:
        return _place_bytes(path.read_bytes(), path.name, intake.project_folder)
    digest, details = _hash_and_header(path, n_bytes=before.st_size)
    place = {
        "source": os.path.abspath(name),  # noqa: PTH100 - resolve() would follow the user's own links
        "bytes_sha256": digest,
        "n_bytes": before.st_size,
        "mtime_ns": before.st_mtime_ns,
    }
    after = os.stat(name)  # noqa: PTH116
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise SourceError("the file changed while it was read", remedy="Add it again when it is complete")
    return place, details


def _hash_and_header(path: Path, *, n_bytes: int) -> tuple[str, dict[str, Any]]:
    data = _whole(path) if n_bytes <= WHOLE_READ_BYTES else None
    details = _header(path, data=data)
    return file_sha256(path) if data is None else hashlib.sha256(data).hexdigest(), details


def _whole(path: Path) -> bytes | None:
    """Return the file's bytes; None where it cannot be read, of which its header's reader says more."""
    try:
        with path.open("rb", buffering=0) as file:
            return file.read()
    except OSError:
        return None


def _place_bytes(data: bytes, name: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    if not data:
        raise SourceError("there are no bytes in it")
    details = _header(data)
    digest = hashlib.sha256(data).hexdigest()
    suffix = Path(name).suffix.lower()
    if not (suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 6):
        suffix = _SUFFIXES.get(details["codec"], ".wav" if details["codec"].startswith("pcm") else ".audio")
    source = f"{SOURCES_FOLDER}/{digest[:2]}/{digest}{suffix}"
    keep_bytes(folder / source, data)
    place = {"source": source, "bytes_sha256": digest, "n_bytes": len(data), "copied": True}
    return place, details


def _header(source: Path | bytes, *, data: bytes | None = None) -> dict[str, Any]:
    probe = audio.probe(source, data=data)
    return {
        "duration_s": probe.duration_s,
        "sample_rate_hz": probe.sample_rate_hz,
        "n_channels": probe.n_channels,
        "codec": probe.codec,
    }


def file_sha256(path: Path) -> str:
    """Return the sha256 of the file's bytes, read once, in pieces."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` unless it is there; it is whole and on disk, or not there at all.

    Raises:
        DiskFullError: There is no room for it.
    """
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as e:
        if e.errno in _NO_SPACE_ERRNOS:
            raise DiskFullError("no room to copy audio into the project", value=path.parent) from e
        raise
    finally:
        Path(name).unlink(missing_ok=True)


def wav_bytes(samples: object, rate_hz: object) -> bytes:
    """Return an array of sound as a WAV file that holds exactly its values.

    16-bit where the values allow it, else 32-bit float. The same array gives the same bytes on any machine,
    so that it is known when it is added again.

    Args:
        samples: Float (-1..1) or int16; [n_samples], [n_channels, n_samples] or [n_samples, n_channels].
        rate_hz: Samples per second.

    Raises:
        SourceError: Not such an array, empty, or with NaN or infinite samples.
    """
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, int | np.integer) or not 0 < rate_hz <= 768_000:
        raise SourceError("bad sampling rate", value=rate_hz, allowed="whole Hz, 1 to 768000")
    frames = _frames(samples)
    scaled = frames * 32_768.0
    buffer = io.BytesIO()
    if np.array_equal(scaled, np.rint(scaled)) and scaled.min() >= -32_768 and scaled.max() <= 32_767:
        with wave.open(buffer, "wb") as writer:
            writer.setnchannels(frames.shape[1])
            writer.setsampwidth(2)
            writer.setframerate(int(rate_hz))
            writer.writeframes(scaled.astype("<i2").tobytes())
        return buffer.getvalue()
    return _float_wav(frames.astype("<f4"), int(rate_hz))


def _frames(samples: object) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(samples)
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as e:
        raise SourceError("the audio array does not hold numbers", value=type(samples).__name__) from e
    if array.ndim not in (1, 2) or array.size == 0:
        raise SourceError("the audio array has a wrong shape", value=array.shape, allowed="[n_samples], 2-D")
    if not np.isfinite(numbers).all():
        raise SourceError("the audio array holds NaN or infinite samples")
    if array.dtype == np.int16:
        numbers = numbers / 32_768.0
    elif array.dtype.kind != "f" and not isinstance(samples, list | tuple):
        raise SourceError("the audio array has a wrong type", value=array.dtype, allowed="float or int16")
    if numbers.ndim == 1:
        numbers = numbers[:, np.newaxis]
    elif numbers.shape[0] <= MAX_CHANNELS < numbers.shape[1] or numbers.shape[0] < numbers.shape[1]:
        numbers = numbers.T
    if numbers.shape[1] > MAX_CHANNELS:
        raise SourceError("the audio array has too many channels", value=numbers.shape[1])
    return numbers


def _float_wav(frames: np.ndarray[Any, Any], rate_hz: int) -> bytes:
    n_frames, n_channels = frames.shape
    # libsndfile stamps the time of writing into float WAVs, which would give each call another hash.
    layout = struct.pack("<HHIIHHH", 3, n_channels, rate_hz, rate_hz * n_channels * 4, n_channels * 4, 32, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout
    body += b"fact" + struct.pack("<II", 4, n_frames)
    body += b"data" + struct.pack("<I", frames.nbytes) + frames.tobytes()
    return b"RIFF" + struct.pack("<I", len(body)) + body


def local_path(name: str) -> Path:
    """Return ``name`` as a path, ``~`` filled in.

    Raises:
        SourceError: It is empty, holds U+0000, or starts with the home of an unknown user.
    """
    if not name or "\0" in name:
        raise SourceError("not a path", value=name)
    try:
        return Path(name).expanduser()
    except RuntimeError as e:
        raise SourceError("nobody of that name has a home here", value=printable(name)) from e


def printable(name: str) -> str:
    """Return ``name`` with what cannot be stored or shown escaped."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
