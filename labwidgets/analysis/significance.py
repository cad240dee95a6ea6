"""Whether one model is really better than another: paired tests on the same references."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from labwidgets.analysis.alignment import Op, Packed, align_ids
from labwidgets.analysis.resampling import Floats, Groups, Numbers, interval, resample

GOOD_BETWEEN = 2
"""Words that both models heard right in a row part two segments, as in NIST's sc_stats."""

_HIT, _DEL, _INS = int(Op.HIT), int(Op.DELETION), int(Op.INSERTION)


@dataclass(frozen=True, slots=True)
class MatchedPairs:
    """The matched-pair sentence segment word error test (MAPSSWE).

    Attributes:
        n_segments: Segments in which either model made an error.
        mean: Errors of the first less errors of the second, per segment.
        z: Of the mean, standard normal if the models are alike; 0 without any spread.
        p: Two-sided.
    """

    n_segments: int
    mean: float
    z: float
    p: float


def matched_pairs(differences: Sequence[int] | Numbers) -> MatchedPairs:
    """Return the test for the differences in errors, one a segment.

    No segment, or the same difference in all: nothing can be told, ``z`` is 0 and ``p`` 1, as in sc_stats.

    References:
        Gillick and Cox, Some statistical issues in the comparison of speech recognition algorithms, ICASSP
        1989, section 3; NIST SCTK, ``src/sclite/statdist.c``, ``calc_mean_var_std_dev_Zstat``.

    >>> matched_pairs([2, -1, -1, 1])
    MatchedPairs(n_segments=4, mean=0.25, z=0.3333333333333333, p=0.7388826803635273)
    """
    values = np.asarray(differences, dtype=np.float64)
    mean = float(values.mean()) if values.size else 0.0
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    if spread == 0.0:
        return MatchedPairs(values.size, mean, 0.0, 1.0)
    z = mean / (spread / math.sqrt(values.size))
    return MatchedPairs(values.size, mean, z, math.erfc(abs(z) / math.sqrt(2)))


def segment_errors(
    words: Packed, ops: Packed, other_words: Packed, other_ops: Packed
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the errors of two models in each segment where one of them erred, and its utterance.

    A segment ends with two words that both models heard right, or with the utterance. Where a reference
    accepts several wordings and the models took different ones, only words that both have can part segments.

    Args:
        words: References as the first model's hypotheses were scored against, as numbers.
        ops: Alignments of the first model.
        other_words: The same of the second model.
        other_ops: The same of the second model.

    Returns:
        int64[n_segments] three times: errors of the first, of the second, index of the utterance.

    References:
        NIST SCTK, ``src/sclite/mtchprs.c``, ``test_comp_sents``.
    """
    first, second = _spread(ops), _spread(other_ops)
    same = words.lengths() == other_words.lengths()
    at = np.flatnonzero(same)
    at = np.array(
        [place for place in at.tolist() if np.array_equal(words[place], other_words[place])], dtype=np.int64
    )
    is_same = np.zeros(len(words), dtype=np.bool_)
    is_same[at] = True
    if not is_same.all():
        first, second, joint = _joined(words, other_words, is_same, first, second)
    else:
        joint = Packed(np.ones(len(first.values), dtype=np.bool_), first.offsets)
    mine, theirs, utterance = _segments(
        first.values, second.values, joint.values, first.offsets, GOOD_BETWEEN
    )
    return mine, theirs, utterance


def _spread(ops: Packed) -> Packed:
    """Return errors by place: one for each reference word, and one place behind the last.

    An odd value: the word itself is wrong; each insertion before the word adds 2.
    """
    values = ops.values
    utterance = np.repeat(np.arange(len(ops)), ops.lengths())
    in_reference = values != _INS
    n_words = np.bincount(utterance[in_reference], minlength=len(ops))
    offsets = np.concatenate([[0], np.cumsum(n_words + 1)]).astype(np.int64)
    # Each step's place: the words before it in all utterances, and one place more for each utterance.
    place = np.cumsum(in_reference) - in_reference + utterance
    weights = np.where(values == _INS, 2, (values != _HIT).astype(np.int64))
    spread = np.bincount(place, weights=weights, minlength=int(offsets[-1])).astype(np.int64)
    return Packed(spread, offsets)


def _joined(
    words: Packed, other_words: Packed, is_same: npt.NDArray[np.bool_], first: Packed, second: Packed
) -> tuple[Packed, Packed, Packed]:
    """Bring places into step where the references differ; tell which places hold a word of both."""
    parts: list[tuple[Numbers, Numbers, npt.NDArray[np.bool_]]] = []
    for place in range(len(words)):
        mine, theirs = first[place], second[place]
        if is_same[place]:
            parts.append((mine, theirs, np.ones(len(mine), dtype=np.bool_)))
            continue
        single = [Packed(one, np.array([0, len(one)])) for one in (words[place], other_words[place])]
        steps = align_ids(single[0], single[1]).values
        in_mine = np.append(steps != _INS, True)
        in_theirs = np.append(steps != _DEL, True)
        spaced = np.zeros((2, len(steps) + 1), dtype=np.int64)
        spaced[0, in_mine], spaced[1, in_theirs] = mine, theirs
        parts.append((spaced[0], spaced[1], np.append(steps == _HIT, True)))
    offsets = np.cumsum([0, *(len(part[0]) for part in parts)])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Packed(columns[0], offsets), Packed(columns[1], offsets), Packed(columns[2], offsets)


@njit(cache=True, nogil=True)
def _segments(
    first: Numbers, second: Numbers, joint: npt.NDArray[np.bool_], offsets: Numbers, good_between: int
) -> tuple[Numbers, Numbers, Numbers]:
    found = np.empty((3, len(first)), dtype=np.int64)
    n_found = 0
    for utterance in range(len(offsets) - 1):
        mine, theirs, n_good = 0, 0, 0
        for place in range(offsets[utterance], offsets[utterance + 1]):
            errors, other = first[place], second[place]
            if errors >= 2 or other >= 2:
                n_good = 0
            mine += (errors >> 1) + (errors & 1)
            theirs += (other >> 1) + (other & 1)
            is_last = place == offsets[utterance + 1] - 1
            if is_last or not joint[place] or (errors & 1) or (other & 1):
                n_good = 0
            else:
                n_good += 1
            if (n_good >= good_between or is_last) and mine + theirs > 0:
                found[0, n_found], found[1, n_found], found[2, n_found] = mine, theirs, utterance
                n_found += 1
                mine, theirs = 0, 0
    return found[0, :n_found].copy(), found[1, :n_found].copy(), found[2, :n_found].copy()


@dataclass(frozen=True, slots=True)
class PairedBootstrap:
    """What resampling says of a difference in rates.

    Attributes:
        difference: Rate of the first less rate of the second.
        interval: Of the difference, at 95 %; None where there is but one group.
        p: Two-sided: twice the share of draws on the other side of zero; None likewise.
    """

    difference: float
    interval: tuple[float, float] | None
    p: float | None


def paired_bootstrap(
    edits: Sequence[Numbers], units: Sequence[Numbers], groups: Groups, *, seed: int = 0
) -> PairedBootstrap:
    """Return the difference between two error rates over the same draws of groups.

    Args:
        edits: int64[n_utterances] of each model.
        units: Words of the references, likewise (they can differ where several wordings are accepted).
        groups: Speakers, recordings or utterances to draw.
        seed: Of the draws.

    References:
        Bisani and Ney, Bootstrap estimates for confidence intervals in ASR performance evaluation, ICASSP
        2004, section 4.
    """
    difference = float(_rates(edits[0].sum(), units[0].sum()) - _rates(edits[1].sum(), units[1].sum()))
    if groups.n < 2:
        return PairedBootstrap(difference, None, None)
    drawn = resample(groups, [*edits, *units], seed=seed)
    differences = _rates(drawn[0], drawn[2]) - _rates(drawn[1], drawn[3])
    n = len(differences)
    below, above = int((differences <= 0).sum()), int((differences >= 0).sum())
    # One draw more on each side: no number of draws shows that something never happens.
    p = min(1.0, 2 * (min(below, above) + 1) / (n + 1))
    return PairedBootstrap(difference, interval(differences), p)


def _rates(edits: Floats | np.int64, units: Floats | np.int64) -> Floats:
    return np.asarray(edits / np.maximum(1, units), dtype=np.float64)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the values corrected for being many, each at most 1.

    References:
        Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
        1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = highest
    return found
