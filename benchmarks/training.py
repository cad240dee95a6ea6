"""What training gives: a small model from nothing on digits, and Whisper tiny.en on speech that is new to it.

    python benchmarks/training.py SPEECH [--part digits|prompts|all] [--epochs N]
                                  [--method lora|full] [--speakers N]

SPEECH holds the folders ``fsdd`` and ``alnum_accents`` with a ``transcripts.tsv`` each. ``digits``: each of
the four speakers in turn is heard by a model that learned from the other three, to its last epoch.
``prompts``: names to spell, addresses and numbers that people of many accents read out; digits and letters
are joined before they are compared, since the prompts do not say how they are spoken. A third of the speakers
measures. The encoder stays as it is, which saves two thirds of the time. Intervals resample speakers.
"""

from __future__ import annotations

import argparse
import csv
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import labwidgets as lw
from labwidgets.analysis.comparing import compare
from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.sources import resolve
from labwidgets.records import TrainReport

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPOKEN = {word: str(digit) for digit, word in enumerate(DIGITS)}
TEST_SHARE, STOP_SHARE = 3, 6
"""One speaker in so many measures; of the others, one in so many stops the training."""


def rows_of(folder: Path, n_speakers: int | None = None) -> list[dict[str, str]]:
    with (folder / "transcripts.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    chosen = sorted({row["speaker"] for row in rows})[:n_speakers]
    return [row for row in rows if row["speaker"] in chosen]


def project_of(folder: Path, rows: Sequence[Mapping[str, str]], place: Path) -> lw.Project:
    project = lw.Project.create(place, language="en")
    given = [
        {
            "audio": str(folder / row["file"]),
            "text": row["text"],
            "speaker": row["speaker"],
            "accent": row["accent_language"],
        }
        for row in rows
    ]
    project.add(given, text="text", text_as="reference")
    return project


# ---- digits ----------------------------------------------------------------------------------------------


def digits(speech: Path, work: Path, settings: dict[str, Any]) -> None:
    folder = speech / "fsdd"
    rows = rows_of(folder)
    speakers = sorted({row["speaker"] for row in rows})
    chance = 1 - max(Counter(row["text"] for row in rows).values()) / len(rows)
    print(f"digits: {len(rows)} clips of {len(speakers)} speakers; always the same word: WER {chance:.1%}")
    edits = words = 0
    for speaker in speakers:
        project = project_of(folder, rows, work / speaker)
        project.store.assign_splits({name: "test" if name == speaker else "train" for name in speakers})
        report = project.train_here(recipe="ctc-small", settings=settings)
        rate = report.after
        edits += rate["substitutions"] + rate["deletions"] + rate["insertions"]
        words += rate["n_words"]
        print(f"  without {speaker}: {shown(rate)}; {spent(report)}", flush=True)
        project.close()
    print(f"  all four: WER {edits / words:.1%} of {words} words, chance {chance:.1%}")


# ---- prompts ---------------------------------------------------------------------------------------------


def joined(text: str) -> str:
    """Return digits and letters as one word each run: "five 5 5, A.B" -> "555ab"."""
    words = re.sub(r"[^a-z0-9 ]+", " ", text.lower()).split()
    short = [SPOKEN.get(word, word) for word in words]
    return re.sub(r"(?<=\b[a-z0-9]) (?=[a-z0-9]\b)|(?<=\d) (?=\d)", "", " ".join(short))


def prompts(speech: Path, work: Path, settings: dict[str, Any], arguments: argparse.Namespace) -> None:
    folder, method = speech / "alnum_accents", arguments.method
    rows = rows_of(folder, arguments.speakers)
    project = project_of(folder, rows, work / "prompts")
    speakers = sorted({row["speaker"] for row in rows})
    test = speakers[::TEST_SHARE]
    others = [name for name in speakers if name not in test]
    roles = dict.fromkeys(others, "train") | dict.fromkeys(others[::STOP_SHARE], "validation")
    project.store.assign_splits(roles | dict.fromkeys(test, "test"))
    report = project.train_here("tiny.en", method=method, settings={"freeze": "encoder", **settings})
    print(f"prompts, tiny.en, {method}: {dict(report.clips)} clips; {spent(report)}", flush=True)
    measure(project, report)
    project.close()


def measure(project: lw.Project, report: TrainReport) -> None:
    """Print what both models make of the speakers that none of them learned from."""
    test = set(project.run_segments(report.run)["test"])
    known = [row for row in project.store.analysed_segments() if row.id in test]
    columns = {name: [row.columns.get(name) for row in known] for name in ("speaker", "accent")}
    rows = [
        {"id": row.id, "text": row.reference, **{name: values[place] for name, values in columns.items()}}
        for place, row in enumerate(known)
    ]
    said = {}
    for name, model in (("before", "tiny.en"), ("after", report.run)):
        source = resolve(model, "en", trained=project.folder / "models")
        drafter = load_drafter(source)
        said[name] = {row.id: drafter.transcribe(project.read(row.id), language="en").text for row in known}
    found = compare(rows, said, normalize=joined)
    for name in ("before", "after"):
        score = found.scores[name]
        print(f"  {name}: {shown(score.to_dict())}, CER {score.cer:.1%}")
        for group in score.by("accent"):
            rates = f"WER {group.wer:.1%}, CER {group.counts.cer:.1%}"
            print(f"    {group.name}: {rates}, {group.n_utterances} clips")
    [pair] = found.pairs
    print(f"  {pair.a} less {pair.b}: {pair.difference * 100:+.1f} points, {pair.interval}, p = {pair.p:.3f}")


# ---- shown -----------------------------------------------------------------------------------------------


def shown(rate: Mapping[str, Any]) -> str:
    between = "" if rate["interval"] is None else " [{:.1%}, {:.1%}]".format(*rate["interval"])
    return f"WER {rate['wer']:.1%}{between} of {rate['n_words']} words by {rate['interval_by']}"


def spent(report: TrainReport) -> str:
    best = "" if report.best_epoch is None else f", the best after {report.best_epoch}"
    return f"{report.epochs:.0f} epochs in {report.seconds:.0f} s{best}"


@contextmanager
def timed() -> Iterator[None]:
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    yield
    wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    print(f"  {wall_s:.0f} s by the clock, {cpu_s:.0f} s of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("speech", type=Path)
    parser.add_argument("--part", choices=("digits", "prompts", "all"), default="all")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--speakers", type=int, help="of the prompts; default: all")
    parser.add_argument("--method", choices=("lora", "full"), default="lora")
    arguments = parser.parse_args()
    settings = {} if arguments.epochs is None else {"epochs": arguments.epochs}
    with tempfile.TemporaryDirectory() as work:
        if arguments.part in ("digits", "all"):
            with timed():
                digits(arguments.speech, Path(work), settings)
        if arguments.part in ("prompts", "all"):
            with timed():
                prompts(arguments.speech, Path(work), {"epochs": 5, **settings}, arguments)


if __name__ == "__main__":
    main()
