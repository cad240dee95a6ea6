"""Edits by character and by grapheme cluster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import regex
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

Numbers = npt.NDArray[np.int64]

_CLUSTERS = regex.compile(r"\X")


def graphemes(text: str) -> list[str]:
    r"""Return the grapheme clusters of a text: what its readers would call its characters.

    References:
        Unicode Standard Annex 29, extended grapheme clusters, as the package ``regex`` divides them.

    >>> len(graphemes("\u0915\u093f\u0924\u093e\u092c"))
    3
    """
    return list(text) if text.isascii() else _CLUSTERS.findall(text)


def character_edits(references: Sequence[str], hypotheses: Sequence[str]) -> Numbers:
    """Return the fewest characters to change, leave out or add, int64[n_pairs]."""
    if not references:
        return np.zeros(0, dtype=np.int64)
    edits: Numbers = cpdist(references, hypotheses, scorer=Levenshtein.distance, dtype=np.int64)
    return edits


def grapheme_edits(
    references: Sequence[str], hypotheses: Sequence[str], characters: Numbers
) -> tuple[Numbers, Numbers]:
    """Return the grapheme clusters of each reference, and the fewest of them to change, int64[n_pairs] each.

    Args:
        references: As they are compared.
        hypotheses: One for each.
        characters: The edits by character: the answer where every cluster is one character.
    """
    edits = characters.copy()
    n_units = np.fromiter(map(len, references), dtype=np.int64, count=len(references))
    if all(map(str.isascii, references)) and all(map(str.isascii, hypotheses)):
        return n_units, edits
    wide = [
        index
        for index, (reference, hypothesis) in enumerate(zip(references, hypotheses, strict=True))
        if not (reference.isascii() and hypothesis.isascii())
    ]
    divided = [graphemes(references[index]) for index in wide]
    heard = [graphemes(hypotheses[index]) for index in wide]
    edits[wide] = character_edits(divided, heard)  # type: ignore[arg-type] # sequences of any hashables
    n_units[wide] = [len(clusters) for clusters in divided]
    return n_units, edits
