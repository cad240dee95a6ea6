"""Precision at k of the suspects: references spoilt on purpose, held against other people's transcripts.

    python benchmarks/label_errors.py [FOLDER]

FOLDER holds crowdspeech_text (github.com/pilot7747/VoxDIY, CC BY 4.0). A tenth of the true texts is spoilt in
eight ways (see labwidgets.analysis.corruption); the transcripts of one to three workers stand for models.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from labwidgets.analysis.corruption import corrupt
from labwidgets.analysis.scoring import score
from labwidgets.analysis.suspects import precision_at, rank_suspects

SEEDS = 10


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/speech"))
    folder = parser.parse_args().folder / "crowdspeech_text"
    if not folder.is_dir():
        print(f"{folder} is not there")
        return
    for n_models in (1, 2, 3):
        run(folder, n_models)


if __name__ == "__main__":
    main()
