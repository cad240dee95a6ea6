"""Which open segments are worth most a minute of work, each in view of those before it.

Worth has three terms, each counted in that of an average open segment:

- errors: those in the draft, which a person would mend;
- novelty: words that there are few of so far, against how many there are to come, and that the draft is
  neither sure nor hopeless of;
- coverage: kinds of speech (accent, speaker, language, source) that there is little of so far.

The latter two grow with the root of what there is, so that the second of a kind is worth less than the first.
Segments are picked greedily by worth a minute, in batches that grow with what was picked.

References:
    Wei, Liu, Kirchhoff, Bartels and Bilmes, Submodular subset selection for large-scale speech training data,
    ICASSP 2014 (feature-based functions). Nemhauser, Wolsey and Fisher, 1978 (what greed comes to).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.worth.features import Floats, Kinds, Numbers, Words, kinds_of, words_of
from labwidgets.analysis.worth.weights import Weights
from labwidgets.records import GROUPS, TERMS, WorkItem

MOST_PICKED = 20_000
"""Segments that are picked in view of those before them; the rest follows by what it is worth then."""
_GROWTH = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Segments by worth a minute.

    Attributes:
        order: int64[n_picked], of those that were picked.
        values: float64[n], worth a minute when it was picked, or at the end.
        terms: By name, float64[n], at that time.
        lead: Kind of speech that adds most to the coverage, by segment; empty for none.
        n_new: Words that no reference held when it was picked.
    """

    order: Numbers
    values: Floats
    terms: Mapping[str, Floats]
    lead: Sequence[str]
    n_new: Numbers

    def places(self) -> Floats:
        """Return places, float64[n]: those picked first in order, -2 to -1; the rest by worth, -1 to 0.

        Of the rest only two digits count, so that most stay where they are when all is ranked again.
        """
        rest = np.maximum(self.values, 1e-9)
        digits = 10.0 ** (np.floor(np.log10(rest)) - 1)
        rounded = np.round(rest / digits) * digits
        found = -rounded / (1 + rounded)
        found[self.order] = -2 + np.arange(len(self.order)) / (MOST_PICKED + 1)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What is predicted of open segments, float64[n] each.

    Attributes:
        wer: Of the drafts; NaN without one: such a segment counts as an average one.
        errors: In the drafts; NaN likewise.
        minutes: Of work.
    """

    wer: Floats
    errors: Floats
    minutes: Floats


def rank(
    items: Sequence[WorkItem],
    referred: Sequence[WorkItem],
    predicted: Predicted,
    *,
    weights: Weights,
    progress: Callable[[int], None] | None = None,
) -> Ranking:
    """Return the order in which open segments are worth labelling.

    Args:
        items: Open segments.
        referred: Those that have a reference.
        predicted: Of the open ones.
        weights: What counts how much.
        progress: Called with how many were picked.
    """
    n = len(items)
    pool = _Pool.of(items, referred, predicted, weights)
    terms, values = {name: np.zeros(n) for name in TERMS}, np.zeros(n)
    lead, n_new = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    left, order = np.ones(n, dtype=np.bool_), list[Numbers]()
    n_picked, most = 0, min(n, MOST_PICKED)
    while True:
        now, leading = pool.terms()
        worth = sum((weights.terms[name] * now[name] for name in TERMS), np.zeros(n)) / predicted.minutes
        for name in TERMS:
            terms[name][left] = now[name][left]
        values[left], lead[left] = worth[left], leading[left]
        if n_picked >= most:
            break
        size = min(most - n_picked, max(1, int(_GROWTH * n_picked)))
        batch = _best(np.where(left, worth, -1.0), size)
        n_new[batch] = pool.words.new(batch)
        pool.add(batch)
        left[batch] = False
        order.append(batch)
        n_picked += len(batch)
        if progress is not None:
            progress(n_picked)
    names = [pool.kinds[at].name if at >= 0 else "" for at in lead.tolist()]
    return Ranking(np.concatenate([*order, np.zeros(0, dtype=np.int64)]), values, terms, names, n_new)


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Open segments in view of what is labelled; ``scales``: an average segment's gain of words and kinds."""

    words: Words
    kinds: Sequence[Kinds]
    durations: Floats
    errors: Floats
    has_draft: npt.NDArray[np.bool_]
    shares: Floats
    scales: Floats

    @classmethod
    def of(
        cls, items: Sequence[WorkItem], referred: Sequence[WorkItem], predicted: Predicted, weights: Weights
    ) -> _Pool:
        durations = np.array([one.duration_s for one in items], dtype=np.float64)
        words = words_of(items, referred, predicted.wer)
        kinds = [kinds_of(name, items, referred, weights) for name in GROUPS if weights.groups[name] > 0]
        kinds = [kind for kind in kinds if len(kind.seconds) > 1]
        has_draft = ~np.isnan(predicted.wer)
        shares = np.array([weights.groups[kind.name] for kind in kinds], dtype=np.float64)
        scales = [_mean(words.gain(), has_draft)]
        scales += [_mean(kind.gain(durations), kind.index >= 0) for kind in kinds]
        errors = np.nan_to_num(predicted.errors) / _mean(np.nan_to_num(predicted.errors), has_draft)
        return cls(
            words,
            kinds,
            durations,
            np.where(has_draft, errors, 1.0),
            has_draft,
            shares / (shares.sum() or 1.0),
            np.array(scales),
        )

    def terms(self) -> tuple[dict[str, Floats], Numbers]:
        """Return what each segment is worth now, by term, and the kind that adds most to its coverage."""
        novelty = np.where(self.has_draft, self.words.gain() / self.scales[0], 1.0)
        coverage, most = np.zeros(len(self.durations)), np.zeros(len(self.durations))
        lead = np.full(len(self.durations), -1, dtype=np.int64)
        for at, (kind, share, scale) in enumerate(zip(self.kinds, self.shares, self.scales[1:], strict=True)):
            own = share * kind.gain(self.durations) / scale
            coverage += own
            lead[own > most] = at
            most = np.maximum(most, own)
        return dict(zip(TERMS, (self.errors, novelty, coverage), strict=True)), lead

    def add(self, at: Numbers) -> None:
        """Count some segments as labelled."""
        self.words.add(at)
        for kind in self.kinds:
            kind.add(at, self.durations)


def _best(gains: Floats, n: int) -> Numbers:
    """Return the places of the ``n`` greatest, the greatest first, ties in order."""
    if n == 1:
        return np.array([int(np.argmax(gains))], dtype=np.int64)
    some = np.argpartition(-gains, n - 1)[:n]
    return np.asarray(some[np.lexsort((some, -gains[some]))], dtype=np.int64)


def _mean(values: Floats, which: npt.NDArray[np.bool_]) -> float:
    return (float(values[which].mean()) if which.any() else 0.0) or 1.0
