"""Whether decisions keep their word: projects resampled from real drafts, beside rules of thumb.

    python benchmarks/decide.py FOLDER [--projects 200] [--only NAME] [--clips FILE]

FOLDER holds earnings21_asr (github.com/revdotcom/speech-datasets, CC BY-SA 4.0); without it nothing is done.
With ``--clips`` it also drafts the clips there that ``_speech.py`` reads, by tiny.en, and keeps them in FILE.

A project is so many drafts, drawn with replacement. Audits come by the hundred, from where the last look
said; what is accepted at any look is held against all errors, the edits not capped. The oracle is the
lowest threshold on the same score that keeps the limit, found by knowing every error.

Minutes of work: typing from nothing takes 14.8 minutes a minute of speech, correcting a draft 9.65 (COBIVA,
University of Texas Rio Grande Valley, 2021: 148.3 and 96.5 for ten minutes); audits are typed from nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _pools import Drafts, clips, earnings

from labwidgets.analysis.decision import (
    Audited,
    Draws,
    Stakes,
    Wish,
    decide,
    draw,
    inclusion,
    make_grid,
    region_weights,
)
from labwidgets.analysis.decision.stakes import BY_SIZE, caps_by_size, chances_by_size, most_edits

RISK = 0.05
TYPING, CORRECTING = 14.83, 9.65


@dataclass(frozen=True, slots=True)
class Case:
    """Drafts, the limit, drafts of a project, and audits at each look."""

    drafts: Drafts
    max_wer: float
    n_pool: int
    looks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One project: shares accepted, whether the limit was broken, shares of the minutes saved."""

    accepted: float
    oracle: float
    is_broken: bool
    is_broken_capped: bool
    saved: float
    bound: float | None
    heard: float = 0.0
    """Share of the minutes that audits are."""


def project(case: Case, random: np.random.Generator, *, is_ordered: bool = True) -> tuple[Drafts, np.ndarray]:
    """Return the drafts of one project, best score first, and their order."""
    drafts = case.drafts
    chosen = random.integers(0, len(drafts.edits), case.n_pool)
    scores = drafts.scores[chosen] if is_ordered else random.random(case.n_pool)
    order = np.lexsort((random.random(case.n_pool), -scores))
    columns = (drafts.edits, drafts.words, drafts.drafted)
    edits, words, drafted = (column[chosen][order].astype(float) for column in columns)
    minutes = drafts.minutes[chosen][order]
    return Drafts(drafts.name, edits, words, drafted, scores[order], minutes), order


def staked(pool: Drafts, max_wer: float, n_words: float, *, is_flat: bool) -> Stakes:
    """Return caps and chances by the words of each draft; ``is_flat``: the same for all, as before."""
    if is_flat:
        n = len(pool.drafted)
        most = float(most_edits(pool.drafted.astype(int).tolist()))
        return Stakes(np.full(n, most), np.ones(n), np.zeros(n), max_wer)
    caps = caps_by_size(pool.drafted, BY_SIZE, max_wer=max_wer)
    chances = chances_by_size(pool.drafted, BY_SIZE, mean=n_words)
    return Stakes(caps, chances, max_wer * pool.drafted, max_wer)


def simulate(case: Case, seed: int, *, is_ordered: bool = True, is_flat: bool = False) -> Outcome:
    """Audit and decide one project."""
    random = np.random.default_rng(seed)
    pool, _ = project(case, random, is_ordered=is_ordered)
    n = case.n_pool
    grid = make_grid(pool.scores)
    n_words = max(1.0, float(pool.drafted.mean()))
    wish = Wish(case.max_wer, RISK, n_words=n_words)
    stakes = staked(pool, case.max_wer, n_words, is_flat=is_flat)
    ranks, batch, missed, region = np.zeros(0, np.int64), np.zeros(0, np.int64), np.ones(n), n
    weights: list[np.ndarray] = []
    counts: list[int] = []
    for number, size in enumerate(case.looks):
        weights.append(stakes.weights * region_weights(n, region))
        left = weights[-1].copy()
        left[ranks] = 0.0
        new = draw(left, size, seed=int(random.integers(1 << 62)))
        seen = np.zeros(n, dtype=bool)
        seen[ranks] = True
        missed *= 1 - inclusion(weights[-1], size, seen=seen)
        ranks, batch = np.append(ranks, new), np.append(batch, np.full(len(new), number))
        draws = Draws(ranks, batch, tuple(weights))
        edits, words = pool.edits[ranks], pool.words[ranks]
        audited = Audited(draws, edits, words, np.maximum(1 - missed, 1e-9)[ranks], stakes)
        found = decide(grid, audited, wish)
        region = found.need.region
        counts.append(found.n_accepted)
    count = counts[-1]
    excess = np.cumsum(pool.edits - case.max_wer * pool.words)
    counted = stakes.counted(np.arange(n), pool.edits, pool.words)
    capped = np.cumsum(counted - case.max_wer * pool.words)
    good = np.flatnonzero(excess <= 0)
    is_audited = np.zeros(n, dtype=bool)
    is_audited[ranks] = True
    is_accepted = (np.arange(n) < count) & ~is_audited
    return Outcome(
        count / n,
        (good[-1] + 1) / n if good.size else 0.0,
        any(one and excess[one - 1] > 0 for one in counts),
        any(one and capped[one - 1] > 0 for one in counts),
        saved(pool.minutes, is_accepted, is_audited),
        found.bound,
        float(pool.minutes[ranks].sum() / pool.minutes.sum()),
    )


def saved(minutes: np.ndarray, is_accepted: np.ndarray, is_audited: np.ndarray) -> float:
    """Return the share of the minutes that correcting every draft takes."""
    spent = TYPING * minutes[is_audited].sum() + CORRECTING * minutes[~is_accepted & ~is_audited].sum()
    return 1 - float(spent / (CORRECTING * minutes.sum()))


def fixed(case: Case, seed: int, threshold: float) -> Outcome:
    """Accept every draft from a threshold on, without an audit."""
    pool, _ = project(case, np.random.default_rng(seed))
    is_accepted = pool.scores >= threshold
    count = int(is_accepted.sum())
    excess = np.cumsum(pool.edits - case.max_wer * pool.words)
    good = np.flatnonzero(excess <= 0)
    oracle = (good[-1] + 1) / case.n_pool if good.size else 0.0
    is_broken = bool(count and excess[count - 1] > 0)
    nobody = np.zeros(case.n_pool, dtype=bool)
    return Outcome(
        count / case.n_pool, oracle, is_broken, is_broken, saved(pool.minutes, is_accepted, nobody), None
    )


def tuned(drafts: Drafts, max_wer: float) -> float:
    """Return the lowest threshold at which other drafts keep the limit: what a team carries over."""
    order = np.argsort(-drafts.scores, kind="stable")
    excess = np.cumsum(drafts.edits[order] - max_wer * drafts.words[order])
    good = np.flatnonzero(excess <= 0)
    return float(drafts.scores[order][good[-1]]) if good.size else np.inf


def tell(name: str, outcomes: list[Outcome]) -> None:
    accepted, oracle = (np.array([getattr(one, key) for one in outcomes]) for key in ("accepted", "oracle"))
    minutes = np.array([one.saved for one in outcomes])
    bounds = [one.bound for one in outcomes if one.bound is not None]
    broken, capped = sum(one.is_broken for one in outcomes), sum(one.is_broken_capped for one in outcomes)
    shown = f", bound {np.mean(bounds):.3f}" if bounds else ""
    share = accepted.sum() / max(1e-9, oracle.sum())
    print(
        f"    {name:22} broken {broken:3} of {len(outcomes)} ({capped} capped); "
        f"accepted {accepted.mean():.1%} = {share:.0%} of the oracle's {oracle.mean():.1%}; "
        f"nothing in {np.mean(accepted == 0):.0%}; minutes saved {minutes.mean():+.1%}, audits "
        f"{np.mean([one.heard for one in outcomes]):.1%} of them{shown}",
        flush=True,
    )


def run(case: Case, other: Drafts, n_projects: int) -> None:
    drafts = case.drafts
    began = time.perf_counter()
    looks = "+".join(map(str, case.looks))
    print(
        f"\n{drafts.name}: {len(drafts.edits)} drafts, {int(drafts.words.sum())} words, "
        f"WER {drafts.wer:.1%}; limit {case.max_wer:.0%}, risk {RISK:.0%}, projects of {case.n_pool}, "
        f"audits {looks}"
    )
    seeds = range(n_projects)
    tell("audits", [simulate(case, seed) for seed in seeds])
    tell("one cap, drawn evenly", [simulate(case, seed, is_flat=True) for seed in seeds])
    tell("random order", [simulate(case, seed, is_ordered=False) for seed in range(n_projects // 4)])
    tell("0.9 and better", [fixed(case, seed, 0.9) for seed in seeds])
    threshold = tuned(other, case.max_wer)
    tell(f"{threshold:.2f}, by {other.name}", [fixed(case, seed, threshold) for seed in seeds])
    print(f"    {time.perf_counter() - began:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/speech"))
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    if not (given.folder / "earnings21_asr").is_dir():
        print("There is no earnings21_asr.")
        return
    calls = earnings(given.folder / "earnings21_asr")
    looks = (100, 100, 100, 100)
    cases = [
        (Case(calls["rev-kaldi"], 0.05, 3000, looks), calls["rev-espnet"]),
        (Case(calls["speechmatics"], 0.1, 3000, looks), calls["microsoft"]),
        (Case(calls["rev-kaldi"], 0.05, 12_000, (200, 300, 300, 400)), calls["rev-espnet"]),
        (Case(calls["google"], 0.05, 12_000, (200, 300, 300, 400)), calls["amazon"]),
    ]
    if given.clips is not None:
        spoken = clips(given.folder, given.clips)
        cases += [(Case(spoken, limit, 3000, looks), spoken) for limit in (0.05, 0.1, 0.2)]
    for case, other in cases:
        if given.only in case.drafts.name:
            run(case, other, given.projects)


if __name__ == "__main__":
    main()
