"""Whether a text is written in the script of its language; pure.

``frontend/src/editor/writing.ts`` mirrors this with the browser's own tables; ``tests/text_writing.json``
holds what both sides must find.

References:
    Likely scripts: Unicode CLDR (Unicode-3.0 licence), as ``langcodes`` carries them. Scripts of characters:
    Unicode Standard Annex 24.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import langcodes
import regex
from langcodes.data_dicts import LIKELY_SUBTAGS
from langcodes.tag_parser import LanguageTagError

from labwidgets.text.tags import find_tags

UNKNOWN = "Zzzz"
"""Where a letter's script is none of ``SCRIPTS``."""

_CODES = """
    Latn Deva Beng Taml Telu Arab Guru Gujr Orya Knda Mlym Sinh Olck Mtei Cyrl Grek Hebr Hani Hira Kana Hang
    Thai Laoo Khmr Mymr Tibt Ethi Armn Geor Mong Thaa Syrc Cher Nkoo Tfng Bopo Java Bali Sund Cham Lepc Limb
"""
SCRIPTS = tuple(_CODES.split())
"""Scripts that are told apart, ISO 15924."""

_PARTS = {
    "Jpan": ("Hani", "Hira", "Kana"),
    "Hrkt": ("Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
    "Hanb": ("Hani", "Bopo"),
    "Aran": ("Arab",),
}
_NONE = frozenset({"", "und", "mul", "mis", "zxx"})
_WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d'\u2019]+")
_LETTER = regex.compile(r"\p{L}")
_ANY = regex.compile("|".join(f"(?P<{code}>\\p{{Script={code}}})" for code in SCRIPTS))
_NEUTRAL = regex.compile(r"[\p{Script=Zyyy}\p{Script=Zinh}]")


@dataclass(frozen=True, slots=True)
class Writing:
    """What of a text is in the scripts of its language.

    Attributes:
        expected: Scripts of the language, ISO 15924; empty where none is known, and then nothing is strange.
        strange: How many words are in a script that does not fit, by script; the first such letter counts.
        n_words: All words that have letters.
    """

    expected: tuple[str, ...]
    strange: Mapping[str, int] = field(default_factory=dict)
    n_words: int = 0

    @property
    def n_strange(self) -> int:
        """Words in scripts that do not fit."""
        return sum(self.strange.values())


@cache
def scripts_of(language: str) -> tuple[str, ...]:
    """Return the scripts that a BCP-47 language is likely written in; none for one that nobody knows.

    >>> scripts_of("hi-IN"), scripts_of("pa-PK"), scripts_of("hi-Latn"), scripts_of("ja"), scripts_of("und")
    (('Deva',), ('Arab',), ('Latn',), ('Hani', 'Hira', 'Kana'), ())
    """
    try:
        tag = langcodes.Language.get(language)
    except LanguageTagError:
        return ()
    script = tag.script
    if script is None:
        if tag.language in _NONE or tag.language not in LIKELY_SUBTAGS:
            return ()
        script = tag.maximize().script
    return _PARTS.get(script, (script,)) if script else ()


def writing_of(text: str, language: str, *, also: Iterable[str] = ()) -> Writing:
    """Return how much of ``text`` is written in other scripts than its language's.

    Tags count for nothing, and the words between ``<lang:…>`` and ``</lang>`` belong to another language.

    Args:
        text: A transcript.
        language: BCP-47.
        also: Further scripts that may stand in it, ISO 15924.

    >>> writing_of("मेरा phone [noise]", "hi").strange
    Counter({'Latn': 1})
    """
    expected = scripts_of(language)
    if not expected:
        return Writing(())
    fitting = {*expected, *also}
    words = [[script_of(letter) for letter in _LETTER.findall(word)] for word in own_words(text)]
    unfit = (next((found for found in word if found and found not in fitting), None) for word in words)
    return Writing(expected, Counter(script for script in unfit if script), len(words))


def is_fitting(word: str, language: str) -> bool:
    """Return whether all letters of ``word`` are in the language's scripts, or in none of their own.

    >>> is_fitting("मेरा", "hi"), is_fitting("phone", "hi")
    (True, False)
    """
    expected = scripts_of(language)
    return all(script_of(letter) in (None, *expected) for letter in _LETTER.findall(word))


def own_words(text: str) -> list[str]:
    """Return the words of ``text`` that have letters, without those of tags and of other languages in tags.

    >>> own_words("मेरा <lang:en>phone</lang> [noise] 5 है।")
    ['मेरा', 'है']
    """
    words = _WORD.findall(_untagged(text))
    return [word for word in words if _LETTER.search(word)]


def script_of(letter: str) -> str | None:
    """Return the script of a letter, ``UNKNOWN`` for a rare one, None where it belongs to none or to many.

    >>> script_of("क"), script_of("é"), script_of("ー"), script_of("𐍈")
    ('Deva', 'Latn', None, 'Zzzz')
    """
    found = _ANY.match(letter)
    if found is not None:
        return str(found.lastgroup)
    return None if _NEUTRAL.match(letter) else UNKNOWN


def _untagged(text: str) -> str:
    pieces: list[str] = []
    at, is_foreign = 0, False
    for tag in find_tags(text):
        if not is_foreign:
            pieces.append(text[at : tag.start])
        if tag.kind != "event" and tag.name.partition(":")[0] == "lang":
            is_foreign = tag.kind == "open"
        at = tag.end
    if not is_foreign:
        pieces.append(text[at:])
    return " ".join(pieces)
