"""Named rules that write one text out of another; for comparing texts there are steps instead.

``frontend/src/editor/rules.ts`` mirrors them; ``tests/text_rules.json`` holds what both sides must give.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from labwidgets.text.tags import without_tags

_SPACE = re.compile(r"\s+")
_IN_NUMBER = frozenset(".,:/'-\u2019\u066b\u066c")
_IN_WORD = frozenset("'\u2019")


def lower_case(text: str) -> str:
    """Return ``text`` without capitals; scripts that have none stay as they are.

    >>> lower_case("Delhi में")
    'delhi में'
    """
    return text.lower()


def no_tags(text: str) -> str:
    """Return ``text`` without marks such as ``[noise]`` or ``<lang:en>``; words between two of them stay.

    >>> no_tags("[noise] turn <lang:en>left</lang> [uh] here")
    'turn left here'
    """
    return _spaced(without_tags(text))


def no_punctuation(text: str) -> str:
    """Return ``text`` without punctuation and signs; numbers stay as written, apostrophes in words too.

    Combining marks and joiners are no punctuation: Indic vowel signs stay.

    >>> no_punctuation("Wait, it's 3.5% -- or 1,000?"), no_punctuation("चलो, घर।")
    ("Wait it's 3.5% or 1,000", 'चलो घर')
    """
    padded = f" {text} "
    around = zip(padded, text, padded[2:], strict=False)
    return _spaced("".join(sign if _stays(before, sign, after) else " " for before, sign, after in around))


def _stays(before: str, sign: str, after: str) -> bool:
    kind = unicodedata.category(sign)
    if kind[0] not in "PS":
        return True
    if before.isdecimal() and after.isdecimal():
        return sign in _IN_NUMBER
    if before.isdecimal() or after.isdecimal():
        is_minus = sign in "-\u2212" and before.isspace()
        return kind == "Sc" or sign in "%\u00b0" or is_minus
    return sign in _IN_WORD and _is_of_word(before) and _is_of_word(after)


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _spaced(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


RULES: dict[str, Callable[[str], str]] = {
    "lower_case": lower_case,
    "no_punctuation": no_punctuation,
    "no_tags": no_tags,
}
"""Rules by the names that ``project.yaml`` uses."""


def apply_rules(text: str, names: Iterable[str]) -> str:
    """Return ``text`` after the rules ``names``, one after the other; no names give the text as it is.

    >>> apply_rules("[uh] Yes.", ["no_tags", "no_punctuation", "lower_case"])
    'yes'
    """
    for name in names:
        text = RULES[name](text)
    return text
