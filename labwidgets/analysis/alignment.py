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
        end += _align_one(reference, hypothesis, ops[end:], steps, most_cells)
        offsets[pair + 1] = end
    return ops[:end], offsets


@njit(cache=True, nogil=True)
def _align_one(reference: Ids, hypothesis: Ids, ops: Ops, steps: Ops, most_cells: int) -> int:
    """Write the steps of one pair to the front of ``ops`` and return how many there are.

    The table is worked through in bands of ``height`` rows. The costs at the top of each band are kept;
    going back, each band's steps are worked out again from there, so that memory stays bounded while the
    path is the same as with the whole table.
    """
    n_words, width = len(reference), len(hypothesis) + 1
    height = max(1, min(max(n_words, 1), most_cells // width))
    n_bands = max(1, (n_words + height - 1) // height)
    tops = np.empty((n_bands, width), dtype=np.int32)
    for column in range(width):
        tops[0, column] = column * _GAP_COST
    costs = tops[0].copy()
    for band in range(n_bands - 1):
        for row in range(band * height, (band + 1) * height):
            _advance(reference[row], hypothesis, costs, steps, 0)
        tops[band + 1] = costs
    n_ops, column, row = 0, width - 1, n_words
    for band in range(n_bands - 1, -1, -1):
        first = band * height
        costs = tops[band].copy()
        for index in range(first, min(first + height, n_words)):
            _advance(reference[index], hypothesis, costs, steps, (index - first) * width)
        while row > first or (band == 0 and column > 0):
            step = _INS if row == 0 else steps[(row - 1 - first) * width + column]
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
def _advance(word: int, hypothesis: Ids, costs: npt.NDArray[np.int32], steps: Ops, at: int) -> None:
    """Turn the costs of one row of the table into those of the next, and keep how each was reached."""
    diagonal = costs[0]
    before = diagonal + _GAP_COST
    costs[0] = before
    steps[at] = _DEL
    for column in range(1, len(costs)):
        both = diagonal if word == hypothesis[column - 1] else diagonal + _SUB_COST
        diagonal = costs[column]
        deleted = diagonal + _GAP_COST
        inserted = before + _GAP_COST
        if both <= deleted and both <= inserted:
            before = both
            steps[at + column] = _HIT
        elif deleted < inserted:
            before = deleted
            steps[at + column] = _DEL
        else:
            before = inserted
            steps[at + column] = _INS
        costs[column] = before
