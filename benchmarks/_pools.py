"""Pools of real drafts with their errors, for the benchmark of decisions.

Earnings-21: drafts of six recognisers over three calls, cut into utterances where the reference ends a
sentence or changes speaker; the score of a draft is how far other recognisers said the same. Clips: drafts
by tiny.en with its own confidences.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _speech import Clip, english_clips
from scoring_sets import SYSTEMS, nlp_rows

from labwidgets.analysis.decision.scores import agreement
from labwidgets.analysis.scoring import score
from labwidgets.text import normalisation

_FILLERS = {"uh", "um", "mm", "hmm", "mhm", "er", "ah", "eh"}
_LONG, _LONGEST = 15, 30


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts of one model: errors, words of the reference, words of the draft, score and sound, one each."""

    name: str
    edits: np.ndarray
    words: np.ndarray
    drafted: np.ndarray
    scores: np.ndarray
    minutes: np.ndarray

    @property
    def wer(self) -> float:
        """Of all of them."""
        return float(self.edits.sum() / self.words.sum())


def earnings(folder: Path) -> dict[str, Drafts]:
    """Return the drafts of each recogniser but the worst, scored by agreement with three others."""
    references: list[str] = []
    heard: dict[str, list[str]] = {name: [] for name in SYSTEMS if name != "kaldi.org"}
    minutes: list[float] = []
    for path in sorted((folder / "transcripts/nlp_references").glob("*.nlp")):
        rows = nlp_rows(path)
        ends = _ends(rows)
        wordings = json.loads((folder / f"transcripts/normalizations/{path.stem}.norm.json").read_text())
        references += [
            _plain(_accepted(rows[first:last], wordings)) for first, last in itertools.pairwise([0, *ends])
        ]
        length = {row["file_id"]: float(row["audio_length"]) for row in _calls(folder)}[path.stem]
        sizes = np.diff([0, *ends])
        minutes += (length / 60 * sizes / sizes.sum()).tolist()
        for name in heard:
            said = " ".join(row["token"] for row in nlp_rows(folder / "output" / SYSTEMS[name] / path.name))
            heard[name] += _cut([row["token"] for row in rows], ends, said)
    return {name: _by_agreement(name, references, heard, np.array(minutes)) for name in heard}


def _calls(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "eval10-file-metadata.csv").read_text().splitlines()
    names = lines[0].split(",")
    return [dict(zip(names, line.split(","), strict=False)) for line in lines[1:]]


def _ends(rows: list[dict[str, str]]) -> list[int]:
    """Return where utterances end: at a sentence, a change of speaker, or when they get long."""
    ends, last = [], 0
    for place, row in enumerate(rows, 1):
        n, mark = place - last, row["punctuation"]
        is_other = place == len(rows) or rows[place]["speaker"] != row["speaker"]
        if is_other or n >= _LONGEST or (mark and (n >= _LONG or (mark in ".?!" and n >= 4))):
            ends.append(place)
            last = place
    return ends


def _accepted(rows: list[dict[str, str]], wordings: dict[str, dict[str, list[dict[str, list[str]]]]]) -> str:
    """Return an utterance, each entity with its spoken forms as alternatives."""
    parts = []
    for tags, some in itertools.groupby(rows, key=lambda row: row["wer_tags"]):
        words = " ".join(row["token"] for row in some)
        found = [wordings.get(tag, {}).get("candidates", []) for tag in json.loads(tags.replace("'", '"'))]
        forms = dict.fromkeys([words, *(" ".join(one["verbalization"]) for some in found for one in some)])
        shown = " / ".join(form.replace("/", " ") for form in forms)
        parts.append(words if len(forms) == 1 else f"{{ {shown} }}")
    return " ".join(parts)


def _plain(text: str) -> str:
    return " ".join(word for word in text.split() if word.lower().strip(".,") not in _FILLERS)


def _cut(tokens: list[str], ends: list[int], said: str) -> list[str]:
    """Return what was said in each utterance, cut by aligning the whole call."""
    spell = normalisation("basic")
    n_words = np.cumsum([0, *(len(spell(token).split()) for token in tokens)])
    bounds = n_words[ends]
    parts: list[list[str]] = [[] for _ in ends]
    n_seen, part = 0, 0
    for step in next(iter(score([" ".join(tokens)], [said]))).alignment:
        if step.hypothesis is not None:
            parts[min(part, len(parts) - 1)].append(step.hypothesis)
        n_seen += step.reference is not None
        while part < len(bounds) and n_seen >= bounds[part]:
            part += 1
    return [_plain(" ".join(words)) for words in parts]


def _by_agreement(
    name: str, references: list[str], heard: dict[str, list[str]], minutes: np.ndarray
) -> Drafts:
    others = [texts for other, texts in heard.items() if other != name][:3]
    found = score(references, heard[name])
    scores = [agreement(text, rest) for text, *rest in zip(heard[name], *others, strict=True)]
    drafted = np.array([len(text.split()) for text in heard[name]])
    keep = found.lengths > 0
    return Drafts(
        name, found.edits[keep], found.lengths[keep], drafted[keep], np.array(scores)[keep], minutes[keep]
    )


def clips(folder: Path, cache: Path) -> Drafts:
    """Return drafts of English clips by tiny.en; each is drafted once and kept, a line a clip."""
    known = cache.read_text(encoding="utf-8").splitlines() if cache.exists() else []
    found = english_clips(folder)
    if len(known) < len(found):
        with cache.open("a", encoding="utf-8") as file:
            for row in _drafted(found[len(known) :]):
                file.write(json.dumps(row) + "\n")
                file.flush()
    rows = [json.loads(line) for line in cache.read_text(encoding="utf-8").splitlines()]
    counted = score([row["text"] for row in rows], [row["draft"] for row in rows])
    drafted = np.array([len(row["draft"].split()) for row in rows])
    keep = counted.lengths > 0
    scores, minutes = (np.array([row[name] for row in rows]) for name in ("confidence", "minutes"))
    return Drafts(
        "tiny.en", counted.edits[keep], counted.lengths[keep], drafted[keep], scores[keep], minutes[keep]
    )


def _drafted(some: list[Clip]) -> Iterator[dict[str, object]]:
    from _drafted import Writer

    write = Writer("tiny.en")
    for clip in some:
        said = write(clip.samples, language="en")
        yield {
            "text": clip.text,
            "draft": said.text,
            "confidence": -1.0 if said.confidence is None or said.alarms else said.confidence,
            "minutes": len(clip.samples) / 16_000 / 60,
            "part": clip.part,
            "alarms": list(said.alarms),
            "words": [word.confidence for word in said.words if word.confidence is not None],
        }
