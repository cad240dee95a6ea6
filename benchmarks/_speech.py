"""Clips of English speech with what was said, out of folders as people publish them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE_HZ = 16_000
_ENGLISH = re.compile(r"en\b|.*english|[A-Z]{3}/", re.IGNORECASE)
_INTERVAL = re.compile(r'xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = "([^"]*)"')
_PROMPTS = "alnum_accents"
"""Its texts are what people were shown, digits and names to spell, not what they said."""


@dataclass(frozen=True, slots=True)
class Clip:
    """``samples``: float32[n_samples], mono, 16 kHz; ``part``: the folder that it comes from."""

    part: str
    samples: np.ndarray
    text: str


def read_sound(path: Path) -> np.ndarray:
    """Return a file's sound as float32[n_samples], mono, 16 kHz; ``.raw`` is 16-bit at that rate."""
    if path.suffix == ".raw":
        samples, rate_hz = np.fromfile(path, dtype="<i2").astype(np.float32) / 32768, RATE_HZ
    else:
        samples, rate_hz = soundfile.read(path, dtype="float32")
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    return soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)


def english_clips(folder: Path) -> list[Clip]:
    """Return the clips of a sample, of a folder with ``transcripts.tsv``, or of a folder of such.

    Recordings of a conversation are cut into the turns that a table, an STM file or a TextGrid lists.
    """
    if (folder / "metadata.csv").exists():
        return [
            Clip(folder.name, read_sound(folder / row["file_name"]), row["text"])
            for row in _rows(folder / "metadata.csv", delimiter=",")
            if row["language"] == "en"
        ]
    folders = [folder] if (folder / "transcripts.tsv").exists() else sorted(folder.iterdir())
    found = (clip for part in folders if part.name != _PROMPTS for clip in _part(part))
    return [clip for clip in found if clip.text.strip()]


def _part(folder: Path) -> Iterator[Clip]:
    table = folder / "transcripts.tsv"
    for row in _rows(table, delimiter="\t") if table.exists() else []:
        path = folder / row["file"]
        some = list(turns(path))
        if some:
            sound = read_sound(path)
            for start_s, end_s, text in some:
                yield Clip(folder.name, sound[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)], text)
        elif row["text"] and _ENGLISH.match(row["accent_language"]):
            yield Clip(folder.name, read_sound(path), row["text"])


def turns(path: Path) -> Iterator[tuple[float, float, str]]:
    table, stm, grid = (path.with_suffix(ending) for ending in (".segments.tsv", ".stm", ".TextGrid"))
    if table.exists():
        for row in _rows(table, delimiter="\t"):
            yield float(row["start"]), float(row["end"]), row["text"]
    elif stm.exists():
        for line in stm.read_text(encoding="utf-8").splitlines():
            fields = line.split(None, 5)
            yield float(fields[3]), float(fields[4]), fields[5]
    elif grid.exists():
        for start_s, end_s, text in _INTERVAL.findall(grid.read_text(encoding="utf-8")):
            yield float(start_s), float(end_s), text


def _rows(path: Path, *, delimiter: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
