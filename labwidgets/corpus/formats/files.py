"""Files of text, in and out: encodings, sizes, and that a file is there whole or not at all."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labwidgets.corpus.formats.carrying import Format, Layout, Reading, Spans, stem
from labwidgets.errors import SourceError
from labwidgets.records import Refusal, TranscribedSpan, Transcript

BROKEN = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
"""What one entry of a file can raise that is not as its format says."""

MOST_BYTES = 2 * 1024**3

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path, *, encoding: str | None = None) -> str:
    """Return the text of a file; ``.gz`` is unpacked.

    Args:
        path: A regular file.
        encoding: Its encoding; default: what its byte order mark says, else UTF-8.

    Raises:
        SourceError: No such file, too large, or not in that encoding.
    """
    data = read_bytes(path)
    try:
        text = data.decode(encoding or _encoding(data))
    except LookupError as e:
        raise SourceError("no such encoding", value=encoding, allowed="utf-8, latin-1, cp1252 …") from e
    except UnicodeDecodeError as e:
        raise SourceError(
            f"the file is not in {encoding or 'UTF-8'}",
            value=path,
            remedy="Name its encoding, such as latin-1 or cp1252, or save it as UTF-8",
        ) from e
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file; ``.gz`` is unpacked.

    Raises:
        SourceError: It is none, cannot be read, or is too large.
    """
    if path.exists() and not path.is_file():
        # A pipe would be waited for, a device read without end.
        raise SourceError("not a regular file", value=path)
    opened: Callable[..., Any] = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as file:
            data: bytes = file.read(MOST_BYTES + 1)
    except FileNotFoundError as e:
        raise SourceError("no such file", value=path) from e
    except (OSError, EOFError, zlib.error) as e:
        raise SourceError(f"the file cannot be read ({e})", value=path) from e
    if len(data) > MOST_BYTES:
        raise SourceError("the file is too large", value=path, allowed=f"{MOST_BYTES} bytes")
    return data


def _encoding(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    # Without a mark, text in two bytes a letter shows by its zeros.
    head = data[:2000]
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) >= 4 and zeros.count(0) > 0.4 * len(zeros):
            return name
    return "utf-8"


def json_of(content: str, name: str) -> Any:
    """Return the JSON value of a file's text.

    Raises:
        SourceError: It is none.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as e:
        raise SourceError("the file is no JSON", value=name, remedy=str(e)) from e


def json_lines(content: str, name: str) -> Iterator[tuple[str, Mapping[str, Any] | Refusal]]:
    """Yield the place and the object of each line; a Refusal where it holds none."""
    # Other separators than the line feed may stand inside a text.
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as e:
            yield place, Refusal(place, f"no JSON: {e}")
            continue
        yield place, value if isinstance(value, dict) else Refusal(place, "the line is not a JSON object")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return JSON with every script as it is written."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file, whole or not at all; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp makes files that nobody else may read.
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a file of text, packed where it ends with ``.gz``; returns its path."""
    data = text.encode()
    return write_bytes(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def text_format(  # noqa: PLR0913 - what makes up a format
    name: str,
    endings: tuple[str, ...],
    *,
    parse: Callable[[str, str, str], Transcript],
    render: Callable[[Spans], str],
    fit: Callable[[Spans], list[TranscribedSpan | None]],
    layout: Layout = "file",
) -> Format:
    """Return a format of one text.

    Args:
        name: Its id.
        endings: Of its files.
        parse: Given the text, the file's name (for refusals) and the name of the recording that it is about,
            returns what it holds.
        render: Returns the text of spans.
        fit: See ``Format``.
        layout: Whether a file can hold several recordings.
    """

    def read(path: Path, how: Reading) -> Transcript:
        content = read_text(path, encoding=how.encoding)
        return parse(content, path.name, how.audio or about(path))

    def write(spans: Spans, path: Path) -> list[Path]:
        return [write_text(path, render(spans))]

    return Format(name, endings, layout, read, write, fit)


def about(path: Path) -> str:
    """Return the name of the recording that a file is about, where nothing says it: its own."""
    name = path.name.removesuffix(".gz")
    return name[: -len(".textgrid")] if name.lower().endswith(".textgrid") else stem(name)


def require(transcript: Transcript, name: str) -> Transcript:
    """Return the transcript, sure that it holds something.

    Raises:
        SourceError: It holds nothing.
    """
    if not transcript.spans:
        first = next(iter(transcript.refused), None)
        why = f"{first.source}: {first.reason}" if first else "The file is empty"
        raise SourceError("nothing in the file can be read", value=name, remedy=why)
    return transcript
