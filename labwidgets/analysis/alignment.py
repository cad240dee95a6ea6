"""Word by word, what was heard right, replaced, left out and added: the alignment of NIST's sclite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Ids = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Ops = npt.NDArray[np.int8]


class Op(IntEnum):
    """What happened to a word."""

    HIT = 0
    SUBSTITUTION = 1
    DELETION = 2
    INSERTION = 3


_HIT, _SUB, _DEL, _INS = (int(op) for op in Op)
_SUB_COST = 4
_GAP_COST = 3
# Up to here the whole table of steps is kept; beyond, only some rows of it, and the rest is worked out again.
_MOST_CELLS = 16_000_000
_REACH = 64
_FAR = 1 << 29


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """One step of an alignment; ``reference`` is None for an insertion, ``hypothesis`` for a deletion."""

    op: Op
    reference: str | None
    hypothesis: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Many lists end to end: list ``i`` is ``values[offsets[i]:offsets[i + 1]]``."""

    values: npt.NDArray[Any]
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = self.values[self.offsets[index] : self.offsets[index + 1]]
        return values

    def renumbered(self, numbers: Sequence[int]) -> Packed:
        """Return the same lists with ``numbers[value]`` in place of each value."""
        return Packed(np.asarray(numbers, dtype=self.values.dtype)[self.values], self.offsets)

    def lengths(self) -> Offsets:
        """Return int64[n_lists]."""
        return np.diff(self.offsets)


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[AlignedWord, ...]:
    """Return the cheapest alignment of two lists of words; of several, the one that sclite takes.

    A substitution costs 4, an insertion or a deletion 3. Words are equal when they are the same string.
    Both lists empty: no step.

    References:
        NIST SCTK, https://github.com/usnistgov/SCTK, ``src/sclite/net_dp.c`` (NIST licence): from the end, a
        step over both words is taken where it is cheapest, else a deletion where it is cheaper than an
        insertion.

    >>> [
    ...     (step.op.name, step.reference, step.hypothesis)
    ...     for step in align(["the", "cat"], ["a", "the", "hat"])
    ... ]
    [('INSERTION', None, 'a'), ('HIT', 'the', 'the'), ('SUBSTITUTION', 'cat', 'hat')]
    """
    numbers: dict[str, int] = {}
    first = _numbered(reference, numbers)
    second = _numbered(hypothesis, numbers)
    ops = align_ids(_single(first), _single(second)).values
    return spelt(ops, reference, hypothesis)


def spelt(ops: Ops, reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[AlignedWord, ...]:
    """Return the steps ``ops`` with their words."""
    at_reference, at_hypothesis = iter(reference), iter(hypothesis)
    return tuple(
        AlignedWord(
            Op(op),
            None if op == _INS else next(at_reference),
            None if op == _DEL else next(at_hypothesis),
        )
        for op in ops.tolist()
    )


def _numbered(words: Sequence[str], numbers: dict[str, int]) -> Ids:
    return np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int32)


def _single(ids: Ids) -> Packed:
    return Packed(ids, np.array([0, len(ids)], dtype=np.int64))


def align_ids(references: Packed, hypotheses: Packed) -> Packed:
    """Return the steps of many pairs at once, int8 (see :class:`Op`); words are numbers here."""
    values, offsets = _align_many(
        references.values, references.offsets, hypotheses.values, hypotheses.offsets, _MOST_CELLS
    )
    return Packed(values, offsets)


@njit(cache=True, nogil=True)
def _align_many(
    references: Ids, reference_offsets: Offsets, hypotheses: Ids, hypothesis_offsets: Offsets, most_cells: int
) -> tuple[Ops, Offsets]:
    n_pairs = len(reference_offsets) - 1
    ops = np.empty(len(references) + len(hypotheses), dtype=np.int8)
    offsets = np.zeros(n_pairs + 1, dtype=np.int64)
    n_cells = 0
    for pair in range(n_pairs):
        n_words = reference_offsets[pair + 1] - reference_offsets[pair]
        n_heard = hypothesis_offsets[pair + 1] - hypothesis_offsets[pair]
        n_cells = max(n_cells, min((n_words + 1) * (n_heard + 1), most_cells + 4 * n_heard))
    steps = np.empty(n_cells, dtype=np.int8)
    end = 0
    for pair in range(n_pairs):
        reference = references[reference_offsets[pair] : reference_offsets[pair + 1]]
        hypothesis = hypotheses[hypothesis_offsets[pair] : hypothesis_offsets[pair + 1]]
        # From the end the path takes both words wherever they are the same.
        n_same = _n_same_at_end(reference, hypothesis)
        reference, hypothesis = reference[: len(reference) - n_same], hypothesis[: len(hypothesis) - n_same]
        if len(reference) or len(hypothesis):
            end += _align_one(reference, hypothesis, ops[end:], steps, most_cells)
        ops[end : end + n_same] = _HIT
        end += n_same
        offsets[pair + 1] = end
    return ops[:end], offsets


@njit(cache=True, nogil=True)
def _n_same_at_end(reference: Ids, hypothesis: Ids) -> int:
    shorter = min(len(reference), len(hypothesis))
    n_same = 0
    while n_same < shorter and reference[-1 - n_same] == hypothesis[-1 - n_same]:
        n_same += 1
    return n_same


@njit(cache=True, nogil=True)
def _align_one(reference: Ids, hypothesis: Ids, ops: Ops, steps: Ops, most_cells: int) -> int:
    """Write the steps of one pair to the front of ``ops`` and return how many there are.

    Only cells within ``reach`` of the diagonal are worked out at first. A path that leaves them needs so many
    gaps on its way out and back that it is dearer than what was found, else the reach is doubled. The steps
    are kept for ``height`` rows at a time, with the costs at the top of each such band; going back, a band's
    steps are worked out again from there. The path is that of the whole table.
    """
    n_words, width = len(reference), len(hypothesis) + 1
    apart = abs(n_words - width + 1)
    height = max(1, min(max(n_words, 1), most_cells // width))
    tops = np.empty((max(1, (n_words + height - 1) // height), width), dtype=np.int32)
    costs = np.empty(width, dtype=np.int32)
    reach = max(_REACH, 2 * apart)
    while True:
        for column in range(width):
            costs[column] = column * _GAP_COST if column <= reach else _FAR
        for row in range(n_words):
            if row % height == 0:
                tops[row // height] = costs
            _advance(reference[row], hypothesis, costs, steps[(row % height) * width :], row + 1, reach)
        is_whole = reach >= max(n_words, width - 1)
        if is_whole or costs[width - 1] < _GAP_COST * (2 * reach + 2 - apart):
            break
        reach *= 2
    n_ops: int = _walk_back(reference, hypothesis, ops, steps, tops, height, reach)
    return n_ops


@njit(cache=True, nogil=True)
def _walk_back(  # noqa: PLR0913, PLR0917 - compiled, without records
    reference: Ids,
    hypothesis: Ids,
    ops: Ops,
    steps: Ops,
    tops: npt.NDArray[np.int32],
    height: int,
    reach: int,
) -> int:
    width = len(hypothesis) + 1
    n_ops, column, row = 0, width - 1, len(reference)
    band = max(0, row - 1) // height
    while row > 0 or column > 0:
        if row > 0 and (row - 1) // height < band:
            band -= 1
            costs = tops[band].copy()
            for index in range(band * height, (band + 1) * height):
                _advance(
                    reference[index], hypothesis, costs, steps[(index % height) * width :], index + 1, reach
                )
        step = _INS if row == 0 else steps[((row - 1) % height) * width + column]
        if step == _HIT and reference[row - 1] != hypothesis[column - 1]:
            step = _SUB
        ops[n_ops] = step
        n_ops += 1
        if step != _INS:
            row -= 1
        if step != _DEL:
            column -= 1
    ops[:n_ops] = ops[:n_ops][::-1].copy()
    return n_ops


@njit(cache=True, nogil=True)
def _advance(  # noqa: PLR0913, PLR0917 - compiled, without records
    word: int, hypothesis: Ids, costs: npt.NDArray[np.int32], steps: Ops, row: int, reach: int
) -> None:
    """Turn the costs of the row before ``row`` into its own, and keep how each was reached."""
    first, last = max(1, row - reach), min(len(hypothesis), row + reach)
    diagonal = costs[first - 1]
    before = _FAR
    if row <= reach:
        before = diagonal + _GAP_COST
        costs[0] = before
        steps[0] = _DEL
    for column in range(first, last + 1):
        both = diagonal if word == hypothesis[column - 1] else diagonal + _SUB_COST
        diagonal = costs[column]
        deleted = diagonal + _GAP_COST
        inserted = before + _GAP_COST
        if both <= deleted and both <= inserted:
            before = both
            steps[column] = _HIT
        elif deleted < inserted:
            before = deleted
            steps[column] = _DEL
        else:
            before = inserted
            steps[column] = _INS
        costs[column] = before
