"""What can be worked out about each utterance: columns to slice by that nobody had to write down."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.alignment import Op
from labwidgets.analysis.results import Score
from labwidgets.text import has_repetition

Column = Sequence[Any] | npt.NDArray[Any]

RARE_TIMES = 2
"""A word that is there at most so often in all references is rare."""


def computed_columns(score: Score) -> dict[str, Column]:
    """Return what can be worked out about each utterance, by name.

    ``n_words`` and ``has_digits`` of the reference; ``rare_words`` (share of words that are rare in these
    references); ``words_per_s`` where a ``duration`` is known; ``script`` of the hypothesis where it is not
    that of the reference; ``repetition`` where the hypothesis goes round in circles; ``cut_start`` and
    ``cut_end`` where the first or last two words were not heard; ``invented`` where words were heard and the
    reference is empty.
    """
    found: dict[str, Column] = {
        "n_words": score.lengths,
        "has_digits": [any(map(str.isdigit, text)) for text in score.references],
        "rare_words": _rare_words(score),
        "other_script": _other_script(score),
        "repetition": [has_repetition(text) for text in score.hypotheses],
        "invented": (score.lengths == 0) & (score.edits > 0),
    }
    found |= edge_deletions(score)
    durations = score.columns.get("duration")
    if durations is not None:
        found["words_per_s"] = [
            n / length if isinstance(length, int | float) and length > 0 else None
            for n, length in zip(score.lengths.tolist(), durations, strict=True)
        ]
    return {name: values for name, values in found.items() if name not in score.columns}


def _rare_words(score: Score) -> npt.NDArray[np.float64]:
    numbers = score.words.values
    times = np.bincount(numbers, minlength=len(score.vocabulary.words))
    utterance = np.repeat(np.arange(len(score)), score.words.lengths())
    n_rare = np.bincount(utterance, weights=times[numbers] <= RARE_TIMES, minlength=len(score))
    return n_rare / np.maximum(1, score.words.lengths())


def edge_deletions(score: Score, *, n: int = 2) -> Mapping[str, npt.NDArray[np.bool_]]:
    """Tell where the first or the last ``n`` words of the reference, and not all of it, were left out."""
    start = np.zeros(len(score), dtype=np.bool_)
    end = np.zeros(len(score), dtype=np.bool_)
    offsets = score.ops.offsets
    is_deletion = score.ops.values == Op.DELETION
    before = np.concatenate([[0], np.cumsum(is_deletion)])
    long_enough = score.ops.lengths() >= n
    some_heard = score.table[:, 0] > 0
    usable = np.flatnonzero(long_enough & some_heard)
    first, last = offsets[:-1][usable], offsets[1:][usable]
    start[usable] = before[first + n] - before[first] == n
    end[usable] = before[last] - before[last - n] == n
    return {"cut_start": start, "cut_end": end}


def _other_script(score: Score) -> list[str | None]:
    """Return the script of each hypothesis whose letters are mostly of another than its reference's."""
    return [
        heard if (heard := main_script(hypothesis)) and main_script(reference) not in (None, heard) else None
        for reference, hypothesis in zip(score.references, score.hypotheses, strict=True)
    ]


def main_script(text: str) -> str | None:
    """Return the script that most letters of a text belong to, such as ``LATIN``; None without letters.

    >>> main_script("नमस्ते ok"), main_script("123")
    ('DEVANAGARI', None)
    """
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else None
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    return scripts.most_common(1)[0][0] if scripts else None


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


PATTERNS: Mapping[str, Callable[[Any], bool]] = {
    "repetition": bool,
    "invented": bool,
    "cut_start": bool,
    "cut_end": bool,
    "other_script": lambda value: value is not None,
}
"""Columns that tell of one kind of failure, and when a value tells of it."""


def failures(score: Score) -> dict[str, list[int]]:
    """Return, by kind of failure, the utterances that show it."""
    columns = {**score.columns, **computed_columns(score)}
    return {
        name: [place for place, value in enumerate(columns[name]) if is_such(value)]
        for name, is_such in PATTERNS.items()
    }
