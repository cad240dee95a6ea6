"""Errors by row against jiwer and Speech Data Explorer's work, and a million rows in the table of errors.

    python benchmarks/score_rows.py [--rows 1000000] [--manifest FILE]

The other side does for each row what NeMo's Speech Data Explorer does as it loads a manifest
(tools/speech_data_explorer/data_explorer.py, append_data): words by jiwer, characters by editdistance,
matching blocks by difflib, words and letters counted. All sides take turns. The million rows are read from a
manifest with both sides, in a process of its own.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import editdistance
import jiwer
import numpy as np

from labwidgets.analysis.explorer import Condition, RowQuery, open_errors
from labwidgets.analysis.scoring import score

TURNS = 5


def made_up(n: int) -> tuple[list[str], list[str], list[str]]:
    """References of 6 to 12 words, hypotheses with some 9 % of errors, speakers."""
    chance = random.Random(1)
    ranks = np.random.default_rng(0).zipf(1.3, size=n * 12) % 20_000
    references, hypotheses = [], []
    for row in range(n):
        words = [f"w{rank:x}" for rank in ranks[row * 12 : row * 12 + chance.randint(6, 12)]]
        references.append(" ".join(words))
        if row % 3 == 0:
            words[chance.randrange(len(words))] = "the"
        if row % 5 == 0:
            words.pop()
        hypotheses.append(" ".join(words))
    return references, hypotheses, [f"s{row % 5000}" for row in range(n)]


def by_row(references: list[str], hypotheses: list[str]) -> int:
    edits = 0
    vocabulary: Counter[str] = Counter()
    alphabet: set[str] = set()
    matched: Counter[str] = Counter()
    matcher = difflib.SequenceMatcher()
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        words = reference.split()
        for word in words:
            vocabulary[word] += 1
        for letter in reference:
            alphabet.add(letter)
        heard = hypothesis.split()
        counts = jiwer.process_words(reference, hypothesis)
        edits += counts.substitutions + counts.deletions + counts.insertions
        editdistance.eval(reference, hypothesis)
        matcher.set_seqs(words, heard)
        for first, _, length in matcher.get_matching_blocks():
            for place in range(first, first + length):
                matched[words[place]] += 1
    return edits


def jiwer_alone(references: list[str], hypotheses: list[str]) -> int:
    words = jiwer.process_words(references, hypotheses)
    jiwer.process_characters(references, hypotheses)
    return int(words.substitutions + words.deletions + words.insertions)


def ours(references: list[str], hypotheses: list[str]) -> int:
    return score(references, hypotheses).counts.edits


def compare(n: int = 50_000) -> None:
    references, hypotheses, _ = made_up(n)
    sides: dict[str, Callable[[list[str], list[str]], int]] = {
        "Speech Data Explorer's work": by_row,
        "jiwer, words and characters in one call": jiwer_alone,
        "labwidgets.score": ours,
    }
    ours(references[:10], hypotheses[:10])  # compiled once for good
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(TURNS):
        for name, run in sides.items():
            began = time.process_time()
            run(references, hypotheses)
            times[name].append((time.process_time() - began) / n * 1e6)
    base = statistics.median(times["Speech Data Explorer's work"])
    for name, found in times.items():
        middle = statistics.median(found)
        rates = f"{1e6 / middle:9.0f} rows a second, {base / middle:5.1f}x"
        print(f"{name:42} {middle:6.1f} us of CPU a row, {rates}")


def write_manifest(path: Path, n: int) -> None:
    references, hypotheses, speakers = made_up(n)
    with path.open("w", encoding="utf-8") as file:
        for row, (text, heard, speaker) in enumerate(zip(references, hypotheses, speakers, strict=True)):
            length_s = 2.0 + row % 90 / 10
            one = {"audio_filepath": f"/data/clips/utt{row}.wav", "duration": length_s, "text": text}
            file.write(json.dumps({**one, "pred_text": heard, "speaker": speaker}) + "\n")


def large(manifest: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    began = time.perf_counter()
    table = open_errors(manifest, {"m": manifest})
    print(f"\n{len(table)} rows opened in {time.perf_counter() - began:.1f} s", end=", ")
    print(f"{time.process_time():.1f} s of CPU")
    queries = {
        "sorted by WER": RowQuery(sort="wer:m", descending=True),
        "sorted by speaker": RowQuery(sort="speaker"),
        "filtered": RowQuery(where=(Condition("wer:m", "at_least", 0.1), Condition("speaker", "is", "s7"))),
        "searched": RowQuery(search="w1f"),
        "searched in vain": RowQuery(search="zzz"),
        "one confusion": RowQuery(confusion=("m", "w1", "the")),
    }
    for name, query in queries.items():
        began = time.perf_counter()
        found = len(table.rows(query))
        asked = time.perf_counter() - began
        began = time.perf_counter()
        table.page(query, offset=found // 2)
        paged = time.perf_counter() - began
        print(f"{name:18} {found:8} rows {asked * 1e3:6.0f} ms, a page {paged * 1e3:4.0f} ms")
    for name, work in {
        "histogram": lambda: table.histogram("wer:m", RowQuery()),
        "sum and interval": lambda: table.totals(RowQuery(), "m"),
        "a mark": lambda: table.mark(5, "unclear"),
        "a mended reference": lambda: table.set_reference(5, "hello"),
    }.items():
        began = time.perf_counter()
        work()
        print(f"{name:18} {(time.perf_counter() - began) * 1e3:6.0f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"memory at most {peak:.2f} GiB; Python and the libraries have {before:.2f} GiB of it")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--manifest", type=Path, help="only open this one")
    given = parser.parse_args()
    if given.manifest is not None:
        large(given.manifest)
        return
    compare()
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.jsonl"
        write_manifest(manifest, given.rows)
        subprocess.run([sys.executable, __file__, "--manifest", str(manifest)], check=True)


if __name__ == "__main__":
    main()
