"""Tags: marks in a transcript that are no words.

Three forms, each whole between its brackets:

- ``[noise]``, ``[uh]``, ``[?]``: something that is heard, at its place among the words; a name of up to 40
  characters that begins with a letter, a digit, a picture or a question mark, without brackets, line breaks,
  or space at its end;
- ``<lang:en>`` … ``</lang>``: around words of another language; the words are text, the marks are not;
- any other ``<name>`` and ``</name>``, as data sets from elsewhere have them.

Everything that looks for tags asks here. ``frontend/src/editor/tags.ts`` mirrors this;
``tests/text_tags.json`` holds what both sides must find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import regex

TagKind = Literal["event", "open", "close"]

_TAG = regex.compile(
    r"\[(?P<event>[\p{L}\p{N}\p{So}?](?:[^\[\]<>\p{Cc}\p{Zl}\p{Zp}]{0,38}[^\s\[\]<>\p{Cc}])?)\]"
    r"|<(?P<close>/?)(?P<name>\p{L}[\p{L}\p{M}\p{N}:._-]{0,39})>"
)
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]")
# These write words without spaces between them.
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}]"
)
_STICKS = regex.compile(r"[.,;:!?…%)\]}»”’\p{Pf}\p{Pe}،؛؟۔।॥。、！？]")  # noqa: RUF001 - marks of many scripts


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a text.

    Attributes:
        start: Place of its first character.
        end: Place behind its last.
        kind: ``event`` for ``[…]``, ``open`` and ``close`` for ``<…>``.
        name: What stands in the brackets; for ``<lang:en>`` that is ``lang:en``, for ``</lang>`` ``lang``.
    """

    start: int
    end: int
    kind: TagKind
    name: str


def find_tags(text: str) -> tuple[Tag, ...]:
    """Return the tags of ``text`` in order. Empty text has none.

    >>> [(tag.kind, tag.name) for tag in find_tags("[noise] my <lang:en>phone</lang>")]
    [('event', 'noise'), ('open', 'lang:en'), ('close', 'lang')]
    """
    if "[" not in text and "<" not in text:
        return ()
    return tuple(_found(text))


def _found(text: str) -> Iterator[Tag]:
    for match in _TAG.finditer(text):
        (start, end), (event, name) = match.span(), match.group("event", "name")
        if event is not None:
            yield Tag(start, end, "event", event)
        else:
            yield Tag(start, end, "close" if match.group("close") else "open", name)


def without_tags(text: str) -> str:
    """Return ``text`` without its tags; what stands between an opening and a closing one stays.

    Of the white space around a tag one space is left; where there was none, the words beside an event still
    stay apart, unless their script writes no spaces. Text without tags comes back as it is, other text
    without white space at its ends.

    >>> without_tags("so [noise], my <lang:en>phone</lang>")
    'so, my phone'
    """
    # What is left can make a tag in its turn, as in "[[a]b]".
    while tags := find_tags(text):
        text = _cut(text, tags)
    return text


def _cut(text: str, tags: tuple[Tag, ...]) -> str:
    pieces: list[str] = []
    at = 0
    is_event = is_spaced = False
    for tag in (*tags, None):
        piece = text[at : tag.start if tag else len(text)]
        is_spaced = is_spaced or piece[:1].isspace()
        if bare := piece.strip():
            if pieces:
                pieces.append(_glue(pieces[-1][-1], bare[0], is_event=is_event, is_spaced=is_spaced))
            pieces.append(bare)
            is_event = is_spaced = False
        is_spaced = is_spaced or piece[-1:].isspace()
        if tag:
            is_event = is_event or tag.kind == "event"
            at = tag.end
    return "".join(pieces)


def _glue(left: str, right: str, *, is_event: bool, is_spaced: bool) -> str:
    if is_spaced:
        return "" if _STICKS.match(right) else " "
    return " " if is_event and _is_spaced_word(left) and _is_spaced_word(right) else ""


def _is_spaced_word(character: str) -> bool:
    return bool(_WORD.match(character)) and not _UNSPACED.match(character)
