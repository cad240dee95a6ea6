"""Literal search in a transcript: whole words, case and accents on demand, and never inside a tag or a sign.

No pattern comes in from outside, so none can run for ever: a search takes time in proportion to the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

import regex

from labwidgets.errors import TextError
from labwidgets.text.checked import checked_text
from labwidgets.text.searchable import ACCENTS, searchable
from labwidgets.text.tags import find_tags

MAX_WANTED = 200
"""Longest text that can be looked for, characters."""

Place = tuple[int, int]
"""Start and end in a text, in characters."""

_SIGN = regex.compile(r"\X")
# The joiners are part of words in Indic and Arabic scripts.
_OF_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]")
# They write words without spaces between them, so that every sign is an edge.
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}]"
)


Fold = Callable[[str], str]


def checked_wanted(wanted: str) -> str:
    """Return ``wanted`` if it can be looked for.

    Raises:
        TextError: It is empty, too long, or made of accents alone.
    """
    if len(checked_text(wanted)) > MAX_WANTED:
        raise TextError(
            "the text to look for is too long",
            value=f"{len(wanted)} characters",
            allowed=f"at most {MAX_WANTED}",
        )
    if not searchable(wanted).strip():
        raise TextError("there is nothing to look for", allowed="at least one letter or sign")
    return wanted


def find_all(
    text: str,
    wanted: str,
    *,
    whole_word: bool = False,
    match_case: bool = False,
    match_accents: bool = False,
) -> tuple[Place, ...]:
    """Return where ``wanted`` stands in ``text``, from left to right, without overlaps.

    Args:
        text: A transcript. No place is within a sign (a letter with its marks), none cuts a tag.
        wanted: Taken literally, whatever signs are in it.
        whole_word: Only where no letter, mark or digit stands right before or behind. In scripts without
            spaces every place counts.
        match_case: ``a`` is not ``A``.
        match_accents: ``e`` is not ``é``, in the sense of :func:`labwidgets.text.searchable`.

    >>> find_all("Cat, cat's [cat] concat", "cat")
    ((0, 3), (5, 8), (20, 23))
    >>> find_all("Cat, cat's concat CÁT", "cat", whole_word=True)
    ((0, 3), (5, 8), (18, 21))
    """
    fold = _folding(match_case=match_case, match_accents=match_accents)
    needle = "".join(fold(sign) for sign in _SIGN.findall(wanted))
    if not needle:
        return ()
    tags = [(tag.start, tag.end) for tag in find_tags(text)]
    return tuple(
        place
        for place in _Folded(text, fold).places(needle)
        if _is_outside(place, tags) and not (whole_word and _is_within_word(text, place))
    )


def _folding(*, match_case: bool, match_accents: bool) -> Fold:
    if not match_case and not match_accents:
        return searchable

    def fold(sign: str) -> str:
        apart = unicodedata.normalize("NFD", sign)
        if not match_case:
            apart = unicodedata.normalize("NFD", apart.casefold())
        return unicodedata.normalize("NFC", apart if match_accents else ACCENTS.sub("", apart))

    return fold


class _Folded:
    """A text as a search sees it, that knows where its characters come from."""

    def __init__(self, text: str, fold: Fold) -> None:
        # A place begins and ends between signs, never within one; one that folds to nothing has no start.
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        parts: list[str] = []
        length = at = 0
        for sign in _SIGN.findall(text):
            part = fold(sign)
            parts.append(part)
            if part:
                self.starts[length] = at
            length, at = length + len(part), at + len(sign)
            self.ends[length] = at
        self.text = "".join(parts)

    def places(self, needle: str) -> Iterator[Place]:
        at = self.text.find(needle)
        while at >= 0:
            behind = at + len(needle)
            if at in self.starts and behind in self.ends:
                yield self.starts[at], self.ends[behind]
                at = self.text.find(needle, behind)
            else:
                at = self.text.find(needle, at + 1)


def _is_outside(place: Place, tags: Sequence[Place]) -> bool:
    """Return whether no tag is cut by a place; a whole tag may be part of it."""
    start, end = place
    return all(end <= first or last <= start or (start <= first and last <= end) for first, last in tags)


def _is_within_word(text: str, place: Place) -> bool:
    """Return whether a word goes on across one of the edges of a place."""
    start, end = place
    edges = ((text[start - 1 : start], text[start]), (text[end - 1], text[end : end + 1]))
    return any(
        _OF_WORD.match(before) and _OF_WORD.match(behind) and not _UNSPACED.search(before + behind)
        for before, behind in edges
    )


def replaced(text: str, places: Sequence[Place], replacement: str) -> str:
    """Return ``text`` with ``replacement`` in place of each of ``places``, which are in order.

    >>> replaced("a cat, a cat", [(2, 5), (9, 12)], "dog")
    'a dog, a dog'
    """
    parts, last = [], 0
    for start, end in places:
        parts += [text[last:start], replacement]
        last = end
    return "".join([*parts, text[last:]])
