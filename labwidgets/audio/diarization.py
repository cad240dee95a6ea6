"""From what pieces of sound are like to who speaks them; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

_PIECE_S = 1.6
_TURN_S = 1.5
_SURE_S = 1.2
"""Shorter pieces found no speaker, they join one."""
_LEAST_S = 3.0
_LEAST_SHARE = 0.02
_MOST_SURE = 4000


def who_speaks(
    vectors: Vectors, lengths_s: npt.NDArray[np.float64], *, n: int | None = None, apart: float = 0.6
) -> Labels:
    """Return the number of each piece's speaker, who speaks longest first, from 0; int64[n_pieces].

    Pieces of 1.2 s and more are joined from the bottom up: by the average cosine between them where the
    number of speakers is guessed, else by Ward's rule. Shorter ones go to the nearest of the speakers so
    found, and so do speakers of almost nothing. A piece without a vector (not finite) takes the speaker of
    the piece before it.

    Args:
        vectors: float32[n_pieces, d].
        lengths_s: Of the pieces.
        n: How many speakers there are; None guesses.
        apart: Where guessed: speakers farther apart than this (1 - cosine) are two.

    >>> who_speaks(np.array([[1, 0], [0, 1], [1, 0.1]], np.float32), np.array([2.0, 9.0, 2.0]), n=2)
    array([1, 0, 1])
    """
    if not len(vectors):
        return np.zeros(0, dtype=np.int64)
    is_known = np.isfinite(vectors).all(axis=1)
    labels = np.zeros(len(vectors), dtype=np.int64)
    known = _unit(vectors[is_known])
    if len(known):
        labels[is_known] = _clustered(known, lengths_s[is_known], n=n, apart=apart)
    for place in np.flatnonzero(~is_known):
        labels[place] = labels[place - 1] if place else labels[is_known][:1].sum()
    return _by_length(labels, lengths_s)


def _clustered(
    vectors: Vectors, lengths_s: npt.NDArray[np.float64], *, n: int | None, apart: float
) -> Labels:
    from scipy.cluster.hierarchy import fcluster, linkage

    sure = np.flatnonzero(lengths_s >= _SURE_S)
    if len(sure) < max(2, n or 2):
        sure = np.arange(len(vectors))
    if len(sure) > _MOST_SURE:
        sure = sure[np.linspace(0, len(sure) - 1, _MOST_SURE).astype(np.int64)]
    if len(sure) < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    if n is None:
        tree = linkage(vectors[sure], method="average", metric="cosine")
        found = _large(fcluster(tree, t=apart, criterion="distance"), lengths_s[sure])
    else:
        # By averages the last ones joined are odd pieces, not speakers.
        found = fcluster(linkage(vectors[sure], method="ward"), t=n, criterion="maxclust")
    names = [one for one in np.unique(found) if one > 0]
    centres = np.stack([(vectors[sure] * lengths_s[sure, None])[found == one].sum(axis=0) for one in names])
    nearest = np.argmax(vectors @ _unit(centres.astype(np.float32)).T, axis=1)
    labels: Labels = nearest.astype(np.int64)
    is_named = found > 0
    labels[sure[is_named]] = np.searchsorted(names, found[is_named])
    return labels


def _large(found: Labels, lengths_s: npt.NDArray[np.float64]) -> Labels:
    """Return clusters with 0 for those of almost nothing."""
    totals = np.bincount(found, weights=lengths_s)
    least_s = min(max(_LEAST_S, _LEAST_SHARE * lengths_s.sum()), totals.max())
    return np.where(totals[found] >= least_s, found, 0)


def _by_length(labels: Labels, lengths_s: npt.NDArray[np.float64]) -> Labels:
    names, place = np.unique(labels, return_inverse=True)
    totals = np.bincount(place, weights=lengths_s, minlength=len(names))
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(-totals, kind="stable")] = np.arange(len(names))
    ranked: Labels = rank[place]
    return ranked


def in_pieces(vectors: Vectors, duration_s: float) -> tuple[Vectors, float]:
    """Return the means of about 1.6 s of a segment's vectors, and how long each piece is.

    Args:
        vectors: Of one segment, in order; none gives one piece that is not known.
        duration_s: Of the segment.
    """
    if not len(vectors):
        return np.full((1, vectors.shape[1]), np.nan, np.float32), duration_s
    n = max(1, round(duration_s / _PIECE_S))
    parts = np.array_split(vectors, min(n, len(vectors)))
    found = np.stack([part.mean(axis=0) for part in parts]).astype(np.float32)
    return found, duration_s / len(parts)


def turns(pieces: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Return the pieces of a segment joined to turns; what is under 1.5 s goes with the longer neighbour.

    Args:
        pieces: Speaker and length in seconds, in order.

    >>> turns([(0, 1.6), (0, 1.6), (1, 0.8), (0, 1.6), (1, 2.0)])
    ((0, 5.6), (1, 2.0))
    """
    found = _joined(pieces)
    while len(found) > 1 and min(length_s for _, length_s in found) < _TURN_S:
        at = min(range(len(found)), key=lambda place: found[place][1])
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(found)]
        host = max(beside, key=lambda place: found[place][1])
        found[at] = (found[host][0], found[at][1])
        found = _joined(found)
    return tuple(found)


def _joined(pieces: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    for number, length_s in pieces:
        if found and found[-1][0] == number:
            found[-1] = (number, found[-1][1] + length_s)
        else:
            found.append((number, length_s))
    return found


def standardised(vectors: Vectors) -> Vectors:
    """Return vectors with each dimension over its own mean and spread; for those that are raw."""
    known = vectors[np.isfinite(vectors).all(axis=1)]
    if len(known) < 2:
        return vectors
    found: Vectors = (vectors - known.mean(axis=0)) / np.maximum(1e-6, known.std(axis=0))
    return found


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.maximum(np.float32(1e-9), np.linalg.norm(vectors, axis=1, keepdims=True))
    return found
