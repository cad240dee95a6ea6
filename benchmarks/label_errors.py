"""Precision at k of the suspects: references spoilt on purpose, held against other people's transcripts.

    python benchmarks/label_errors.py [FOLDER] [--listen]

FOLDER holds crowdspeech_text (github.com/pilot7747/VoxDIY, CC BY 4.0). A tenth of the true texts is spoilt in
eight ways (see labwidgets.analysis.corruption); the transcripts of one to three workers stand for models.

With --listen, also the English clips in FOLDER of three words to 12 s (see _speech.py): a twentieth of their
texts is spoilt, tiny.en and base draft, and tiny.en says how well each text fits the sound. What that is
worth shows by the weight that it gets.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _speech import RATE_HZ, Clip, english_clips

from labwidgets.analysis.corruption import corrupt
from labwidgets.analysis.scoring import score
from labwidgets.analysis.suspects import WEIGHTS, evidence, precision_at, rank_suspects
from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.fit import Rivals, rival_fits
from labwidgets.asr.sources import resolve
from labwidgets.records import Transcription
from labwidgets.text import normalisation

SEEDS = 10
LISTENED = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Weights of ``fit`` that are tried."""
LONGEST_S = 12


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def run(folder: Path, n_models: int) -> None:
    truth = {row["utt"]: row["text"] for row in rows(folder / "ground_truth.tsv")}
    said: dict[str, list[str]] = defaultdict(list)
    for row in rows(folder / "crowd.tsv"):
        said[row["utt"]].append(row["transcript"])
    keys = [key for key in truth if len(said[key]) >= 3]
    found, by_wer = [], []
    hits: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for seed in range(SEEDS):
        made = corrupt([truth[key] for key in keys], share=0.1, seed=seed)
        texts = dict(zip(keys, made.texts, strict=True))
        scores = {
            f"w{number}": score(texts, {key: said[key][number] for key in keys}) for number in range(n_models)
        }
        wrong = {keys[place] for place in made.kinds}
        ranked = [one.id for one in rank_suspects(scores)]
        ks = (10, 20, len(wrong))
        found.append(list(precision_at(ranked, wrong, ks).values()))
        rates = np.mean([one.edits / np.maximum(1, one.lengths) for one in scores.values()], axis=0)
        plain = [keys[place] for place in np.argsort(-rates, kind="stable")]
        by_wer.append(list(precision_at(plain, wrong, ks).values()))
        there.update(made.kinds.values())
        hits.update(kind for place, kind in made.kinds.items() if keys[place] in ranked[: len(wrong)])
    middle, other = np.mean(found, axis=0), np.mean(by_wer, axis=0)
    print(
        f"{n_models} transcripts: precision at 10, 20, n: {middle[0]:.2f}, {middle[1]:.2f}, {middle[2]:.2f} "
        f"(sorted by WER: {other[0]:.2f}, {other[1]:.2f}, {other[2]:.2f}; by chance 0.10)"
    )
    print("   found: " + ", ".join(f"{kind} {hits[kind] / there[kind]:.0%}" for kind in sorted(there)))


class Ear:
    """tiny.en, asked for each text of a clip but once."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = clips
        self.drafter: Any = load_drafter(resolve("tiny.en", "en", None))
        self.known: dict[str, float | None] = {}

    def score(self, samples: np.ndarray, text: str, language: str | None = None) -> Transcription:
        """Return a text with the model's confidence in it."""
        key = f"{hashlib.sha256(samples.tobytes()).hexdigest()} {text}"
        if key not in self.known:
            self.known[key] = self.drafter.score(samples, text, language).confidence
        return Transcription(text, (), self.known[key], language)

    def fits(self, keys: Sequence[str], texts: Sequence[str], heard: Sequence[str]) -> list[float | None]:
        """Return how much better what was heard fits than the texts, by the numbers of the clips."""
        spell = normalisation("basic")
        rivals = [
            Rivals(key, " ".join(spell(text).split()), " ".join(spell(said).split()), "en")
            for key, text, said in zip(keys, texts, heard, strict=True)
        ]
        found = rival_fits(self, rivals, lambda key: self.clips[int(key)].samples)
        return [found[key] for key in keys]


def drafted(clips: Sequence[Clip], model: str) -> list[str]:
    drafter = load_drafter(resolve(model, "en", None))
    return [drafter.transcribe(clip.samples, language="en").text for clip in clips]


def spoken(folder: Path) -> list[Clip]:
    clips = english_clips(folder)
    return [clip for clip in clips if len(clip.text.split()) >= 3 and len(clip.samples) < LONGEST_S * RATE_HZ]


def listened(clips: Sequence[Clip], drafts: Mapping[str, Sequence[str]], ear: Ear) -> None:
    keys = [str(number) for number in range(len(clips))]
    right = [clip.text for clip in clips]
    found: dict[float, list[list[float]]] = {weight: [] for weight in LISTENED}
    n_wrong = 0
    for seed in range(SEEDS):
        made = corrupt(right, share=0.05, seed=seed)
        wrong = {keys[place] for place in made.kinds}
        n_wrong = len(wrong)
        texts = dict(zip(keys, made.texts, strict=True))
        scores = {name: score(texts, dict(zip(keys, said, strict=True))) for name, said in drafts.items()}
        best = min(scores.values(), key=lambda one: one.wer)
        known = evidence(scores, fits=ear.fits(keys, made.texts, best.hypotheses))
        for weight in LISTENED:
            weights = {**WEIGHTS, "fit": weight}
            total = np.sum([weights[name] * values for name, values in known.items()], axis=0)
            ranked = [keys[place] for place in np.argsort(-total, kind="stable")]
            found[weight].append(list(precision_at(ranked, wrong, (5, 10, len(wrong))).values()))
    print(f"{len(clips)} clips, {n_wrong} texts spoilt, {SEEDS} seeds; drafts of {' and '.join(drafts)}")
    for weight, those in found.items():
        at = ", ".join(f"{value:.2f}" for value in np.mean(those, axis=0))
        print(f"   weight of the sound {weight:4}: precision at 5, 10, {n_wrong}: {at}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/speech"))
    parser.add_argument("--listen", action="store_true")
    given = parser.parse_args()
    if not (given.folder / "crowdspeech_text").is_dir():
        print(f"{given.folder / 'crowdspeech_text'} is not there")
        return
    for n_models in (1, 2, 3):
        run(given.folder / "crowdspeech_text", n_models)
    if given.listen:
        clips = spoken(given.folder)
        ear = Ear(clips)
        drafts = {model: drafted(clips, model) for model in ("tiny.en", "base")}
        listened(clips, {"tiny.en": drafts["tiny.en"]}, ear)
        listened(clips, drafts, ear)


if __name__ == "__main__":
    main()
