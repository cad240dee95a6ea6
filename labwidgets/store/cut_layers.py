"""Where a further text is cut when the main text of its segment is: words go with those that they stand for.

``frontend/src/segments/layer_cuts.ts`` does the same on the page; ``tests/layer_cuts.json`` tests both.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_UNIT = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
    r"|[^\s\u200b\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+"
)
"""A sign of a script without spaces, or what stands between spaces."""


@dataclass(frozen=True, slots=True)
class LayerCut:
    """A place in a further text.

    Attributes:
        at: Index of the first letter behind the cut.
        astride: Words that stand for words on both sides of it, or for none beside it, so that it is not
            known to which side they belong; empty for a sure cut.
    """

    at: int
    astride: str


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    key: str


def cut_layer(text: str, at: int, layer: str) -> LayerCut:
    """Return where ``layer`` is cut when ``text`` is cut at ``at``.

    Words that both have show what belongs together, without case and punctuation. As many words in the place
    of others count word for word; others that a cut goes through are parted by their share, and told.

    >>> cut_layer("Well, twenty cats [uh] ran", 18, "well 20 cats ran")
    LayerCut(at=13, astride='')
    >>> cut_layer("twenty three cats", 7, "23 cats")
    LayerCut(at=3, astride='23')
    """
    before, behind = _units(text), _units(layer)
    n_left = sum(unit.end <= at for unit in before)
    if n_left in (0, len(before)):
        return LayerCut(len(layer) if n_left or not before else 0, "")
    matcher = difflib.SequenceMatcher(None, _keys(before), _keys(behind), autojunk=False)
    place, astride = _place(matcher.get_opcodes(), n_left)
    cut = behind[place].start if place < len(behind) else len(layer)
    told = layer[behind[astride[0]].start : behind[astride[1] - 1].end] if astride[0] < astride[1] else ""
    return LayerCut(cut, told)


def _place(steps: Sequence[tuple[str, int, int, int, int]], n_left: int) -> tuple[int, tuple[int, int]]:
    """Return how many words of the layer stand before the cut, and which of them are not sure."""
    for _, first, last, low, high in steps:
        if first == last == n_left:
            return high, (low, high)
        if not first < n_left < last:
            continue
        if last - first == high - low:
            return low + n_left - first, (0, 0)
        share = (n_left - first) / (last - first)
        return low + int(share * (high - low) + 0.5), (low, high)
    return next(low for _, first, _, low, _ in steps if first >= n_left), (0, 0)


def _keys(units: Sequence[_Unit]) -> list[str]:
    return [unit.key for unit in units]


def _units(text: str) -> list[_Unit]:
    """Return words, or signs where words are not divided; mere punctuation goes with what is before."""
    units = []
    for found in _UNIT.finditer(text):
        key = "".join(sign for sign in found.group().casefold() if unicodedata.category(sign)[0] not in "PS")
        if key:
            units.append(_Unit(found.start(), found.end(), key))
    return units
