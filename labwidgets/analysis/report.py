"""A page that says how models do, where they fail and what the figures rest on; it needs no network."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from labwidgets.analysis.alignment import AlignedWord, Op
from labwidgets.analysis.comparing import TEST, PairTest
from labwidgets.analysis.features import failures
from labwidgets.analysis.markup import Child, Element, document, element
from labwidgets.analysis.resampling import FEW_GROUPS, N_RESAMPLES
from labwidgets.analysis.results import Score
from labwidgets.analysis.slices import worst_slices

_MOST_ROWS = 50
_MOST_WORDS = 400
_LISTED = 20
_VERSIONS = ("labwidgets", "numpy", "numba", "rapidfuzz", "regex")

FAILURES: Mapping[str, str] = {
    "repetition": "goes round in circles",
    "invented": "text where the reference is empty",
    "cut_start": "first words left out",
    "cut_end": "last words left out",
    "other_script": "written in another script",
}

_STYLE = """
:root {
  color-scheme: light dark;
  --line: #8884; --bad: #b3261e; --good: #1b6e3c; --mid: #8a5a00;
}
@media (prefers-color-scheme: dark) { :root { --bad: #ffb4ab; --good: #7fd99c; --mid: #ffcf7a; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; margin-block: .6rem; }
th, td { text-align: start; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; height: .45rem; background: var(--bad); opacity: .55; min-width: 1px; }
.wide { overflow-x: auto; }
.words { line-height: 2; }
.s, .d, .i { border-radius: .2rem; padding: 0 .15rem; }
.s { background: #e6a70033; color: var(--mid); }
.d { background: #d32f2f22; color: var(--bad); text-decoration: line-through; }
.i { background: #2e7d3222; color: var(--good); }
.note { color: var(--mid); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
"""


def report(scores: Mapping[str, Score], *, title: str, pairs: Sequence[PairTest] = ()) -> str:
    """Return a self-contained page about models on the same references.

    Args:
        scores: By model, the best first.
        title: Of the page.
        pairs: Tests between the models.
    """
    names = list(scores)
    parts: list[Child] = [element("h1", title), _totals(scores), *_notes(scores)]
    if pairs:
        parts += [element("h2", "Which differences are real"), _pairs(pairs)]
    for name in names:
        parts += _model(name, scores[name])
    parts += [element("h2", "What the figures rest on"), _grounds(next(iter(scores.values())))]
    return document(title, _STYLE, *parts)


def _percent(value: float) -> str:
    return f"{value:.2%}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2%} to {interval[1]:.2%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Child]], *, numbers: Sequence[int]) -> Element:
    def cell(kind: str, place: int, child: Child) -> Element:
        return element(kind, child, class_="n" if place in numbers else None)

    heading = element("tr", *(cell("th", place, name) for place, name in enumerate(head)))
    lines = [element("tr", *(cell("td", place, child) for place, child in enumerate(row))) for row in rows]
    return element("div", element("table", heading, *lines), class_="wide")


def _totals(scores: Mapping[str, Score]) -> Element:
    highest = max((one.wer for one in scores.values()), default=0.0) or 1.0
    rows: list[list[Child]] = []
    for name, one in scores.items():
        counts = one.counts
        bar = element("span", class_="bar", style=f"width:{min(100.0, 100 * one.wer / highest):.1f}%")
        rows.append(
            [
                element("span", name, bar),
                _percent(counts.wer),
                _between(one.interval),
                _percent(counts.cer),
                _percent(counts.ger),
                counts.substitutions,
                counts.deletions,
                counts.insertions,
                counts.n_words,
                one.n_utterances,
            ]
        )
    head = (
        "model",
        "WER",
        "95 % interval",
        "CER",
        "clusters",
        "subst.",
        "del.",
        "ins.",
        "words",
        "utterances",
    )
    return _table(head, rows, numbers=range(1, 10))


def _notes(scores: Mapping[str, Score]) -> list[Element]:
    lines = [f"{name}: {line}" for name, one in scores.items() for line in one.warnings]
    lines += [
        f"{name}: {len(one.refused)} utterances were not scored"
        for name, one in scores.items()
        if one.refused
    ]
    first = next(iter(scores.values()))
    if first.groups.n < FEW_GROUPS:
        lines.append(
            f"Only {first.groups.n} {first.groups.by}s to resample: the intervals are rather too narrow"
        )
    return [element("p", line, class_="note") for line in lines]


def _pairs(pairs: Sequence[PairTest]) -> Element:
    rows: list[list[Child]] = [
        [
            f"{one.a} against {one.b}",
            f"{one.difference * 100:+.2f}",
            "" if one.interval is None else f"{one.interval[0] * 100:+.2f} to {one.interval[1] * 100:+.2f}",
            f"{one.p:.3g}",
            one.n_segments,
            "may be chance" if one.better is None else f"{one.better} is better",
        ]
        for one in pairs
    ]
    head = ("models", "points of WER", "95 % interval", "p", "segments", "so")
    return _table(head, rows, numbers=range(1, 5))


def _model(name: str, score: Score) -> list[Element]:
    parts = [element("h2", f"Where {name} fails")]
    slices = worst_slices(score, n=10)
    if slices:
        rows: list[list[Child]] = [
            [
                f"{one.column}: {one.value}",
                _percent(one.wer),
                _between(one.interval),
                f"{one.excess * 100:+.2f}",
                f"{one.p:.3g}",
                one.n_words,
                one.n_utterances,
            ]
            for one in slices
        ]
        head = (
            "utterances with",
            "WER",
            "95 % interval",
            "points above the rest",
            "p",
            "words",
            "utterances",
        )
        parts.append(_table(head, rows, numbers=range(1, 7)))
    shown = {kind: places for kind, places in failures(score).items() if places}
    if shown:
        rows = [
            [FAILURES[kind], len(places), ", ".join(score.ids[place] for place in places[:5])]
            for kind, places in shown.items()
        ]
        parts.append(_table(("what goes wrong", "utterances", "for example"), rows, numbers=[1]))
    confusions = score.confusions(_LISTED)
    if confusions:
        rows = [[reference, heard, n] for reference, heard, n in confusions]
        parts.append(_table(("in the reference", "heard", "times"), rows, numbers=[2]))
    return [*parts, element("h2", f"The worst of {name}"), _worst(score)]


def _worst(score: Score) -> Element:
    rates = score.edits / np.maximum(1, score.lengths)
    order = np.lexsort((-score.edits, -rates))[:_MOST_ROWS].tolist()
    rows: list[list[Child]] = [
        [score.ids[place], _percent(float(rates[place])), _marked(score.alignment(place))]
        for place in order
        if score.edits[place]
    ]
    return _table(("utterance", "WER", "reference and what was heard"), rows, numbers=[1])


def _marked(alignment: Sequence[AlignedWord]) -> Element:
    """Return an alignment as words, marked by elements of their own and not by colour alone."""
    parts: list[Child] = []
    for step in alignment[:_MOST_WORDS]:
        if step.op == Op.HIT:
            parts.append(step.reference)
        elif step.op == Op.SUBSTITUTION:
            parts.append(
                element(
                    "span", element("del", step.reference), " ", element("ins", step.hypothesis), class_="s"
                )
            )
        elif step.op == Op.DELETION:
            parts.append(element("del", step.reference, class_="d"))
        else:
            parts.append(element("ins", step.hypothesis, class_="i"))
        parts.append(" ")
    if len(alignment) > _MOST_WORDS:
        parts.append("…")
    return element("span", *parts, class_="words", dir="auto")


def _grounds(score: Score) -> Element:
    chain = score.normalisation
    folded = [f"{one.before} → {one.after or '(nothing)'} ({one.n})" for one in score.foldings()[:_LISTED]]
    versions = [f"{name} {version(name)}" for name in _VERSIONS]
    steps = ", ".join(name for name, _ in chain.steps) or "nothing is changed"
    pairs = {
        "normalisation": f"{chain.name}: {steps}",
        "folded most": ", ".join(folded) or "nothing",
        "counts": "as NIST sclite: a substitution costs 4, an insertion or deletion 3",
        "empty references": "count as one word each; words heard there are insertions",
        "intervals": f"bootstrap, {N_RESAMPLES} draws of {score.groups.n} {score.groups.by}s, 95 %",
        "tests between models": f"{TEST}: matched-pair sentence segments, corrected for all pairs",
        "made": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "with": ", ".join([f"Python {platform.python_version()}", *versions]),
    }
    return element(
        "dl", *(part for key, value in pairs.items() for part in (element("dt", key), element("dd", value)))
    )
