"""What drafts are ordered by: the likeliest to be right first."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from labwidgets.errors import ProjectError
from labwidgets.records import Candidate
from labwidgets.text import Normalise, normalisation

UNKNOWN = -1.0
"""Score of a draft of which nothing is known: behind all others."""

_MOST_UNKNOWN = 0.5
_DOUBT = 0.25


def scored(
    candidates: Sequence[Candidate], by: str | None, *, normalize: Normalise
) -> tuple[str, dict[str, float]]:
    """Return by what drafts are ordered, and the score of each segment's draft.

    Args:
        candidates: The drafts.
        by: ``confidence``, ``agreement`` with what other models said, or None: confidence where there is any.
        normalize: Spelling in which texts are compared.

    Raises:
        ProjectError: There is no such score, or too few of the drafts have it.
    """
    if by not in (None, "confidence", "agreement"):
        raise ProjectError("no such score", value=by, allowed="confidence, agreement")
    known = sum(one.confidence is not None for one in candidates)
    compared = sum(bool(one.others) for one in candidates)
    least = _MOST_UNKNOWN * len(candidates)
    chosen = by or ("confidence" if known >= max(least, 1) or compared < max(least, 1) else "agreement")
    if candidates and (known if chosen == "confidence" else compared) < least:
        raise ProjectError(
            f"too few drafts have a score by {chosen}",
            value=f"{known if chosen == 'confidence' else compared} of {len(candidates)}",
            remedy="Draft with a model that gives confidences, or let a second model draft the same segments",
        )
    if chosen == "confidence":
        return chosen, {one.segment_id: _known(one.confidence) for one in candidates}
    spell = normalisation(normalize)
    return chosen, {
        one.segment_id: agreement(spell(one.text), [spell(text) for _, text in one.others])
        for one in candidates
    }


def _known(confidence: float | None) -> float:
    return UNKNOWN if confidence is None else confidence


def agreement(text: str, others: Sequence[str]) -> float:
    """Return how far other models said the same words, 0..1; long texts that agree stand before short ones.

    >>> agreement("the cat sat", ["the cat sat"]) > agreement("the cat", ["the cat"]) > agreement("a", ["b"])
    True
    """
    words = text.split()
    if not others:
        return UNKNOWN
    apart = sum(Levenshtein.distance(words, other.split()) for other in others) / len(others)
    return max(0.0, 1 - (apart + _DOUBT) / (len(words) + 1))


def mean_words(candidates: Sequence[Candidate]) -> float:
    """Return the words of an average draft, 1 at least."""
    return max(1.0, sum(map(n_words, candidates)) / max(1, len(candidates)))


def n_words(candidate: Candidate) -> int:
    """Return the words of a draft."""
    return len(candidate.text.split())
