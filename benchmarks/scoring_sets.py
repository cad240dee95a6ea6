"""Scores of published outputs against their published figures: Earnings-21, Tamil, CrowdSpeech, NIST.

    python benchmarks/scoring_sets.py FOLDER

FOLDER holds earnings21_asr (github.com/revdotcom/speech-datasets, CC BY-SA 4.0), tamil_asr_text
(github.com/Yogitha-J/tamil-asr-hallucination, MIT), crowdspeech_text (github.com/pilot7747/VoxDIY, CC BY 4.0)
and sclite_truth (github.com/usnistgov/SCTK); what is missing is left out.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import time
from collections import defaultdict
from pathlib import Path

from labwidgets.analysis.comparing import compare
from labwidgets.analysis.scoring import score

SYSTEMS = {
    "google": "google",
    "amazon": "amazon",
    "microsoft": "microsoft",
    "speechmatics": "speechmatics",
    "rev-kaldi": "rev/kaldi/nlp",
    "rev-espnet": "rev/espnet/nlp",
    "kaldi.org": "kaldi_org/librispeech/nlp",
}
# WER of the ten calls of Eval-10, of which three lie here: transcripts/README.md.
PUBLISHED = {
    "google": 18.5,
    "amazon": 18.0,
    "microsoft": 16.2,
    "speechmatics": 16.7,
    "rev-kaldi": 12.2,
    "rev-espnet": 12.7,
    "kaldi.org": 52.2,
}


def nlp_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def reference(folder: Path, call: str) -> str:
    """The tokens of a call, each entity with its spoken forms as alternatives."""
    wordings = json.loads((folder / f"transcripts/normalizations/{call}.norm.json").read_text())
    tokens = nlp_rows(folder / f"transcripts/nlp_references/{call}.nlp")
    parts = []
    for key, some in itertools.groupby(
        tokens, key=lambda row: tuple(json.loads(row["wer_tags"].replace("'", '"')))
    ):
        words = " ".join(row["token"] for row in some)
        forms = [
            " ".join(one["verbalization"])
            for tag in key
            for one in wordings.get(tag, {}).get("candidates", [])
        ]
        accepted = dict.fromkeys([words, *forms])
        parts.append(
            words
            if len(accepted) == 1
            else "{ " + " / ".join(one.replace("/", " ") for one in accepted) + " }"
        )
    return " ".join(parts)


def earnings(folder: Path) -> None:
    calls = sorted(path.stem for path in (folder / "transcripts/nlp_references").glob("*.nlp"))
    references = {call: reference(folder, call) for call in calls}
    outputs = {
        name: {
            call: " ".join(row["token"] for row in nlp_rows(folder / "output" / place / f"{call}.nlp"))
            for call in calls
        }
        for name, place in SYSTEMS.items()
    }
    began = time.perf_counter()
    found = compare(references, outputs)
    print(
        f"\nEarnings-21, {len(calls)} calls, {next(iter(found.scores.values())).n_words} words, "
        f"{time.perf_counter() - began:.1f} s"
    )
    for name, one in found.scores.items():
        low, high = one.interval
        known = f"published, ten calls: {PUBLISHED[name]} %"
        print(f"  {name:13} WER {one.wer:.2%} [{low:.2%}, {high:.2%}]   {known}")
    order = list(found.scores)
    tests = {(one.a, one.b): one for one in found.pairs}
    for pair in itertools.pairwise(order):
        one = tests[pair]
        verdict = f"{one.better} is better" if one.better else "not told apart"
        rests = f"{one.n_segments} segments, p = {one.p:.3g}"
        print(f"  {one.a} / {one.b}: {one.difference:+.2%}, {rests}: {verdict}")


def tamil(folder: Path) -> None:
    with (folder / "rows.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    references, heard = [row["reference"] for row in rows], [row["prediction"] for row in rows]
    print(f"\nTamil, {len(rows)} utterances")
    for name in ("none", "basic", "whisper"):
        found = score(references, heard, normalize=name)
        equal = sum(
            abs(one.counts.wer - float(row["wer_published"])) < 1e-9
            for one, row in zip(found, rows, strict=True)
            if row["wer_published"]
        )
        n = sum(bool(row["wer_published"]) for row in rows)
        print(
            f"  {name:8} WER {found.wer:.2%}, CER {found.cer:.2%}, grapheme clusters {found.ger:.2%}; "
            f"{equal} of {n} as published"
        )
        for warning in found.warnings:
            print(f"    {warning}")


def crowd(folder: Path) -> None:
    with (folder / "ground_truth.tsv").open(encoding="utf-8") as file:
        truth = {
            row["utt"]: row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    said: dict[str, dict[str, str]] = defaultdict(dict)
    workers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (folder / "crowd.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            said[row["utt"]][row["worker"]] = row["transcript"]
            workers[row["worker"]].append((row["utt"], row["transcript"]))
    pairs = [(utt, worker, text) for utt, one in said.items() for worker, text in one.items() if utt in truth]
    found = score(
        [truth[utt] for utt, _, _ in pairs],
        [text for _, _, text in pairs],
        columns={"worker": [worker for _, worker, _ in pairs], "recording": [utt for utt, _, _ in pairs]},
    )
    n = f"{len(pairs)} transcripts of {len(said)} utterances by {len(workers)} workers"
    print(f"\nCrowdSpeech, {n}\n  {found}")
    groups = [group for group in found.by("worker") if group.n_utterances >= 5]
    print(
        "  worst workers: "
        + ", ".join(f"{one.name} {one.wer:.1%} (n {one.n_utterances})" for one in groups[:4])
    )
    print(
        "  best workers:  "
        + ", ".join(f"{one.name} {one.wer:.1%} (n {one.n_utterances})" for one in groups[-4:])
    )


def nist(folder: Path) -> None:
    with (folder / "truth_test1.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = score([row["ref"] for row in rows], [row["hyp"] for row in rows])
    equal = sum(
        (one.counts.hits, one.counts.substitutions, one.counts.deletions, one.counts.insertions)
        == tuple(int(row[key]) for key in "CSDI")
        for one, row in zip(found, rows, strict=True)
    )
    print(f"\nNIST sclite, {equal} of {len(rows)} sentences with equal counts\n  {found}")


SETS = {"earnings21_asr": earnings, "tamil_asr_text": tamil, "crowdspeech_text": crowd, "sclite_truth": nist}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/speech"))
    folder = parser.parse_args().folder
    for name, run in SETS.items():
        if (folder / name).is_dir():
            run(folder / name)


if __name__ == "__main__":
    main()
