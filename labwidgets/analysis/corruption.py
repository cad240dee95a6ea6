"""Wrong references on purpose, in the ways that real ones are wrong, to see whether they are found."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Spoil = Callable[[list[str], random.Random, Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Corrupted:
    """Texts of which some were made wrong.

    Attributes:
        texts: All of them.
        kinds: What was done, by place; only the wrong ones.
    """

    texts: tuple[str, ...]
    kinds: Mapping[int, str]


def _neighbour(_words: list[str], _chance: random.Random, other: Sequence[str]) -> list[str]:
    return list(other)


def _cut_end(words: list[str], chance: random.Random, _other: Sequence[str]) -> list[str]:
    return words[: -chance.randint(1, max(1, len(words) // 2))]


def _cut_start(words: list[str], chance: random.Random, _other: Sequence[str]) -> list[str]:
    return words[chance.randint(1, max(1, len(words) // 2)) :]


def _left_out(words: list[str], chance: random.Random, _other: Sequence[str]) -> list[str]:
    place = chance.randrange(len(words))
    return words[:place] + words[place + 1 :]


def _twice(words: list[str], chance: random.Random, _other: Sequence[str]) -> list[str]:
    place = chance.randrange(len(words))
    n = chance.randint(1, min(3, len(words) - place))
    return words[: place + n] + words[place:]


def _overrun(words: list[str], chance: random.Random, other: Sequence[str]) -> list[str]:
    return words + list(other[: chance.randint(2, 4)])


def _misspelt(words: list[str], chance: random.Random, _other: Sequence[str]) -> list[str]:
    long = [place for place, word in enumerate(words) if len(word) > 3] or [0]
    place = chance.choice(long)
    return [*words[:place], _slip(words[place], chance), *words[place + 1 :]]


def _slip(word: str, chance: random.Random) -> str:
    """Swap, drop or double a letter, as fingers do."""
    if len(word) < 2:
        return word + word
    place = chance.randrange(len(word) - 1)
    kinds = (
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
    )
    changed = [one for one in kinds if one != word]
    return chance.choice(changed)


def _misheard(words: list[str], chance: random.Random, other: Sequence[str]) -> list[str]:
    place = chance.randrange(len(words))
    return [*words[:place], chance.choice(other), *words[place + 1 :]]


KINDS: Mapping[str, Spoil] = {
    "neighbour": _neighbour,
    "cut-end": _cut_end,
    "cut-start": _cut_start,
    "left-out": _left_out,
    "twice": _twice,
    "overrun": _overrun,
    "misspelt": _misspelt,
    "misheard": _misheard,
}
"""What goes wrong: the text of the neighbour, an end cut off, a word left out or written twice, text of the
next utterance at the end, a slip of the fingers, another word."""


def corrupt(texts: Sequence[str], *, share: float = 0.1, seed: int = 0) -> Corrupted:
    """Return the texts with a share of them made wrong, each kind about equally often.

    Texts of fewer than three words are left alone.

    Args:
        texts: References that are right; their neighbours are those next to them in order.
        share: Of all texts, 0..1.
        seed: Of the choices.
    """
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    usable = [place for place, text in enumerate(texts) if len(text.split()) >= 3]
    chosen = chance.sample(usable, min(len(usable), round(share * len(texts))))
    found = list(texts)
    kinds: dict[int, str] = {}
    names = list(KINDS)
    for turn, place in enumerate(chosen):
        name = names[turn % len(names)]
        other = texts[(place + 1) % len(texts)].split() or ["the"]
        spoilt = " ".join(KINDS[name](texts[place].split(), chance, other))
        if spoilt != texts[place]:
            found[place], kinds[place] = spoilt, name
    return Corrupted(tuple(found), kinds)
