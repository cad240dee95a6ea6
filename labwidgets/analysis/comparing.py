"""``labwidgets.compare``: several models on the same references, and which differences are real."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labwidgets.analysis.inputs import side
from labwidgets.analysis.pairing import pair
from labwidgets.analysis.results import Score
from labwidgets.analysis.scoring import VariantsGiven, hidden, score_pairs
from labwidgets.analysis.significance import holm, matched_pairs, paired_bootstrap, segment_errors
from labwidgets.errors import SourceError
from labwidgets.records.cards import Table, card
from labwidgets.text import Normalisation, Normalise, normalisation

ALPHA = 0.05

TEST = "mapsswe+holm"
"""Name of the test behind ``p``: matched-pair sentence segments, corrected for all pairs."""


@dataclass(frozen=True, slots=True)
class PairTest:
    """Two models against each other.

    Attributes:
        a: The first.
        b: The second.
        difference: WER of ``a`` less WER of ``b``.
        interval: Of the difference, from the paired bootstrap at 95 %; None with one group only.
        p: Of the matched-pair test, corrected for the number of pairs.
        p_single: The same, not corrected.
        p_bootstrap: Of the paired bootstrap, not corrected.
        n_segments: Segments that the matched-pair test rests on.
    """

    a: str
    b: str
    difference: float
    interval: tuple[float, float] | None
    p: float
    p_single: float
    p_bootstrap: float | None
    n_segments: int

    @property
    def better(self) -> str | None:
        """The model that is better; None where the test does not tell."""
        if self.p >= ALPHA:
            return None
        return self.b if self.difference > 0 else self.a


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Several models on the same references.

    Attributes:
        scores: By model, the best first.
        pairs: Every two of them, in the same order.
        warnings: What to know before trusting it.
    """

    scores: Mapping[str, Score]
    pairs: Sequence[PairTest]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``labwidgets compare --json`` prints them."""
        systems = [{"name": name, **found.to_dict()} for name, found in self.scores.items()]
        pairs = [
            {
                "a": one.a,
                "b": one.b,
                "difference": one.difference,
                "interval": None if one.interval is None else list(one.interval),
                "p": one.p,
                "test": TEST,
                "p_single": one.p_single,
                "p_bootstrap": one.p_bootstrap,
                "n_segments": one.n_segments,
                "better": one.better,
            }
            for one in self.pairs
        ]
        return {"systems": systems, "pairs": pairs, "warnings": list(self.warnings)}

    def __repr__(self) -> str:
        """One line a model, and what the tests say of neighbours."""
        lines = [f"{name}: {found!r}" for name, found in self.scores.items()]
        return "\n".join((*lines, *self._verdicts(), *self.warnings))

    def _repr_html_(self) -> str:
        first = self.pairs[0]
        title = f"{first.a} is better than {first.b}"
        if first.difference == 0:
            title = f"{first.a} and {first.b} do equally well"
        elif first.better is None:
            title = f"It may be chance that {title}"
        head = ("model", "WER", "between", "CER", "words", "utterances")
        rows = tuple(_cells(name, found) for name, found in self.scores.items())
        return card(
            title,
            table=Table(head, rows, frozenset({1, 2, 3, 4, 5})),
            notes=(*self._verdicts(), *self.warnings),
            look="plain" if first.better is None else "good",
        )

    def _verdicts(self) -> list[str]:
        """Return what the tests say of neighbours."""
        neighbours = set(itertools.pairwise(self.scores))
        return [_in_words(one) for one in self.pairs if (one.a, one.b) in neighbours]


def _cells(name: str, found: Score) -> tuple[str, ...]:
    between = "" if found.interval is None else "{:.1%} to {:.1%}".format(*found.interval)
    counts = (f"{found.n_words:,}", f"{found.n_utterances:,}")
    return (name, f"{found.wer:.1%}", between, f"{found.cer:.1%}", *counts)


def _in_words(one: PairTest) -> str:
    points = f"{abs(one.difference) * 100:.2f} points"
    chance = "p < 0.001" if one.p < 0.001 else f"p = {one.p:.2g}"
    if one.better is None:
        return f"{one.a} and {one.b}: {points} apart, which may be chance ({chance})"
    other = one.a if one.better == one.b else one.b
    return f"{one.better} is better than {other}: {points} ({chance})"


def compare(
    references: object,
    hypotheses: Mapping[str, object],
    *,
    normalize: Normalise = "basic",
    variants: VariantsGiven | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Comparison:
    """Return how several models do on the same references, and which differences are more than chance.

    Args:
        references: As for :func:`labwidgets.score`.
        hypotheses: By the name of the model, each as for :func:`labwidgets.score`.
        normalize: As for :func:`labwidgets.score`.
        variants: As for :func:`labwidgets.score`.
        columns: As for :func:`labwidgets.score`.

    Raises:
        SourceError: Fewer than two models, or the sides do not fit together.
        ConfigError: There is no such normalisation.

    >>> found = compare(["a b c"], {"first": ["a b x"], "second": ["a b c"]})
    >>> list(found.scores), found.pairs[0].better
    (['second', 'first'], None)
    """
    if len(hypotheses) < 2:
        raise SourceError("nothing to compare", value=", ".join(hypotheses), allowed="two models or more")
    chain = normalisation(normalize)
    texts = side(references, role="reference")
    paired = {name: pair(texts, said, columns=columns or {}) for name, said in hypotheses.items()}
    scores = {name: score_pairs(pairs, chain, accepted=variants) for name, pairs in paired.items()}
    ranked = dict(sorted(scores.items(), key=lambda item: item[1].wer))
    warnings: tuple[str, ...] = ()
    if chain.is_lossy:
        basic = normalisation("basic")
        safe = {name: score_pairs(pairs, basic, accepted=variants) for name, pairs in paired.items()}
        warnings = _reordered(ranked, safe, chain)
    return Comparison(ranked, _tests(ranked), warnings)


def _tests(scores: Mapping[str, Score]) -> list[PairTest]:
    found = []
    for (a, first), (b, second) in itertools.combinations(scores.items(), 2):
        mine, theirs, _ = segment_errors(*_aligned(first, second))
        test = matched_pairs(mine - theirs)
        resampled = paired_bootstrap(
            [first.edits, second.edits], [first.lengths, second.lengths], first.groups
        )
        found.append((a, b, resampled, test))
    corrected = holm([test.p for _, _, _, test in found])
    return [
        PairTest(a, b, resampled.difference, resampled.interval, p, test.p, resampled.p, test.n_segments)
        for (a, b, resampled, test), p in zip(found, corrected, strict=True)
    ]


def _aligned(first: Score, second: Score) -> tuple[Any, Any, Any, Any]:
    """Return words and steps of both, with the second's words in the numbers of the first."""
    renumber = [first.vocabulary.number(word) for word in second.vocabulary.words]
    return first.words, first.ops, second.words.renumbered(renumber), second.ops


def _reordered(
    ranked: Mapping[str, Score], safe: Mapping[str, Score], chain: Normalisation
) -> tuple[str, ...]:
    found = [f"{name}: {line}" for name, one in ranked.items() for line in hidden(one, safe[name])]
    order = sorted(ranked, key=lambda name: safe[name].wer)
    if order != list(ranked):
        found.insert(
            0,
            f"the normalisation {chain.name} changes the ranking: {', '.join(ranked)}; "
            f"with basic it is {', '.join(order)}",
        )
    return tuple(found)
