"""Texts as they are compared: normalised, divided into words, the words as numbers."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from labwidgets.analysis.alignment import Packed
from labwidgets.analysis.variants import Variants, each_word, may_choose, parse, said_wording


@dataclass(slots=True)
class Vocabulary:
    """Numbers for words; the same word has the same number wherever it stands."""

    numbers: defaultdict[str, int] = field(default_factory=defaultdict)
    _words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers.default_factory = self.numbers.__len__

    @property
    def words(self) -> list[str]:
        """The words by number."""
        if len(self._words) < len(self.numbers):
            self._words = list(self.numbers)
        return self._words


@dataclass(slots=True)
class Encoder:
    """Collects texts as numbers of their words."""

    vocabulary: Vocabulary
    values: array[int] = field(default_factory=lambda: array("i"))
    lengths: array[int] = field(default_factory=lambda: array("q", [0]))

    def add(self, words: Sequence[str]) -> None:
        """Take the words of one more text in."""
        self.values.extend(map(self.vocabulary.numbers.__getitem__, words))
        self.lengths.append(len(words))

    def packed(self) -> Packed:
        """Return the numbers of all texts."""
        return Packed(np.array(self.values, dtype=np.int32), np.cumsum(self.lengths, dtype=np.int64))


def words_of(
    reference: str, hypothesis: str, *, normalise: Callable[[str], str], variants: Variants | None
) -> tuple[list[str], list[str]]:
    """Return the words of a reference and of what was heard; of several accepted wordings, the one said."""
    heard = normalise(hypothesis).split()
    if may_choose(reference):
        wording = each_word(parse(reference), normalise)
        if any(not isinstance(part, str) for part in wording):
            return said_wording(wording, heard), heard
    words = normalise(reference).split()
    if variants is not None and variants.touch(words):
        return said_wording(variants.expand(words), heard), heard
    return words, heard
