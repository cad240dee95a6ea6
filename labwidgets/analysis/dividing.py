"""Very many texts divided into words in one pass over their bytes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]

_SPACE, _LINE = 0x20, 0x0A
# As signed numbers: compiled code would make floats of a mixture of both kinds.
_BASIS, _PRIME = np.int64(0xCBF29CE484222325 - 2**64), np.int64(0x100000001B3)
_FIRST_SLOTS = 4096
_N_WORDS, _N_NUMBERS, _N_UNEVEN = 1, 2, 4


def divided(content: Bytes, n_texts: int) -> tuple[Ids, Offsets, Offsets, bool]:
    r"""Return the words of texts as numbers, in the order in which each is met first.

    Args:
        content: UTF-8; each text ends with a line feed and holds no white space but spaces.
        n_texts: How many there are.

    Returns:
        int32[n_words], the number of each word; int64[n_texts + 1], where each text begins among them;
        int64[n_numbers, 2], where each word stands in ``content``; and whether there is just one space
        between two words and none at the ends.

    References:
        Fowler, Noll and Vo, hash FNV-1a of 64 bits, http://www.isthe.com/chongo/tech/comp/fnv.

    >>> values, offsets, spans, is_spaced = divided(np.frombuffer(b"a b\n\nb\n", np.uint8), 3)
    >>> values.tolist(), offsets.tolist(), spans.tolist(), is_spaced
    ([0, 1, 1], [0, 2, 2, 3], [[0, 1], [2, 3]], True)
    """
    values = np.empty(1 + int(np.count_nonzero(content == _SPACE)) + n_texts, dtype=np.int32)
    offsets = np.zeros(n_texts + 1, dtype=np.int64)
    state = np.zeros(5, dtype=np.int64)
    slots, known = np.full(_FIRST_SLOTS, -1, dtype=np.int32), np.empty((_FIRST_SLOTS // 2, 3), dtype=np.int64)
    while _divide(content, values, offsets, slots, known, state):
        n_numbers = int(state[_N_NUMBERS])
        known = np.concatenate([known, np.empty((3 * len(known), 3), dtype=np.int64)])
        slots = _spread(known[:n_numbers], 4 * len(slots))
    n_numbers = int(state[_N_NUMBERS])
    return values[: state[_N_WORDS]], offsets, known[:n_numbers, 1:], bool(state[_N_UNEVEN] == 0)


@njit(cache=True, nogil=True)
def _divide(  # noqa: PLR0913, PLR0917 - compiled, without records
    content: Bytes, values: Ids, offsets: Offsets, slots: Ids, known: Offsets, state: Offsets
) -> bool:
    """Go on from ``state`` until the end, or until half of the slots are taken; return whether there is more.

    A row of ``known`` is a word's hash, start and end. Arrays that were made anew in this loop would cost
    many times the loop itself.
    """
    at, n_words, n_numbers, n_lines, n_uneven = state
    first, mixed = at, _BASIS
    mask = np.int64(len(slots) - 1)
    while at < len(content) and n_numbers < len(known):
        byte = content[at]
        at += 1
        if byte != _SPACE and byte != _LINE:  # noqa: PLR1714 - a tuple is many times slower here
            mixed = (mixed ^ np.int64(byte)) * _PRIME
            continue
        if at - 1 > first:
            slot = mixed & mask
            while slots[slot] >= 0 and not _is_same(content, first, at - 1, mixed, known[slots[slot]]):
                slot = (slot + 1) & mask
            if slots[slot] < 0:
                slots[slot] = n_numbers
                known[n_numbers, 0], known[n_numbers, 1], known[n_numbers, 2] = mixed, first, at - 1
                n_numbers += 1
            values[n_words] = slots[slot]
            n_words += 1
        # An empty text has no word and is spaced well all the same.
        elif byte == _SPACE or (at > 1 and content[at - 2] == _SPACE):
            n_uneven += 1
        if byte == _LINE:
            n_lines += 1
            offsets[n_lines] = n_words
        first, mixed = at, _BASIS
    state[:] = first, n_words, n_numbers, n_lines, n_uneven
    return bool(first < len(content))


@njit(cache=True, nogil=True, inline="always")
def _is_same(content: Bytes, first: int, last: int, mixed: int, word: Offsets) -> bool:
    if word[0] != mixed or word[2] - word[1] != last - first:
        return False
    at = 0
    while at < last - first and content[word[1] + at] == content[first + at]:
        at += 1
    return at == last - first


def _spread(known: Offsets, n_slots: int) -> Ids:
    slots = np.full(n_slots, -1, dtype=np.int32)
    _fill(slots, known)
    return slots


@njit(cache=True, nogil=True)
def _fill(slots: Ids, known: Offsets) -> None:
    mask = np.int64(len(slots) - 1)
    for number in range(len(known)):
        slot = known[number, 0] & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = number
