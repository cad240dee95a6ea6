"""All formats by name, which of them a file is in, and the checks that everything passes which is read."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from labwidgets.corpus.columns import checked_text, json_value
from labwidgets.corpus.formats.carrying import Format, Reading
from labwidgets.corpus.formats.files import require
from labwidgets.corpus.formats.sniffing import guess
from labwidgets.errors import SourceError
from labwidgets.records import Refusal, TranscribedSpan, Transcript, Word

_HERE = "labwidgets.corpus.formats"
_PLACES: Mapping[str, tuple[str, str]] = {
    "nemo": ("nemo", "FORMAT"),
    "srt": ("srt", "FORMAT"),
    "vtt": ("vtt", "FORMAT"),
    "ctm": ("ctm", "FORMAT"),
    "stm": ("stm", "FORMAT"),
    "trn": ("trn", "FORMAT"),
    "csv": ("tables", "CSV"),
    "tsv": ("tables", "TSV"),
    "spreadsheet": ("tables", "SPREADSHEET"),
    "jsonl": ("jsonl", "FORMAT"),
    "textgrid": ("textgrid", "FORMAT"),
    "eaf": ("eaf", "FORMAT"),
    "labelstudio": ("labelstudio", "FORMAT"),
    "gecko": ("gecko", "FORMAT"),
    "kaldi": ("kaldi", "FORMAT"),
    "lhotse": ("lhotse", "FORMAT"),
    "commonvoice": ("commonvoice", "FORMAT"),
    "audiofolder": ("clips", "FORMAT"),
    "parquet": ("parquet", "FORMAT"),
    "whisper": ("whisper", "FORMAT"),
    "whisperx": ("whisperx", "FORMAT"),
}
"""Module and name of each, loaded when it is first used."""

FORMATS = tuple(_PLACES)
"""Ids of all formats."""


def format_of(name: str) -> Format:
    """Return a format by its id.

    Raises:
        SourceError: There is none of that id.
    """
    if name not in _PLACES:
        raise SourceError("no such format", value=name, allowed=", ".join(FORMATS))
    module, attribute = _PLACES[name]
    found: Format = getattr(importlib.import_module(f"{_HERE}.{module}"), attribute)
    return found


def read_transcript(path: Path, name: str | None = None, *, how: Reading | None = None) -> Transcript:
    """Return what a file or folder of transcripts holds.

    A folder is read file by file where its format has one file for each recording.

    Args:
        path: File or folder.
        name: Id of its format; default: by its ending and its first lines.
        how: See ``Reading``.

    Raises:
        SourceError: It is not there, its format cannot be told, or nothing of it can be read.
    """
    if not path.exists():
        raise SourceError("no such file or folder", value=path)
    chosen = format_of(name or guess(path))
    how = how or Reading()
    if path.is_dir() and not chosen.reads_folders:
        return require(_merged([chosen.read(file, how) for file in _files(path, chosen)]), str(path))
    return require(_merged([chosen.read(path, how)]), str(path))


def _files(folder: Path, chosen: Format) -> list[Path]:
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.name.lower().endswith(tuple(map(str.lower, chosen.endings))) and path.is_file()
    )
    if not found:
        raise SourceError(
            f"no {chosen.name} files in the folder", value=folder, allowed=" ".join(chosen.endings)
        )
    outside = [path for path in found if not path.resolve().is_relative_to(folder.resolve())]
    if outside:
        raise SourceError("a file lies outside its folder", value=outside[0], remedy="Take the link away")
    return found


def _merged(parts: list[Transcript]) -> Transcript:
    spans: list[TranscribedSpan] = []
    refused = [item for part in parts for item in part.refused]
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    n_words = 0
    for number, span in enumerate((span for part in parts for span in part.spans), start=1):
        try:
            good = _checked(span)
        except SourceError as e:
            refused.append(Refusal(f"segment {number} of {span.audio.name[:80]!a}", str(e)))
            continue
        n_words += len(span.words) - len(good.words)
        spans.append(good)
    if n_words:
        notes[f"{n_words} words without proper times left without any"] = None
    return Transcript(tuple(spans), tuple(refused), tuple(notes))


def _checked(span: TranscribedSpan) -> TranscribedSpan:
    """Return the span as it can be kept.

    Raises:
        SourceError: Its times are in no order, or a text of it cannot be kept.
    """
    for text in _texts(span):
        checked_text(text)
    for time_s in (span.start_s, span.end_s, span.audio.duration_s):
        if time_s is not None and not (math.isfinite(time_s) and time_s >= 0):
            raise SourceError("a time is no number of seconds from the start", value=time_s)
    if span.end_s is not None and span.end_s < (span.start_s or 0.0):
        raise SourceError("the end lies before the start", value=f"{span.start_s} to {span.end_s} s")
    words = tuple(word for word in span.words if _is_timed(word))
    return replace(span, words=words, metadata={k: json_value(v) for k, v in span.metadata.items()})


def _texts(span: TranscribedSpan) -> Iterator[str]:
    yield span.audio.name
    optional = (span.text, span.id, span.speaker, span.language, span.accent, span.licence)
    yield from (text for text in optional if text is not None)
    yield from (part for pair in span.layers.items() for part in pair)
    yield from (word.text for word in span.words)
    yield from span.flags


def _is_timed(word: Word) -> bool:
    return math.isfinite(word.start_s) and math.isfinite(word.end_s) and word.end_s >= word.start_s
