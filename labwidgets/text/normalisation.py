"""Normalisations by name: chains of steps, and a look at what they folded together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from labwidgets.errors import ConfigError
from labwidgets.text import steps as known
from labwidgets.text.steps import BY_LINE, STEPS, Step

NORMALISATIONS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "sclite": ("case",),
    "basic": ("tags", "nfc", "invisible", "case", "punctuation"),
    "indic": ("tags", "nfc", "invisible", "digits", "case", "punctuation", "joiners"),
    "whisper": ("whisper",),
}
"""Chains by name. ``basic`` is the default and safe for every script; ``whisper`` is not."""

LOSSY = frozenset({"whisper"})
"""Steps that can make different words the same: a rate after them needs a second look."""

Normalise = str | Callable[[str], str] | Sequence[str | Callable[[str], str]]
"""A name such as ``basic`` or ``basic+digits+numbers:en``, a function, or several of both."""


@dataclass(frozen=True, slots=True)
class Folding:
    """Words that one step changed alike.

    Attributes:
        step: Its name.
        before: As they were written.
        after: As they are compared; empty where nothing is left.
        n: How often.
    """

    step: str
    before: str
    after: str
    n: int


@dataclass(frozen=True, slots=True)
class Normalisation:
    """A chain of named steps from text to text. White space is left to the splitting into words."""

    steps: tuple[tuple[str, Step], ...]

    @property
    def name(self) -> str:
        """The steps' names, or the name of the chain where there is one."""
        names = tuple(name for name, _ in self.steps)
        for length in range(len(names), -1, -1):
            for name, chain in NORMALISATIONS.items():
                if chain == names[:length] and (chain or not names):
                    return "+".join((name, *names[length:]))
        return "+".join(names)

    @property
    def is_lossy(self) -> bool:
        """Whether a step can make different words the same."""
        return any(name in LOSSY for name, _ in self.steps)

    def __call__(self, text: str) -> str:
        """Return the text as it is compared."""
        for _, step in self.steps:
            text = step(text)
        return text

    def many(self, texts: Sequence[str]) -> list[str]:
        """Return all texts as they are compared: as a call for each gives them, white space aside, faster."""
        if not all(name in BY_LINE and STEPS[name] is step for name, step in self.steps):
            return [self(text) for text in texts]
        lines = "\n".join(texts)
        if lines.count("\n") >= len(texts):
            return [self(text) for text in texts]
        return self(lines).split("\n")

    def trace(self, text: str) -> list[tuple[str, str]]:
        """Return the text after each step that changed it, with the step's name."""
        found = []
        for name, step in self.steps:
            after = step(text)
            if after != text:
                found.append((name, after))
            text = after
        return found

    def foldings(self, texts: Iterable[str]) -> list[Folding]:
        """Return what the steps did to the words of ``texts``, the most frequent first.

        Word by word, so that a step that looks further than one word shows here as far as a word goes.
        """
        words = Counter(word for text in texts for word in text.split())
        found: Counter[tuple[str, str, str]] = Counter()
        for word, n in words.items():
            text = word
            for name, step in self.steps:
                after = " ".join(step(text).split())
                if after != text:
                    found[name, text, after] += n
                text = after
        return [Folding(*key, n) for key, n in found.most_common()]


def normalisation(given: Normalise) -> Normalisation:
    """Return the chain that ``given`` names.

    Args:
        given: ``none``, ``basic``, … or a step, joined with ``+``; a function from text to text; or several.

    Raises:
        ConfigError: There is no step of that name.

    >>> normalisation("basic+digits").name
    'basic+digits'
    >>> normalisation("basic")("The  cat's, HAT!").split()
    ['the', "cat's", 'hat']
    """
    if isinstance(given, str):
        return Normalisation(tuple(step for part in given.split("+") for step in _named(part.strip())))
    if callable(given):
        name = getattr(given, "__name__", type(given).__name__)
        return Normalisation(((name, given),))
    return Normalisation(tuple(step for part in given for step in normalisation(part).steps))


def _named(part: str) -> list[tuple[str, Step]]:
    if part in NORMALISATIONS:
        return [(name, STEPS[name]) for name in NORMALISATIONS[part]]
    if part in STEPS:
        return [(part, STEPS[part])]
    name, _, language = part.partition(":")
    if name == "numbers" and language:
        return [(part, known.numbers(language))]
    raise ConfigError(
        "no such normalisation",
        value=part,
        allowed=", ".join((*NORMALISATIONS, *STEPS, "numbers:LANGUAGE")),
        remedy="Join several with +, or give a function from text to text",
    )
