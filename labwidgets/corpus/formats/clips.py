"""An audiofolder: ``metadata.jsonl`` beside clips of sound, as ``datasets`` reads it.

Holds everything but where in a longer recording a clip lay: a span that is a part of one is cut out as a FLAC
file, its words with it. Reading goes through ``audiofolder``.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from labwidgets import audio
from labwidgets.corpus.formats.audiofolder import FILE_COLUMN, find_metadata, inside, read_metadata
from labwidgets.corpus.formats.carrying import (
    Format,
    Reading,
    Spans,
    beside,
    placed,
    seconds,
    stem,
    token,
    unique,
)
from labwidgets.corpus.formats.files import json_text, write_bytes, write_text
from labwidgets.corpus.formats.rows import OWN, Names, everything, row_of, transcript_of
from labwidgets.errors import AudioError, SourceError
from labwidgets.records import AudioRef, Loss, Refusal, Samples, TranscribedSpan, Transcript
from labwidgets.timeline import to_samples

CLIPS, METADATA = "audio", "metadata.jsonl"
NAMES = Names({**OWN.columns, "audio": FILE_COLUMN})


def read(path: Path, how: Reading) -> Transcript:
    """Return what the metadata files of a folder list.

    Raises:
        SourceError: There is none, or none of it can be read.
    """
    files = find_metadata(path) if path.is_dir() else [path]
    if not files:
        raise SourceError("no metadata in the folder", value=path, allowed="metadata.csv, .jsonl or .parquet")
    folder = path if path.is_dir() else path.parent
    rows = [(place, _row(file.parent, folder, row)) for file in files for place, row in read_metadata(file)]
    return transcript_of(rows, str(path), how, usual=NAMES)


def _row(parent: Path, folder: Path, row: Mapping[str, object] | Refusal) -> Mapping[str, object] | Refusal:
    """Return a row, its file named from the folder on."""
    name = None if isinstance(row, Refusal) else row.get(FILE_COLUMN)
    if isinstance(row, Refusal) or not isinstance(name, str):
        return row
    try:
        return {**row, FILE_COLUMN: inside(parent, name).relative_to(folder).as_posix()}
    except (SourceError, OSError, ValueError) as e:
        return Refusal(name, str(e))


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Copy or cut the clips into ``path`` and write their metadata; each recording is decoded once.

    Raises:
        SourceError: A recording is not here, or cannot be read.
    """
    if path.exists() and any(path.iterdir()):
        raise SourceError("not an empty folder", value=path, remedy="Choose a new one")
    names = _names(spans)
    sounds: dict[str, list[tuple[TranscribedSpan, str]]] = {}
    for span, name in zip(spans, names, strict=True):
        sounds.setdefault(span.audio.name, []).append((span, name))
    for source, some in sounds.items():
        _clips(beside(path, source), [(span, path / name) for span, name in some])
    rows = []
    for span, name in zip(spans, names, strict=True):
        rows.append(row_of(_alone(span, name), NAMES))
    written = write_text(path / METADATA, "".join(f"{json_text(row)}\n" for row in rows))
    return [*(path / name for name in names), written]


def _alone(span: TranscribedSpan, name: str) -> TranscribedSpan:
    """Return the span as a recording of its own."""
    if not _is_part(span):
        return replace(span, audio=replace(span.audio, name=name))
    length_s = seconds(_end(span) - (span.start_s or 0.0))
    ref = AudioRef(name, length_s, span.audio.sample_rate_hz)
    return replace(span, audio=ref, start_s=None, end_s=None, channel=None)


def _names(spans: Spans) -> list[str]:
    wanted = [token(span.id or stem(span.audio.name)).replace("/", "_").lstrip(".") for span in spans]
    endings = [".flac" if _is_part(span) else Path(span.audio.name).suffix for span in spans]
    return [
        f"{CLIPS}/{name}{ending}"
        for name, ending in zip(unique(wanted, prefix="clip-"), endings, strict=True)
    ]


def _is_part(span: TranscribedSpan) -> bool:
    return span.start_s is not None or span.channel is not None


@dataclass(slots=True)
class _Cut:
    """A clip that is being cut: from and up to which sample, of which channel, and what there is of it."""

    first: int
    last: int
    channel: int | None
    clip: Path
    parts: list[Samples] = field(default_factory=list)

    def take(self, block: Samples, at: int) -> None:
        """Take what is the clip's from a block that begins at sample ``at``."""
        part = block[max(0, self.first - at) : max(0, self.last - at)]
        if len(part):
            number = -1 if self.channel is None else self.channel
            is_one = 0 <= number < part.shape[1]
            self.parts.append(part[:, number : number + 1].copy() if is_one else part.copy())

    def write(self, rate_hz: int) -> None:
        """Write the clip."""
        sound = np.concatenate(self.parts) if self.parts else np.zeros((1, 1), np.float32)
        write_bytes(self.clip, audio.encode_flac(sound, rate_hz))


def _clips(source: Path, wanted: Sequence[tuple[TranscribedSpan, Path]]) -> None:
    if not source.is_file():
        raise SourceError("the recording of a segment is not here", value=source)
    for _, clip in (pair for pair in wanted if not _is_part(pair[0])):
        clip.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, clip)
    parts = [pair for pair in wanted if _is_part(pair[0])]
    try:
        _cut(source, parts)
    except AudioError as e:
        raise SourceError("the recording of a segment cannot be read", value=source, remedy=str(e)) from e


def _cut(source: Path, wanted: Sequence[tuple[TranscribedSpan, Path]]) -> None:
    """Write each clip as soon as its end is there: no more than the open ones are held."""
    if not wanted:
        return
    with audio.open_sound(source) as sound:
        rate_hz, at = sound.sample_rate_hz, 0
        cuts = [
            _Cut(
                to_samples(span.start_s or 0.0, rate_hz), to_samples(_end(span), rate_hz), span.channel, clip
            )
            for span, clip in wanted
        ]
        cuts.sort(key=lambda cut: cut.last)
        for block in sound:
            for cut in cuts:
                cut.take(block, at)
            at += len(block)
            while cuts and cuts[0].last <= at:
                cuts.pop(0).write(rate_hz)
        for cut in cuts:
            cut.write(rate_hz)


def _end(span: TranscribedSpan) -> float:
    return span.end_s if span.end_s is not None else span.audio.duration_s or 0.0


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span before it is cut out; None where its end is not known."""
    return [_fit(span) for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    whole_s = span.audio.duration_s
    if not span.start_s and (span.end_s is None or span.end_s == whole_s):
        return everything(replace(span, start_s=None, end_s=None))
    there = placed(span)
    return None if there is None or there.start_s == there.end_s else everything(there)


def _moved(spans: Spans) -> tuple[Loss, ...]:
    """Return the loss of where clips were cut from."""
    parts = [span for span in spans if _is_part(span)]
    if not parts:
        return ()
    first = parts[0]
    return (Loss("start_s", len(parts), f"{first.start_s or 0.0:g} s of {first.audio.name}, cut out"),)


FORMAT = Format("audiofolder", (METADATA,), "folder", read, write, fit, _moved, reads_folders=True)
