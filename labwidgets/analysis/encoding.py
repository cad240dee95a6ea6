"""Texts as they are compared: normalised, divided into words, the words as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from labwidgets.analysis.alignment import Packed
from labwidgets.analysis.variants import Choice, Variants, each_word, may_choose, parse, said_wording
from labwidgets.text import Normalisation

# Stands between texts while they are divided into words all at once; no text may hold it.
_END = "\x00"


@dataclass(slots=True)
class Vocabulary:
    """Numbers for words; the same word has the same number wherever it stands."""

    numbers: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def number(self, word: str) -> int:
        """Return the number of a word; a new word gets the next one."""
        found = self.numbers.setdefault(word, len(self.words))
        if found == len(self.words):
            self.words.append(word)
        return found

    def encode(self, texts: Sequence[str]) -> tuple[Packed, list[str]]:
        """Return the words of each text as numbers, and the texts with single spaces."""
        together = f" {_END} ".join(texts)
        if together.count(_END) >= max(1, len(texts)):
            return self.encode([text.replace(_END, " ") for text in texts])
        if not any(map(str.strip, texts)):
            empty = Packed(np.zeros(0, dtype=np.int32), np.zeros(len(texts) + 1, dtype=np.int64))
            return empty, [""] * len(texts)
        whole = pc.utf8_trim_whitespace(pa.array([together], pa.large_string()))
        [tokens] = pc.utf8_split_whitespace(whole)
        words = tokens.values
        known = words.dictionary_encode()
        numbers = [-1 if word == _END else self.number(word) for word in known.dictionary.to_pylist()]
        values = np.array(numbers, dtype=np.int32)[known.indices.to_numpy()]
        is_word = values >= 0
        before = np.cumsum(is_word)
        offsets = np.concatenate([[0], before[~is_word], before[-1:]]).astype(np.int64)
        # The length that single spaces would make; beside an empty text there stands one space more.
        n_spaced = pc.sum(pc.utf8_length(words)).as_py() + len(words) - 1 + texts.count("")
        # Of all white space only the space itself is printable.
        is_spaced = n_spaced == len(together) and "".join(texts).isprintable()
        spaced = texts if is_spaced else [" ".join(text.split()) for text in texts]
        return Packed(values[is_word], offsets), list(spaced)


def said_words(
    references: Sequence[str], hypotheses: Sequence[str], chain: Normalisation, variants: Variants | None
) -> tuple[list[str], list[str]]:
    """Return both sides as they are compared; of several accepted wordings, the one that was said."""
    words, heard = chain.many(references), chain.many(hypotheses)
    for place, reference in enumerate(references):
        if may_choose(reference):
            wording = each_word(parse(reference), chain)
            if any(isinstance(part, Choice) for part in wording):
                words[place] = " ".join(said_wording(wording, heard[place].split()))
                continue
        if variants is not None and variants.touch(own := words[place].split()):
            words[place] = " ".join(said_wording(variants.expand(own), heard[place].split()))
    return words, heard


def joined(parts: Sequence[Packed]) -> Packed:
    """Return packed lists one after the other."""
    sizes = np.cumsum([0, *(len(part.values) for part in parts)])
    offsets = [part.offsets[:-1] + size for part, size in zip(parts, sizes, strict=False)]
    return Packed(
        np.concatenate([part.values for part in parts]),
        np.concatenate([*offsets, sizes[-1:]]).astype(np.int64),
    )
