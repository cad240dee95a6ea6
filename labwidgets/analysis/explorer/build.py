"""How a table of errors is built: each model scored on what it said, the figures spread over all rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from labwidgets.analysis.explorer.query import Column
from labwidgets.analysis.pairing import Pairs
from labwidgets.analysis.results import COLUMNS, Score
from labwidgets.analysis.scoring import VariantsGiven, score_pairs
from labwidgets.errors import SourceError
from labwidgets.text import Normalisation

Rows = npt.NDArray[np.int32]
Scores = Mapping[str, tuple[Rows, Score]]
"""By model: the rows that it said something of, and its score on them."""

MEASURES = ("wer", "cer", "ger", "edits", "substitutions", "deletions", "insertions")
RESERVED = frozenset({"row", "id", "reference", "n_words", "mark"})


@dataclass(frozen=True, slots=True)
class Given:
    """What a table is built from; all of one length."""

    ids: Sequence[str]
    references: Sequence[str]
    hypotheses: Mapping[str, Sequence[str | None]]
    columns: Mapping[str, Sequence[Any]]


def scores(given: Given, chain: Normalisation, variants: VariantsGiven | None) -> Scores:
    """Return the score of each model on what it said something of."""
    return {model: _scored(given, said, chain, variants) for model, said in given.hypotheses.items()}


def table(given: Given, scored: Scores) -> pa.Table:
    """Return all rows with the figures of each model; NULL where it said nothing."""
    n = len(given.ids)
    found: dict[str, pa.Array] = {
        "row": pa.array(np.arange(n, dtype=np.int32)),
        "id": pa.array(given.ids, pa.string()),
        "reference": pa.array(given.references, pa.string()),
        "n_words": pa.nulls(n, pa.int32()),
        "mark": pa.nulls(n, pa.string()),
    }
    n_words = np.zeros(n, dtype=np.int32)
    for model, said in given.hypotheses.items():
        rows, score = scored[model]
        n_words[rows] = score.lengths
        found[f"hypothesis:{model}"] = pa.array(said, pa.string())
        for measure, values in measures(score.table).items():
            spread = np.full(n, np.nan, dtype=np.float32)
            spread[rows] = values
            found[f"{measure}:{model}"] = pa.array(spread, from_pandas=True)
    found["n_words"] = pa.array(n_words)
    found |= {name: _array(values) for name, values in given.columns.items()}
    return pa.table(found)


def check(
    ids: Sequence[str], references: Sequence[str], hypotheses: Mapping[str, Sequence[str | None]]
) -> None:
    """Refuse sides that do not fit together.

    Raises:
        SourceError: There is no model, an id twice, or a side of another length.
    """
    if not hypotheses:
        raise SourceError("there are no hypotheses to look at", remedy="Draft, or add some")
    if len(set(ids)) != len(ids):
        raise SourceError("an id is there more than once", allowed="each id once")
    for name, values in (("references", references), *hypotheses.items()):
        if len(values) != len(ids):
            raise SourceError(
                "the sides differ in length", value=f"{name}: {len(values)}", allowed=f"{len(ids)}"
            )


def _scored(
    given: Given, said: Sequence[str | None], chain: Normalisation, variants: VariantsGiven | None
) -> tuple[Rows, Score]:
    rows = np.array([row for row, text in enumerate(said) if text is not None], dtype=np.int32)
    if len(rows) == len(given.ids):
        pairs = Pairs(given.ids, given.references, said, given.columns)  # type: ignore[arg-type] # none is None
    else:
        pairs = Pairs(
            [given.ids[row] for row in rows],
            [given.references[row] for row in rows],
            [said[row] or "" for row in rows],
            {name: [values[row] for row in rows] for name, values in given.columns.items()},
        )
    return rows, score_pairs(pairs, chain, accepted=variants)


def measures(counts: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of ``MEASURES`` for a table of counts."""
    named = dict(zip(COLUMNS, counts.T, strict=True))
    edits = counts[:, 1:4].sum(axis=1)
    n_words = counts[:, 0:3].sum(axis=1)
    return {
        "wer": edits / np.maximum(1, n_words),
        "cer": named["character_edits"] / np.maximum(1, named["n_characters"]),
        "ger": named["grapheme_edits"] / np.maximum(1, named["n_graphemes"]),
        "edits": edits,
        "substitutions": named["substitutions"],
        "deletions": named["deletions"],
        "insertions": named["insertions"],
    }


def _array(values: Iterable[Any]) -> pa.Array:
    """Return a column of numbers where every value is one, else of texts."""
    listed = list(values)
    if all(value is None or isinstance(value, int | float) for value in listed):
        return pa.array(
            [None if value is None else float(value) for value in listed], pa.float64(), from_pandas=True
        )
    return pa.array([None if value is None else str(value) for value in listed], pa.string())


def described(schema: pa.Schema, models: Sequence[str]) -> Iterable[Column]:
    """Return the columns of a table, with the models that they belong to."""
    measured = {
        f"{measure}:{model}": (measure, model) for model in models for measure in ("hypothesis", *MEASURES)
    }
    for one in schema:
        kind: Literal["number", "text"] = "text" if pa.types.is_string(one.type) else "number"
        measure, model = measured.get(one.name, (None, None))
        yield Column(one.name, kind, model, measure)
