"""What becomes of a text and its words when a segment is cut, joined or moved: pure functions, in seconds.

No word is doubled or lost: what stands in the text before a cut and behind it, joined, is the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from labwidgets.records import Span, Word
from labwidgets.store.cut_layers import cut_layer
from labwidgets.store.mending import located
from labwidgets.text import Place

_WIDE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese: written without spaces between words."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its words, in seconds from the start of ``span``, which is in the recording's own time.

    ``layers`` are its further texts, by name; ``is_sure``: they are known to be cut where it was.
    """

    text: str
    words: tuple[Word, ...]
    span: Span
    layers: Mapping[str, str] = field(default_factory=dict)
    is_sure: bool = True


def same_text(one: str, other: str) -> bool:
    """Return whether two texts say the same, white space aside.

    >>> same_text("a cat", " acat ")
    True
    """
    return "".join(one.split()) == "".join(other.split())


def joined_text(texts: Sequence[str]) -> str:
    """Return texts as one, with a space between them where their script has spaces.

    >>> joined_text(["a ", "", "cat"]), joined_text(["今日", "は"])
    ('a cat', '今日は')
    """
    whole = ""
    for text in filter(None, (one.strip() for one in texts)):
        is_apart = bool(whole) and not (_WIDE.match(whole[-1]) and _WIDE.match(text[0]))
        whole += (" " if is_apart else "") + text
    return whole


def join(parts: Sequence[Said], span: Span) -> Said:
    """Return what several segments say, given by start, as one segment ``span`` says it."""
    words = [word for part in parts for word in _moved(part.words, part.span, span)]
    names = dict.fromkeys(name for part in parts for name in part.layers)
    # A layer that a part lacks starts there from its text.
    layers = {name: joined_text([part.layers.get(name, part.text) for part in parts]) for name in names}
    is_sure = all(part.is_sure for part in parts)
    return Said(joined_text([part.text for part in parts]), tuple(words), span, layers, is_sure)


def move(said: Said, span: Span) -> Said:
    """Return the same text for other times of its segment; words outside lie at its edge, as estimated."""
    return replace(said, words=_moved(said.words, said.span, span), span=span)


def cut(said: Said, spans: Sequence[Span]) -> list[Said]:
    """Return what each of some spans says: each word belongs to one of them, by its middle.

    What lies between two spans, or in both, is parted in the middle. A text without words is parted by
    its length, between words where there are any.

    Args:
        said: The text of a segment.
        spans: By start, in the recording's own time.
    """
    places = located(said.text, said.words)
    cuts, n_before = [0], [0]
    for (_, end_s), (start_s, _) in pairwise(spans):
        at_s = (end_s + start_s) / 2 - said.span[0]
        if said.words:
            n = max(n_before[-1], sum((word.start_s + word.end_s) / 2 < at_s for word in said.words))
            place = _place_before(places, n, len(said.text))
        else:
            n, place = 0, _place_by_length(said, at_s)
        n_before.append(n)
        cuts.append(max(cuts[-1], place))
    return _parts(said, spans, cuts, n_before)


def cut_like(said: Said, spans: Sequence[Span], texts: Sequence[str]) -> list[Said]:
    """Return what each span says, where the texts of all but the last one say how many letters it gets.

    Args:
        said: The text of a segment.
        spans: By start, in the recording's own time.
        texts: As many, which joined are that text, white space aside.
    """
    places = located(said.text, said.words)
    cuts, n_before = [0], [0]
    for text in texts[:-1]:
        place = _behind(said.text, cuts[-1], len("".join(text.split())))
        cuts.append(place)
        n = sum(found is not None and found[1] <= place for found in places)
        # A word that the text does not show goes with the one before it.
        while n < len(places) and (places[n] is None or (places[n] or (0, 0))[1] <= place):
            n += 1
        n_before.append(max(n_before[-1], n))
    return _parts(said, spans, cuts, n_before)


def _parts(said: Said, spans: Sequence[Span], cuts: Sequence[int], n_before: Sequence[int]) -> list[Said]:
    texts = [said.text[first:last].strip() for first, last in pairwise([*cuts, len(said.text)])]
    words = [said.words[first:last] for first, last in pairwise([*n_before, len(said.words)])]
    layers, is_sure = _cut_layers(said, cuts)
    return [
        Said(text, _moved(some, said.span, span), span, further, is_sure)
        for text, some, span, further in zip(texts, words, spans, layers, strict=True)
    ]


def _cut_layers(said: Said, cuts: Sequence[int]) -> tuple[list[dict[str, str]], bool]:
    """Return the further texts of each part, and whether all of their words are known to stand there."""
    parts: list[dict[str, str]] = [{} for _ in cuts]
    is_sure = said.is_sure
    for name, layer in said.layers.items():
        places = [0]
        for at in cuts[1:]:
            found = cut_layer(said.text, at, layer)
            is_sure = is_sure and not found.astride
            places.append(max(places[-1], found.at))
        for part, (first, last) in zip(parts, pairwise([*places, len(layer)]), strict=True):
            part[name] = layer[first:last].strip()
    return parts, is_sure


def _moved(words: Sequence[Word], before: Span, now: Span) -> tuple[Word, ...]:
    return moved_words(words, before[0] - now[0], duration_s=now[1] - now[0])


def moved_words(words: Sequence[Word], by_s: float, *, duration_s: float) -> tuple[Word, ...]:
    """Return words ``by_s`` later, kept inside ``0..duration_s``; what had to be kept inside is estimated.

    >>> moved_words([Word("a", 0.0, 1.0)], -0.25, duration_s=5.0)
    (Word(text='a', start_s=0.0, end_s=0.75, confidence=None, estimated=True),)
    """
    moved = []
    for word in words:
        start_s, end_s = round(word.start_s + by_s, 6), round(word.end_s + by_s, 6)
        first_s, last_s = (min(max(0.0, at_s), duration_s) for at_s in (start_s, end_s))
        is_inside = abs(first_s - start_s) < _ROUNDING_S and abs(last_s - end_s) < _ROUNDING_S
        moved.append(replace(word, start_s=first_s, end_s=last_s, estimated=word.estimated or not is_inside))
    return tuple(moved)


_ROUNDING_S = 2e-6
"""Words and segments are rounded to microseconds apart from each other."""


def _place_before(places: Sequence[Place | None], n: int, length: int) -> int:
    """Return where the text is cut so that ``n`` words stand before the cut."""
    if n in (0, len(places)):
        return length if n else 0
    behind = [place for place in places[n:] if place is not None]
    before = [place for place in places[:n] if place is not None]
    if places[n] is None and before:
        return int(before[-1][1])
    return int(behind[0][0]) if behind else length


def _place_by_length(said: Said, at_s: float) -> int:
    """Return where to cut a text without times: at its share of letters, moved to the nearest space."""
    duration_s = max(1e-6, said.span[1] - said.span[0])
    wanted = round(min(1.0, max(0.0, at_s / duration_s)) * len(said.text))
    gaps = [0, *(found.start() for found in re.finditer(r"\s+", said.text)), len(said.text)]
    return min(gaps, key=lambda gap: abs(gap - wanted)) if len(gaps) > 2 else wanted


def _behind(text: str, start: int, n_letters: int) -> int:
    """Return the place behind so many letters that are no white space."""
    place = start
    while n_letters and place < len(text):
        n_letters -= not text[place].isspace()
        place += 1
    return place
