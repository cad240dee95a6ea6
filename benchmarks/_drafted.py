"""Clips of many speakers with their accents, what was said, and what a small model makes of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from _speech import RATE_HZ, read_sound, turns

from labwidgets.asr.drafting import load_drafter, transcribed, voice_model
from labwidgets.asr.sources import resolve
from labwidgets.records import Samples, Transcription

PARTS = {
    "read_en_small": "tiny.en",
    "speechocean_subset": "tiny.en",
    "conversation_2spk": "tiny.en",
    "ami_pyannote": "tiny.en",
    "fsdd": "tiny.en",
    "hindi_mannkibaat": "base",
    "multilingual_small": "base",
}
"""Folders of ``shared/speech`` and the embedded model that fits them. The texts of ``alnum_accents`` are no
part: they are prompts, not what was said."""

_EVERY = {"fsdd": 5}
"""Of clips that are all alike, each so many."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A clip: who says it, in which accent, what was said, and the draft with its words' confidences."""

    part: str
    speaker: str
    accent: str
    duration_s: float
    text: str
    draft: str
    confidence: float | None
    words: tuple[float, ...]
    alarms: tuple[str, ...]

    @property
    def language(self) -> str:
        """BCP-47, as far as the table tells."""
        return language_of(self.part, self.accent)


class Writer:
    """An embedded model that writes drafts as a project has them: with their alarms."""

    def __init__(self, model: str) -> None:
        self._drafter = load_drafter(resolve(model, "en", None))
        self._voice = voice_model()

    def __call__(self, samples: Samples, *, language: str) -> Transcription:
        """Return the draft of a clip, float32[n_samples], mono, 16 kHz; ``language``: BCP-47."""
        return transcribed(self._drafter, samples, language=language, voice=self._voice)


def language_of(part: str, accent: str) -> str:
    """Return the language of a clip; the table has it in the column of accents."""
    return accent.split(" ", 1)[0] if PARTS[part] == "base" else "en"


def drafted(folder: Path, cache: Path) -> list[Drafted]:
    """Return the clips of ``folder`` with their drafts; each is drafted once and kept in ``cache``."""
    lines = cache.read_text(encoding="utf-8").splitlines() if cache.exists() else []
    known = {row["clip"] for row in map(json.loads, lines)}
    with cache.open("a", encoding="utf-8") as file:
        for row in _drafts(folder, known):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
    rows = [json.loads(line) for line in cache.read_text(encoding="utf-8").splitlines()]
    names = ("words", "alarms")
    return [
        Drafted(
            **{key: tuple(value) if key in names else value for key, value in row.items() if key != "clip"}
        )
        for row in rows
    ]


def _drafts(folder: Path, known: set[str]) -> Iterator[dict[str, object]]:
    writers: dict[str, Writer] = {}
    for part, model in PARTS.items():
        for clip, row, span in _clips(folder / part, _EVERY.get(part, 1)):
            if clip in known:
                continue
            if model not in writers:
                writers[model] = Writer(model)
            samples = read_sound(folder / part / row["file"])
            if span is not None:
                samples = samples[round(span[0] * RATE_HZ) : round(span[1] * RATE_HZ)]
            accent = row["accent_language"]
            said = writers[model](samples, language=language_of(part, accent))
            yield {
                "clip": clip,
                "part": part,
                "speaker": row["speaker"],
                "accent": accent,
                "duration_s": len(samples) / RATE_HZ,
                "text": row["text"],
                "draft": said.text,
                "confidence": said.confidence,
                "words": [word.confidence for word in said.words if word.confidence is not None],
                "alarms": list(said.alarms),
            }


def _clips(folder: Path, every: int) -> Iterator[tuple[str, dict[str, str], tuple[float, float] | None]]:
    table = folder / "transcripts.tsv"
    if not table.exists():
        return
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))[::every]
    for row in rows:
        path = folder / row["file"]
        some = list(turns(path))
        for start_s, end_s, text in some:
            clip = f"{folder.name}/{row['file']}@{start_s:g}"
            yield clip, {**row, "text": text}, (start_s, end_s)
        if not some and row["text"]:
            yield f"{folder.name}/{row['file']}", row, None
