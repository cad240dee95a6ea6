"""Texts as they are compared: normalised, divided into words, the words as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labwidgets.analysis.alignment import Packed
from labwidgets.analysis.dividing import divided
from labwidgets.analysis.variants import Choice, Variants, each_word, may_choose, parse, said_wording
from labwidgets.text import Normalisation


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
        # Of all white space only the space itself is printable.
        if not "".join(texts).isprintable():
            texts = [" ".join(text.split()) for text in texts]
        content = "".join([text + "\n" for text in texts]).encode("utf-8", "surrogatepass")
        values, offsets, spans, is_spaced = divided(np.frombuffer(content, dtype=np.uint8), len(texts))
        words = [
            content[first:last].decode("utf-8", "surrogatepass")
            for first, last in zip(*spans.T.tolist(), strict=True)
        ]
        known = self.numbers
        numbers = [known.setdefault(word, len(known)) for word in words]
        n_before = len(self.words)
        self.words += [word for word, number in zip(words, numbers, strict=True) if number >= n_before]
        spaced = list(texts) if is_spaced else [" ".join(text.split()) for text in texts]
        return Packed(np.array(numbers, dtype=np.int32)[values], offsets), spaced


def said_words(
    references: Sequence[str], hypotheses: Sequence[str], chain: Normalisation, variants: Variants | None
) -> tuple[list[str], list[str]]:
    """Return both sides as they are compared; of several accepted wordings, the one that was said."""
    words, heard = chain.many(references), chain.many(hypotheses)
    if variants is None:
        places = [place for place, reference in enumerate(references) if "{" in reference]
    else:
        places = list(range(len(references)))
    for place in places:
        reference = references[place]
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
