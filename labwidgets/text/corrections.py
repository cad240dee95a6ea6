"""What a person made of a draft, word by word: what they put in the place of what, and what they left."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass

import regex

from labwidgets.text.tags import without_tags

MAX_SIDE = 3
"""Words on either side of a correction: more are another sentence, not another spelling."""

_MAX_WORDS = 1_000
"""Words compared: the time grows with their square."""

# The joiners are part of words in Indic and Arabic scripts.
_WORD = regex.compile(
    r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['’.-][\p{L}\p{M}\p{N}\u200c\u200d]+)*"  # noqa: RUF001 - apostrophes
)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What became of the words of a draft.

    Attributes:
        replaced: Words of the draft with what stands in their place, each one to three words.
        kept: Words that stayed, as :func:`word_key` gives them.
    """

    replaced: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]


def word_key(words: str) -> str:
    """Return words as they are counted: composed, and without case.

    >>> word_key("Cafe\u0301")
    'café'
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


def corrections(draft: str, submitted: str) -> Corrections:
    """Return what was corrected in a draft. Tags, case and punctuation say nothing; no text, nothing.

    In scripts without spaces a word is all that stands between two spaces.

    >>> corrections("mister Dash wood, had a cat", "Mister Dashwood had a [noise] cat.").replaced
    (('Dash wood', 'Dashwood'),)
    """
    before, behind = (_WORD.findall(without_tags(text)) for text in (draft, submitted))
    keys, others = [word_key(word) for word in before], [word_key(word) for word in behind]
    if keys == others:
        return Corrections((), tuple(keys))
    if max(len(keys), len(others)) > _MAX_WORDS:
        return Corrections((), ())
    blocks = difflib.SequenceMatcher(None, keys, others, autojunk=False).get_opcodes()
    kept = tuple(key for kind, start, end, *_ in blocks if kind == "equal" for key in keys[start:end])
    replaced = (
        (" ".join(before[start:end]), " ".join(behind[first:last]))
        for kind, start, end, first, last in blocks
        if kind == "replace" and _is_small(keys[start:end], others[first:last])
    )
    return Corrections(tuple(replaced), kept)


def _is_small(some: list[str], other: list[str]) -> bool:
    # With a word in common the text would still show what was corrected after the correction.
    return len(some) <= MAX_SIDE and len(other) <= MAX_SIDE and not set(some) & set(other)
