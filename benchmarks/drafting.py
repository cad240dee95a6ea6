"""Drafting speed and accuracy beside the plain pipeline and faster-whisper, interleaved in one run.

    python benchmarks/drafting.py [CLIPS] [--ct2 FOLDER] [--model tiny.en] [--limit 40] [--rounds 2]
        [--settings '{"num_beams": 5}']

CLIPS is a folder of clips, or of such folders, as ``_speech.py`` reads them (default: the sample), of which
the English ones are taken; FOLDER holds the same weights in CTranslate2 form, without it faster-whisper is
left out. Every clip goes through every engine in turn, so that load from outside falls on all of them alike.
``--limit 0`` takes all clips, other limits take them evenly from the whole.

Words are compared as Whisper's authors compare English ones: without case, punctuation and fillers, numbers
in digits. AUC says how well our confidence tells wrong words from right ones.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import torch
from _speech import RATE_HZ, Clip, english_clips
from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.sources import resolve
from labwidgets.records import Word

Engine = Callable[[np.ndarray], str]
plain = EnglishTextNormalizer({})


def stock_pipeline(folder: Path) -> Engine:
    from transformers import pipeline

    pipe = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32, device="cpu")
    return lambda samples: pipe(samples.copy(), return_timestamps="word")["text"]


@dataclass(slots=True)
class Ours:
    """Our drafter as an engine that keeps the words of what it drafts."""

    drafter: Any
    words: list[tuple[Word, ...]] = field(default_factory=list)

    def __call__(self, samples: np.ndarray) -> str:
        """Return the text of a draft."""
        draft = self.drafter.transcribe(samples, language="en")
        self.words.append(draft.words)
        return str(draft.text)


def faster_whisper(folder: str, *, threads: int, kind: str, beam_size: int) -> Engine:
    from faster_whisper import WhisperModel

    model = WhisperModel(folder, device="cpu", compute_type=kind, cpu_threads=threads)

    def transcribe(samples: np.ndarray) -> str:
        segments, _ = model.transcribe(samples, language="en", word_timestamps=True, beam_size=beam_size)
        return " ".join(segment.text for segment in segments)

    return transcribe


def wer_difference(references: list[str], texts: list[str], others: list[str]) -> tuple[float, float, float]:
    """Return WER(texts) - WER(others) in points, with a 95 % interval (paired bootstrap over clips)."""
    n_words = np.array([len(text.split()) for text in references])
    edits = np.array(
        [n_edits(r, a) - n_edits(r, b) for r, a, b in zip(references, texts, others, strict=True)]
    )
    drawn = np.random.default_rng(0).integers(0, len(edits), (2000, len(edits)))
    differences = 100 * edits[drawn].sum(axis=1) / n_words[drawn].sum(axis=1)
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(100 * edits.sum() / n_words.sum()), float(low), float(high)


def n_edits(reference: str, hypothesis: str) -> int:
    found = jiwer.process_words(reference, hypothesis)
    return found.substitutions + found.deletions + found.insertions


def auc(references: list[str], drafts: list[tuple[Word, ...]]) -> float:
    """Return how often a wrong word has less confidence than a right one; both drawn at random."""
    right: list[float] = []
    wrong: list[float] = []
    for reference, words in zip(references, drafts, strict=True):
        pieces = [(piece, word.confidence or 0.0) for word in words for piece in plain(word.text).split()]
        if not pieces:
            continue
        [chunks] = jiwer.process_words(reference, " ".join(piece for piece, _ in pieces)).alignments
        hits = {
            place
            for chunk in chunks
            if chunk.type == "equal"
            for place in range(chunk.hyp_start_idx, chunk.hyp_end_idx)
        }
        for place, (_, confidence) in enumerate(pieces):
            (right if place in hits else wrong).append(confidence)
    ranked = (
        np.searchsorted(np.sort(right), wrong, side="left"),
        np.searchsorted(np.sort(right), wrong, side="right"),
    )
    return 1.0 - float(np.mean(ranked) / len(right))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="?", default=Path("data/sample"))
    parser.add_argument("--ct2")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--settings", type=json.loads, default={})
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    source = resolve(options.model, "en")
    engines: dict[str, Engine] = {
        "plain pipeline, word times": stock_pipeline(source.path),
        "labwidgets": Ours(load_drafter(source, settings=options.settings)),
    }
    if options.ct2:
        for kind, beam_size in (("float32", 1), ("float32", 5), ("int8", 1)):
            label = f"faster-whisper {kind}, beam {beam_size}"
            engines[label] = faster_whisper(
                options.ct2, threads=options.threads, kind=kind, beam_size=beam_size
            )
    clips = [clip for clip in english_clips(options.clips) if plain(clip.text).split()]
    step = max(1, len(clips) // options.limit) if options.limit else 1
    compare(engines, clips[::step], rounds=options.rounds)


def compare(engines: dict[str, Engine], clips: list[Clip], *, rounds: int) -> None:
    spent_s = dict.fromkeys(engines, 0.0)
    texts: dict[str, list[str]] = {name: [] for name in engines}
    for engine in engines.values():
        engine(clips[0].samples)
    mine = engines["labwidgets"]
    assert isinstance(mine, Ours)
    mine.words.clear()
    for turn in range(rounds):
        for clip in clips:
            for name, engine in engines.items():
                began_s = time.perf_counter()
                text = engine(clip.samples)
                spent_s[name] += time.perf_counter() - began_s
                if turn == 0:
                    texts[name].append(plain(text))
    audio_s = rounds * sum(len(clip.samples) for clip in clips) / RATE_HZ
    references = [plain(clip.text) for clip in clips]
    n_words = sum(len(text.split()) for text in references)
    print(
        f"{len(clips)} clips, {audio_s / rounds:.0f} s, {n_words} words, {rounds} rounds, "
        f"{torch.get_num_threads()} threads of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"parts: {dict(Counter(clip.part for clip in clips))}")
    print(f"{'engine':32} {'RTFx':>6} {'WER %':>6}   against the first")
    for name in engines:
        wer = 100 * jiwer.wer(references, texts[name])
        points, low, high = wer_difference(references, texts[name], texts[next(iter(engines))])
        against = f"{points:+.2f} points [{low:+.2f}, {high:+.2f}]"
        print(f"{name:32} {audio_s / spent_s[name]:6.2f} {wer:6.2f}   {against}")
    print(f"AUC of our confidence for wrong words: {auc(references, mine.words[: len(clips)]):.3f}")


if __name__ == "__main__":
    main()
