"""Which kinds of utterances a model does worst on, and whether that is more than chance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from labwidgets.analysis.features import Column, computed_columns
from labwidgets.analysis.resampling import Groups, Numbers, rate_interval, ungrouped
from labwidgets.analysis.results import Score
from labwidgets.analysis.significance import holm

LEAST_UTTERANCES = 5
MOST_VALUES = 200
"""A column with more values than that is a name, not a kind."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Utterances that have one value of a column, or numbers in one range.

    Attributes:
        column: Its name.
        value: The value, or ``low`` to ``high`` in words.
        low: Least number of the range; None for a value.
        high: Where the range ends; None for a value.
        n_utterances: How many there are.
        n_words: Words of their references.
        wer: Of the slice.
        interval: Of its WER at 95 %; None with one group only.
        excess: WER of the slice less WER of all the rest.
        p: That such an excess is chance, corrected for the number of slices looked at.
    """

    column: str
    value: str
    low: float | None
    high: float | None
    n_utterances: int
    n_words: int
    wer: float
    interval: tuple[float, float] | None
    excess: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    column: str
    value: str
    low: float | None
    high: float | None
    is_in: npt.NDArray[np.bool_]


def worst_slices(
    score: Score,
    *,
    columns: Mapping[str, Column] | None = None,
    n: int | None = 20,
    n_bins: int = 4,
    least: int = LEAST_UTTERANCES,
) -> list[Slice]:
    """Return the slices with the highest WER above the rest, the surest first.

    Every column of the score and every one that can be worked out is looked at; numbers in ``n_bins`` ranges
    of about equally many utterances. Ranked by how sure the excess is, corrected for all looks at once.

    Args:
        score: Of one model.
        columns: Further columns; default: :func:`computed_columns`.
        n: Most slices to return; None for all.
        n_bins: Ranges of a column of numbers.
        least: Slices with fewer utterances are not looked at.
    """
    known = {**score.columns, **(computed_columns(score) if columns is None else columns)}
    parts = [part for name, values in known.items() for part in parts_of(name, values, n_bins=n_bins)]
    parts = [part for part in parts if least <= int(part.is_in.sum()) < len(score)]
    tests = [excess_test(score.edits, score.lengths, part.is_in, score.groups) for part in parts]
    corrected = holm([p for _, p in tests])
    order = sorted(range(len(parts)), key=lambda place: (corrected[place], tests[place][1], -tests[place][0]))
    chosen = [place for place in order if tests[place][0] > 0][:n]
    return [_slice(score, parts[place], tests[place][0], corrected[place]) for place in chosen]


def slices_by(score: Score, column: str, values: Column, *, n_bins: int = 8) -> list[Slice]:
    """Return all slices of one column, in the order of its ranges or with the worst value first."""
    parts = parts_of(column, values, n_bins=n_bins)
    tests = [excess_test(score.edits, score.lengths, part.is_in, score.groups) for part in parts]
    corrected = holm([p for _, p in tests])
    found = [_slice(score, part, test[0], p) for part, test, p in zip(parts, tests, corrected, strict=True)]
    return found if any(part.low is not None for part in parts) else sorted(found, key=lambda one: -one.wer)


def parts_of(name: str, values: Column, *, n_bins: int) -> list[_Part]:
    """Return the slices of a column: ranges of numbers, else values; too many values make none."""
    listed: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    there = [value for value in listed if value is not None]
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in there)
    if is_number and len(set(there)) > n_bins:
        numbers = np.array([math.nan if value is None else float(value) for value in listed])
        return _ranges(name, numbers, n_bins)
    distinct = dict.fromkeys(there)
    if len(distinct) > MOST_VALUES or len(distinct) + (len(there) < len(listed)) < 2:
        return []
    index = {value: place for place, value in enumerate(distinct)}
    codes = np.array([-1 if value is None else index[value] for value in listed])
    return [_Part(name, _in_words(value), None, None, codes == place) for value, place in index.items()]


def _in_words(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _ranges(name: str, numbers: npt.NDArray[np.float64], n_bins: int) -> list[_Part]:
    finite = numbers[np.isfinite(numbers)]
    edges = np.unique(np.quantile(finite, np.linspace(0, 1, n_bins + 1), method="nearest"))
    parts = []
    for place, (low, high) in enumerate(itertools.pairwise(edges.tolist())):
        is_last = place == len(edges) - 2
        is_in = (numbers >= low) & ((numbers <= high) if is_last else (numbers < high))
        parts.append(_Part(name, f"{low:.3g} to {high:.3g}", low, high, is_in))
    return parts


def excess_test(
    edits: Numbers, words: Numbers, is_in: npt.NDArray[np.bool_], groups: Groups
) -> tuple[float, float]:
    """Return how much higher the rate is inside than outside, and how likely chance alone does that.

    Two-sided. Utterances of one group count together, on a side that has two groups or more; on one that has
    a single group each utterance counts for itself. A side without words: no excess, ``p`` is 1.

    References:
        Cochran, Sampling Techniques, 3rd edition, 1977, section 6.3 (variance of a ratio by linearisation),
        with groups as in section 9A.2; Student's t with the degrees of freedom of Welch and Satterthwaite.
    """
    sides = [is_in, ~is_in]
    totals = [(float(edits[side].sum()), float(words[side].sum())) for side in sides]
    if not all(n for _, n in totals):
        return 0.0, 1.0
    rates = [n_edits / n for n_edits, n in totals]
    excess = rates[0] - rates[1]
    residuals = np.zeros(len(edits))
    unit = groups.index.copy()
    parts = []
    for side, rate, (_, n), sign in zip(sides, rates, totals, (1, -1), strict=True):
        residuals[side] = sign * (edits[side] - rate * words[side]) / n
        n_units = len(np.unique(groups.index[side]))
        if n_units < 2:
            unit[side] = groups.n + np.flatnonzero(side)
            n_units = int(side.sum())
        _, own = np.unique(unit[side], return_inverse=True)
        parts.append((float((np.bincount(own, weights=residuals[side]) ** 2).sum()), n_units - 1))
    _, unit = np.unique(unit, return_inverse=True)
    by_unit = np.bincount(unit, weights=residuals)
    spread = math.sqrt(float((by_unit**2).sum()) * len(by_unit) / max(1, len(by_unit) - 1))
    if spread == 0.0 or any(n < 1 for _, n in parts):
        return excess, 1.0
    freedom = sum(part for part, _ in parts) ** 2 / sum(part**2 / n for part, n in parts)
    return excess, float(2 * stdtr(freedom, -abs(excess) / spread))


def _slice(score: Score, part: _Part, excess: float, p: float) -> Slice:
    chosen = np.flatnonzero(part.is_in)
    edits, words = score.edits[chosen], score.lengths[chosen]
    _, index = np.unique(score.groups.index[chosen], return_inverse=True)
    n_groups = int(index.max()) + 1 if len(chosen) else 0
    groups = Groups(index, n_groups, score.groups.by) if n_groups > 1 else ungrouped(len(chosen))
    return Slice(
        part.column,
        part.value,
        part.low,
        part.high,
        len(chosen),
        int(words.sum()),
        float(edits.sum() / max(1, words.sum())),
        rate_interval(edits, words, groups),
        excess,
        p,
    )
