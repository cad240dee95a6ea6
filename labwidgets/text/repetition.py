"""Text that goes round in circles, as a decoder writes it that has lost its way."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST_LOOP = 12
_LOOP_TIMES = 4
_LOOP_LETTERS = 12
_LONGEST_WORD = 40


def has_repetition(text: str) -> bool:
    """Tell whether some words, or some characters of an unspaced script, follow themselves four times.

    >>> has_repetition("thank you. thank you. thank you. thank you."), has_repetition("no no, not that")
    (True, False)
    """
    units = text.casefold().split()
    if any(len(unit) > _LONGEST_WORD for unit in units):
        units = [character for unit in units for character in unit]
    if len(units) - len(set(units)) < _LOOP_TIMES - 1:
        return False
    return any(_loops(units, length) for length in range(1, min(_LONGEST_LOOP, len(units) // 2) + 1))


def _loops(units: Sequence[str], length: int) -> bool:
    run = 0
    for index in range(length, len(units)):
        run = run + 1 if units[index] == units[index - length] else 0
        if run >= length * (_LOOP_TIMES - 1):
            looped = units[index + 1 - run - length : index + 1]
            if sum(map(len, looped)) >= _LOOP_LETTERS:
                return True
    return False
