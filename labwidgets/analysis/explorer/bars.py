"""Bars of a chart over the rows of a query, each with the word error rate in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.explorer.query import RowQuery, known
from labwidgets.analysis.explorer.table import ErrorTable
from labwidgets.errors import ConfigError

Numbers = npt.NDArray[np.float64]

_FAR = 0.99
"""One far value must not press all others into one bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Rows with ``low <= value < high`` (numbers), or with one ``value`` (texts; None: without one).

    Attributes:
        n: How many rows.
        wer: Of the model over those that it said something of; None where there are none.
    """

    low: float | None
    high: float | None
    value: str | None
    n: int
    wer: float | None


def bars(table: ErrorTable, column: str, query: RowQuery, model: str, *, n: int = 24) -> list[Bar]:
    """Return a chart of a column: ranges of numbers in order, or the most frequent texts.

    Args:
        table: The table.
        column: A name.
        query: Which rows.
        model: Whose errors.
        n: Most bars.

    Raises:
        ConfigError: There is no such column or model.
    """
    one = known(column, table.columns)
    if model not in table.models:
        raise ConfigError("no such model", value=model, allowed=", ".join(table.models))
    names = dict.fromkeys([column, f"edits:{model}", "n_words"])
    found = table.to_arrow(query, columns=tuple(names), is_ordered=False)
    edits = _numbers(found[f"edits:{model}"])
    is_heard = np.isfinite(edits)
    weights = np.stack([np.nan_to_num(edits), np.where(is_heard, _numbers(found["n_words"]), 0), is_heard])
    if one.kind == "number":
        return _ranges(_numbers(found[column]), weights, n=n)
    return _values(found[column].to_pylist(), weights, n=n)


def _numbers(column: Any) -> Numbers:
    values: Numbers = column.to_numpy().astype(np.float64)
    return values


def _ranges(values: Numbers, weights: Numbers, *, n: int) -> list[Bar]:
    is_known = np.isfinite(values)
    values, weights = values[is_known], weights[:, is_known]
    if not values.size:
        return []
    low, high = float(values.min()), float(np.quantile(values, _FAR))
    edges = np.linspace(low, max(high, low + 1e-9), min(n, len(np.unique(values[:1000]))) + 1)
    at = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    # The last one takes all that is far.
    edges[-1] = np.nextafter(max(edges[-1], values.max()), np.inf)
    sums = _sums(at, weights, n=len(edges) - 1)
    return [
        Bar(float(low), float(high), None, count, wer)
        for low, high, (count, wer) in zip(edges[:-1], edges[1:], sums, strict=True)
    ]


def _values(values: Sequence[str | None], weights: Numbers, *, n: int) -> list[Bar]:
    places: dict[str | None, int] = {}
    at = np.fromiter((places.setdefault(value, len(places)) for value in values), np.int64, len(values))
    sums = _sums(at, weights, n=len(places))
    found = [Bar(None, None, value, count, wer) for value, (count, wer) in zip(places, sums, strict=True)]
    return sorted(found, key=lambda bar: -bar.n)[:n]


def _sums(at: npt.NDArray[np.int64], weights: Numbers, *, n: int) -> list[tuple[int, float | None]]:
    """Return how many rows each bar has, and the edits over the words of those that were heard."""
    counts = np.bincount(at, minlength=n)
    edits, words, heard = (np.bincount(at, weights=weight, minlength=n) for weight in weights)
    return [(int(counts[i]), float(edits[i] / max(1.0, words[i])) if heard[i] else None) for i in range(n)]
