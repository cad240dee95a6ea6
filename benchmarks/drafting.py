"""Drafting speed and accuracy beside the plain pipeline and faster-whisper, interleaved in one run.

    python benchmarks/drafting.py [CLIPS] [--ct2 FOLDER] [--model tiny.en] [--limit 40] [--rounds 2]

CLIPS holds ``transcripts.tsv`` with the columns ``file`` and ``text``, or is the sample (default), of which
the English clips are taken; FOLDER holds the same weights in CTranslate2 form, without it faster-whisper is
left out. Every clip goes through every engine in turn, so that load from outside falls on all of them alike.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import jiwer
import numpy as np
import soundfile
import soxr
import torch

from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.sources import resolve

Engine = Callable[[np.ndarray], str]
RATE_HZ = 16_000


def read_clip(path: Path) -> np.ndarray:
    if path.suffix == ".raw":
        samples, rate_hz = np.fromfile(path, dtype="<i2").astype(np.float32) / 32768, RATE_HZ
    else:
        samples, rate_hz = soundfile.read(path, dtype="float32")
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    return soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)


def plain(text: str) -> str:
    kept = (c if unicodedata.category(c)[0] not in "PS" or c == "'" else " " for c in text.lower())
    return " ".join("".join(kept).split())


def stock_pipeline(folder: Path) -> Engine:
    from transformers import pipeline

    pipe = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32, device="cpu")
    return lambda samples: pipe(samples.copy(), return_timestamps="word")["text"]


def ours(model: str) -> Engine:
    drafter = load_drafter(resolve(model, "en"))
    return lambda samples: drafter.transcribe(samples, language="en").text


def faster_whisper(folder: str, *, threads: int, kind: str, beam_size: int) -> Engine:
    from faster_whisper import WhisperModel

    model = WhisperModel(folder, device="cpu", compute_type=kind, cpu_threads=threads)

    def transcribe(samples: np.ndarray) -> str:
        segments, _ = model.transcribe(samples, language="en", word_timestamps=True, beam_size=beam_size)
        return " ".join(segment.text for segment in segments)

    return transcribe


def transcripts(folder: Path) -> list[tuple[str, str]]:
    """Return (file, text) of the English clips in ``folder``."""
    table = folder / "transcripts.tsv"
    if table.exists():
        with table.open(encoding="utf-8") as file:
            rows = csv.DictReader(file, delimiter="\t")
            return [(row["file"], row["text"]) for row in rows if row["text"]]
    with (folder / "metadata.csv").open(encoding="utf-8") as file:
        return [(row["file_name"], row["text"]) for row in csv.DictReader(file) if row["language"] == "en"]


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="?", default=Path("data/sample"))
    parser.add_argument("--ct2")
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    source = resolve(options.model, "en")
    engines = {"plain pipeline, word times": stock_pipeline(source.path), "labwidgets": ours(options.model)}
    if options.ct2:
        for kind, beam_size in (("float32", 1), ("float32", 5), ("int8", 1)):
            label = f"faster-whisper {kind}, beam {beam_size}"
            engines[label] = faster_whisper(
                options.ct2, threads=options.threads, kind=kind, beam_size=beam_size
            )
    rows = transcripts(options.clips)[: options.limit]
    clips = [(read_clip(options.clips / name), plain(text)) for name, text in rows]
    compare(engines, clips, rounds=options.rounds)


def compare(engines: dict[str, Engine], clips: list[tuple[np.ndarray, str]], *, rounds: int) -> None:
    spent_s = dict.fromkeys(engines, 0.0)
    texts: dict[str, list[str]] = {name: [] for name in engines}
    for engine in engines.values():
        engine(clips[0][0])
    for turn in range(rounds):
        for samples, _ in clips:
            for name, engine in engines.items():
                began_s = time.perf_counter()
                text = engine(samples)
                spent_s[name] += time.perf_counter() - began_s
                if turn == 0:
                    texts[name].append(plain(text))
    audio_s = rounds * sum(len(samples) for samples, _ in clips) / RATE_HZ
    references = [text for _, text in clips]
    n_words = sum(len(text.split()) for text in references)
    print(
        f"{len(clips)} clips, {audio_s / rounds:.0f} s, {n_words} words, {rounds} rounds, "
        f"{torch.get_num_threads()} threads of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'engine':32} {'RTFx':>6} {'WER %':>6}   against the first")
    for name in engines:
        wer = 100 * jiwer.wer(references, texts[name])
        points, low, high = wer_difference(references, texts[name], texts[next(iter(engines))])
        against = f"{points:+.2f} points [{low:+.2f}, {high:+.2f}]"
        print(f"{name:32} {audio_s / spent_s[name]:6.2f} {wer:6.2f}   {against}")


if __name__ == "__main__":
    main()
