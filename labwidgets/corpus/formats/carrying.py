"""What a format can hold of a span, and the report of what it cannot.

Each format says by its ``fit`` what is left of a span. The report is the difference between a span and what
is left of it; that reading a file back gives just what ``fit`` said is what the formats are tested for.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from labwidgets.records import AudioRef, Loss, TranscribedSpan, Transcript, Word
from labwidgets.timeline import round_half_up

Spans = Sequence[TranscribedSpan]
Layout = Literal["file", "file-each", "folder"]
"""How it is written: one file, one file for each recording, or a folder with files of set names."""

_EXAMPLE = 60
_AUDIO = ("duration_s", "sample_rate_hz", "n_channels")
_PLAIN = tuple(
    one.name
    for one in fields(TranscribedSpan)
    if one.name not in ("audio", "layers", "words", "flags", "metadata")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read.

    Attributes:
        encoding: Of its text; default: UTF-8, or what its byte order mark says.
        audio: Name of the recording that it is about, where the file does not say; default: its own name.
        columns: Field to column, where the format has columns.
    """

    encoding: str | None = None
    audio: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of transcripts.

    Attributes:
        name: Its id.
        endings: Of its files, the one to write first.
        layout: How many files hold it.
        read: Returns what a file (or folder) holds.
        write: Writes spans, which were fitted before; returns the files.
        fit: Returns what the format can hold of each span; None for a span that it cannot hold at all.
        more: Returns what of fitted spans is lost when they are written, which no single span shows.
        reads_folders: Whether ``read`` takes a folder, too.
        needs_sound: Whether it cannot do without the length and rate of each recording.
    """

    name: str
    endings: tuple[str, ...]
    layout: Layout
    read: Callable[[Path, Reading], Transcript]
    write: Callable[[Spans, Path], Sequence[Path]]
    fit: Callable[[Spans], list[TranscribedSpan | None]]
    more: Callable[[Spans], tuple[Loss, ...]] = lambda _spans: ()
    reads_folders: bool = False
    needs_sound: bool = False


def folder_of(out: Path, target: Format) -> Path:
    """Return the folder that names of audio are relative to, when ``out`` is written."""
    is_folder = target.layout == "folder" or (target.layout == "file-each" and not out.suffix)
    return out if is_folder else out.parent


def beside(folder: Path, name: str) -> Path:
    """Return the path of a recording that is named from ``folder`` on, which need not exist yet."""
    return Path(os.path.normpath(folder / name))


# ---- what is left --------------------------------------------------------------------------------------


def seconds(value: float, *, decimals: int = 6) -> float:
    """Return a time as the format writes it; halves go up.

    >>> seconds(0.12345, decimals=3)
    0.123
    """
    scale: int = 10**decimals
    return round_half_up(value * scale) / scale


def decimal(value: float, *, decimals: int = 6) -> str:
    """Return seconds as text without a tail of zeros, never in powers of ten.

    >>> decimal(1.5), decimal(2.0), decimal(0.000001)
    ('1.5', '2', '0.000001')
    """
    text = f"{seconds(value, decimals=decimals):.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def only(span: TranscribedSpan, *names: str, decimals: int = 6) -> TranscribedSpan:
    """Return the span with the fields ``names`` alone, its times as the format writes them.

    ``duration_s``, ``sample_rate_hz`` and ``n_channels`` name what is known of the recording.
    """
    audio = AudioRef(span.audio.name, **{name: getattr(span.audio, name) for name in _AUDIO if name in names})
    kept = TranscribedSpan(
        audio, **{name: getattr(span, name) for name in names if name not in ("audio", *_AUDIO)}
    )
    start_s, end_s = (
        None if time is None else seconds(time, decimals=decimals) for time in (kept.start_s, kept.end_s)
    )
    return replace(kept, start_s=start_s, end_s=end_s)


def placed(span: TranscribedSpan) -> TranscribedSpan | None:
    """Return the span with a start and an end, those of the whole recording where it has none.

    None where the end cannot be known, or is not behind the start.
    """
    start_s = span.start_s or 0.0
    end_s = span.audio.duration_s if span.end_s is None else span.end_s
    if end_s is None or end_s < start_s or start_s < 0:
        return None
    return replace(span, start_s=start_s, end_s=end_s)


def throughout(spans: Spans, name: str) -> dict[str, str | None]:
    """Return the value of a field by recording, of those where all spans that have a place agree on it."""
    said: dict[str, set[str | None]] = {}
    for span in spans:
        if placed(span) is not None:
            said.setdefault(span.audio.name, set()).add(getattr(span, name) or None)
    return {audio: next(iter(values)) for audio, values in said.items() if len(values) == 1}


def stem(name: str) -> str:
    """Return the name of a recording without its folders and its ending of letters.

    >>> stem("audio/a.b.wav"), stem("sample"), stem("mr. x"), stem("s3://bucket/a.flac")
    ('a.b', 'sample', 'mr. x', 'a')
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"\.[A-Za-z][A-Za-z0-9]{1,4}$", "", last) or last or name


def token(text: str) -> str:
    """Return text as one word of a line: white space becomes ``_``.

    >>> token(" Mr  Smith ")
    'Mr_Smith'
    """
    return "_".join(text.split())


def one_line(text: str) -> str:
    """Return text with single spaces for all its white space."""
    return " ".join(text.split())


def unique(wanted: Sequence[str | None], *, prefix: str, taken: Iterable[str] = ()) -> list[str]:
    """Return ids, no two the same: those wanted the first time, else the prefix and a number.

    >>> unique(["x", None, "x", "a3"], prefix="a")
    ['x', 'a2', 'a4', 'a3']
    """
    given, asked = set(taken), {name for name in wanted if name}
    ids: list[str] = []
    for number, name in enumerate(wanted, start=1):
        chosen = name
        while not chosen or chosen in given:
            chosen = f"{prefix}{number}"
            number += 1  # noqa: PLW2901 - on to the next free one
            chosen = None if chosen in asked else chosen
        given.add(chosen)
        ids.append(chosen)
    return ids


def moved(words: Iterable[Word], by_s: float) -> tuple[Word, ...]:
    """Return words with their times moved, in whole microseconds.

    >>> moved([Word("a", 0.25, 0.5)], 1.0)[0].start_s
    1.25
    """
    return tuple(
        replace(word, start_s=seconds(word.start_s + by_s), end_s=seconds(word.end_s + by_s))
        for word in words
    )


# ---- what is lost --------------------------------------------------------------------------------------


def losses(spans: Spans, fitted: Sequence[TranscribedSpan | None]) -> tuple[Loss, ...]:
    """Return what is not left of ``spans`` in ``fitted``, which is as long."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for span, left in zip(spans, fitted, strict=True):
        for name, example in _lost(span, left):
            counts[name] += 1
            examples.setdefault(name, example)
    return tuple(Loss(name, count, examples[name]) for name, count in counts.items())


def _lost(span: TranscribedSpan, left: TranscribedSpan | None) -> Iterator[tuple[str, str]]:
    if left is None:
        yield "segment", _shown(span.id or f"{span.audio.name} at {span.start_s or 0:g} s")
        return
    if span.audio.name != left.audio.name:
        yield "audio", _change(span.audio.name, left.audio.name)
    for name in _AUDIO:
        yield from _changed(name, getattr(span.audio, name), getattr(left.audio, name))
    for name in _PLAIN:
        yield from _changed(name, getattr(span, name), getattr(left, name))
    for name, text in span.layers.items():
        yield from _changed(f"layers.{name}", text, left.layers.get(name))
    for flag in span.flags:
        if flag not in left.flags:
            yield "flags", _shown(flag)
    for name, value in span.metadata.items():
        yield from _changed(f"metadata.{name}", value, left.metadata.get(name))
    yield from _lost_words(span.words, left.words)


def _lost_words(words: Sequence[Word], left: Sequence[Word]) -> Iterator[tuple[str, str]]:
    if len(words) != len(left):
        for word in words[len(left) :]:
            yield "words", _shown(f"{word.text} at {word.start_s:g} s")
        return
    for word, other in zip(words, left, strict=True):
        for name in ("text", "start_s", "end_s", "confidence"):
            yield from _changed(f"words.{name}", getattr(word, name), getattr(other, name))
        if word.estimated and not other.estimated:
            yield "words.estimated", "that a time was estimated"


def _changed(name: str, old: object, new: object) -> Iterator[tuple[str, str]]:
    # A number that is kept as its text is not lost.
    if old is not None and old != new and _text(old) != _text(new):
        yield name, _change(old, new)


def _change(old: object, new: object) -> str:
    return _shown(old) if new in (None, "") else f"{_shown(old)} → {_shown(new)}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: Any) -> str:
    text = one_line(_text(value))
    return text if len(text) <= _EXAMPLE else f"{text[: _EXAMPLE - 1]}…"
