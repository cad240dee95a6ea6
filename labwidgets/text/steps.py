"""The steps that make two transcripts comparable, each under a name; a chain of them is a normalisation.

None but ``whisper`` deletes a combining mark: in many scripts the vowels are combining marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

import regex

from labwidgets.errors import MissingExtraError
from labwidgets.text.tags import without_tags

Step = Callable[[str], str]

_INVISIBLE = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_APOSTROPHES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u02b9": "'", "\uff07": "'", "`": "'"}
)
_QUOTED = regex.compile(r"(?<![\p{L}\p{M}\p{N}])'(?=\S)([^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*)(?<=\S)'(?!\w)")
_THOUSANDS = re.compile(r"(?:\d\d,)*\d{3}(?!\d)")
_ASCII_MARK = re.compile(r"[!\"'()*,\-./:;<>?\[\\\]^_`{|}~]")
_MARK = regex.compile("[[\\p{P}`<>^|~\u02b9\u02bc]--[%&@#]]", regex.VERSION1)
_NUKTA = dict.fromkeys(
    (0x093C, 0x09BC, 0x0A3C, 0x0ABC, 0x0B3C, 0x0CBC, 0x110BA, 0x11173, 0x111CA, 0x11236, 0x112E9, 0x1133C)
)
_JOINERS = {0x200C: None, 0x200D: None}
_CHILLUS = {
    "\u0d23\u0d4d\u200d": "\u0d7a",
    "\u0d28\u0d4d\u200d": "\u0d7b",
    "\u0d30\u0d4d\u200d": "\u0d7c",
    "\u0d32\u0d4d\u200d": "\u0d7d",
    "\u0d33\u0d4d\u200d": "\u0d7e",
    "\u0d15\u0d4d\u200d": "\u0d7f",
}
_CHILLU = re.compile("|".join(_CHILLUS))
_SEAM = regex.compile(r"(?<=\p{N})[-\u2010\u2011]?(?=\p{L})|(?<=[\p{L}\p{M}])[-\u2010\u2011]?(?=\p{N})")
_NUMBER = re.compile(r"(?<![\w.])(\d{1,15}(?:\.\d{1,9})?)(st|nd|rd|th)?(%?)(?![\w])")


def nfc(text: str) -> str:
    r"""Return the text with composed characters: the same letter is the same code points.

    >>> nfc("e\u0301") == "\u00e9"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def invisible(text: str) -> str:
    """Return the text without soft hyphens, byte order marks and marks of direction; joiners stay."""
    return text if text.isascii() else _INVISIBLE.sub("", text.replace("\u200b", " "))


def case(text: str) -> str:
    """Return the text with all letters folded to one case.

    >>> case("STRASSE") == case("straße")
    True
    """
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def punctuation(text: str) -> str:
    """Return the text with a space for each mark of punctuation.

    An apostrophe at a letter stays, unless a pair of them quotes something; so do dots inside a word and the
    signs inside a number, whose thousands run together. Signs that people say (``%``, ``$``, ``&``,
    ``@``, ``#``, ``+``, ``=``) stay as well.

    >>> punctuation("'Well-known', said Mr. O'Neill: U.S. sales are 1,000.5 at 10:30!").split()
    ['Well', 'known', 'said', 'Mr', "O'Neill", 'U.S', 'sales', 'are', '1000.5', 'at', '10:30']
    """
    mark = _ASCII_MARK if text.isascii() else _MARK
    if mark.search(text) is None:
        return text
    if not text.isascii() or "`" in text:
        text = text.translate(_APOSTROPHES)
    if "'" in text:
        text = _QUOTED.sub(r"\1", text)
    return str(mark.sub(_kept_or_space, text))


def _kept_or_space(found: re.Match[str] | regex.Match[str]) -> str:
    mark, text, end = found.group(), found.string, found.end()
    before, after = text[found.start() - 1 : found.start()], text[end : end + 1]
    if mark == "'":
        is_kept = _in_word(before) or _in_word(after)
    elif mark == ".":
        is_kept = _in_word(before) and (_in_word(after) or after == "'")
    elif mark in ",:" and before.isdecimal() and after.isdecimal():
        if mark == "," and _THOUSANDS.match(text, end):
            return ""
        is_kept = True
    else:
        is_kept = False
    return mark if is_kept else " "


def _in_word(character: str) -> bool:
    return character.isalnum() or (character > "\u02ff" and unicodedata.category(character)[0] == "M")


def digits(text: str) -> str:
    r"""Return the text with the digits of every script as 0 to 9.

    >>> digits("\u0967\u0968 km")
    '12 km'
    """
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(character)) if character.isdecimal() else character for character in text
    )


def joined(text: str) -> str:
    """Return the text with a space where digits meet letters, in place of a hyphen if there is one.

    >>> joined("10-K, covid19, 5G")
    '10 K, covid 19, 5 G'
    """
    return str(_SEAM.sub(" ", text))


def numbers(language: str) -> Step:
    """Return a step that spells out numbers in ``language``: 21, 21st, 3.5, 7%.

    Raises:
        MissingExtraError: ``num2words`` is not installed.
    """
    spell = _speller(language)

    def step(text: str) -> str:
        return _NUMBER.sub(spell, text) if any(map(str.isdigit, text)) else text

    return step


@cache
def _speller(language: str) -> Callable[[re.Match[str]], str]:
    try:
        from num2words import num2words
    except ImportError as error:
        raise MissingExtraError(
            "spelling out numbers needs the package num2words",
            remedy="Run: pip install 'labwidgets[scoring]'",
        ) from error
    tongue = language.replace("-", "_")

    @cache
    def words(number: str, kind: str) -> str:
        value = float(number) if "." in number else int(number)
        return str(num2words(value, lang=tongue, to=kind)).replace("-", " ").replace(",", "")

    def spell(found: re.Match[str]) -> str:
        number, ordinal, percent = found.groups()
        kind = "ordinal" if ordinal and "." not in number else "cardinal"
        return words(number, kind) + (" percent" if percent else "")

    return spell


def nukta(text: str) -> str:
    r"""Return the text without the dot that marks borrowed sounds in Indic scripts.

    >>> nukta("\u095b\u0930\u093e") == "\u091c\u0930\u093e"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_NUKTA)


def joiners(text: str) -> str:
    """Return the text without zero-width joiners; Malayalam's chillus become the letters of their own."""
    if text.isascii():
        return text
    return _CHILLU.sub(lambda found: _CHILLUS[found.group()], text).translate(_JOINERS)


def tags(text: str) -> str:
    """Return the text without tags; words between ``<lang:en>`` and ``</lang>`` stay.

    >>> tags("so [noise] yes <uh>").split()
    ['so', 'yes']
    """
    if "[" not in text and "<" not in text:
        return text
    return "\n".join(map(without_tags, text.split("\n")))


def whisper(text: str) -> str:
    r"""Return the text as Whisper's multilingual normaliser leaves it: every combining mark becomes a space.

    References:
        https://github.com/openai/whisper, ``whisper/normalizers/basic.py`` (MIT); issue 2849 there tells of
        the Indic words that it takes apart.

    >>> whisper("\u0915\u093f\u0924\u093e\u092c").split() == ["\u0915", "\u0924", "\u092c"]
    True
    """
    text = re.sub(r"[<\[][^>\]]*[>\]]", "", text.lower())
    text = re.sub(r"\(([^)]+?)\)", "", text)
    kept = (
        " " if unicodedata.category(character)[0] in "MSP" else character
        for character in unicodedata.normalize("NFKC", text)
    )
    return " ".join("".join(kept).lower().split())


STEPS: Mapping[str, Step] = {
    step.__name__: step
    for step in (nfc, invisible, case, punctuation, digits, joined, nukta, joiners, tags, whisper)
}
"""By name; ``numbers`` is made for a language and stands as ``numbers:en``."""

BY_LINE = frozenset(
    {"tags", "nfc", "invisible", "case", "punctuation", "digits", "joined", "nukta", "joiners"}
)
"""Steps that treat each line of a text as they treat it alone, and leave the line feeds where they are."""
