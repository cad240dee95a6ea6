"""What becomes of the words of a text when a part of it is replaced: pure functions, times in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from labwidgets.records import Span, Word
from labwidgets.text import Place, replaced


def located(text: str, words: Sequence[Word]) -> list[Place | None]:
    """Return where each word stands in ``text``, in order; None for one that is not there.

    >>> located("a cat, a dog", [Word("a", 0, 1), Word("cat,", 1, 2), Word("x", 2, 3), Word("dog", 3, 4)])
    [(0, 1), (2, 6), None, (9, 12)]
    """
    found: list[Place | None] = []
    at = 0
    for word in words:
        needle = word.text.strip()
        start = text.find(needle, at) if needle else -1
        if start < 0:
            found.append(None)
            continue
        at = start + len(needle)
        found.append((start, at))
    return found


def span_of(text: str, words: Sequence[Word], place: Place, *, duration_s: float) -> tuple[Span, bool]:
    """Return when a place of ``text`` sounds, and whether that is only estimated from its letters.

    >>> span_of("a cat", [Word("a", 0.0, 0.4), Word("cat", 0.5, 0.9)], (2, 5), duration_s=2.0)
    ((0.5, 0.9), False)
    >>> span_of("a cat", [], (2, 5), duration_s=2.0)
    ((0.8, 2.0), True)
    """
    spans = located(text, words)
    inside = [word for word, span in zip(words, spans, strict=True) if span and _overlap(span, place)]
    if inside:
        start_s, end_s = min(word.start_s for word in inside), max(word.end_s for word in inside)
        return (start_s, min(end_s, duration_s)), any(word.estimated for word in inside)
    per_letter_s = duration_s / max(1, len(text))
    return (place[0] * per_letter_s, place[1] * per_letter_s), True


def mended_words(
    text: str, words: Sequence[Word], places: Sequence[Place], replacement: str
) -> tuple[Word, ...]:
    """Return the words of ``replaced(text, places, replacement)``.

    Untouched words stay as they are. What replaces a word takes its time and has no confidence; where the
    number of words changes, the new ones share the time of the old ones by their letters, marked as
    estimated. A text without words gets none.

    >>> words = [Word("dash", 0.0, 0.4, 0.3), Word("wood", 0.4, 0.8, 0.5), Word("had", 1.0, 1.2, 0.9)]
    >>> [
    ...     (w.text, w.start_s, w.end_s, w.confidence)
    ...     for w in mended_words("dash wood had", words, [(0, 9)], "Dashwood")
    ... ]
    [('Dashwood', 0.0, 0.8, None), ('had', 1.0, 1.2, 0.9)]
    """
    now = list(words)
    # From the right, so that the places to the left stay where they are.
    for place in reversed(places):
        if now:
            now = _mend(text, now, place, replacement)
        text = replaced(text, [place], replacement)
    return tuple(now)


def _mend(text: str, words: list[Word], place: Place, replacement: str) -> list[Word]:
    spans = located(text, words)
    start, end = place
    # A space that goes away makes one word of the two beside it.
    reach = (
        start - (text[start].isspace() and not replacement[:1].isspace()),
        end + (text[end - 1].isspace() and not replacement[-1:].isspace()),
    )
    touched = [at for at, span in enumerate(spans) if span and _overlap(span, reach)]
    if touched:
        first, last = touched[0], touched[-1] + 1
    else:
        first = last = sum(1 for span in spans if span and span[1] <= start)
    edges = [start, end, *(edge for at in touched for edge in spans[at] or ())]
    fresh = (text[min(edges) : start] + replacement + text[end : max(edges)]).split()
    return [*words[:first], *_reworded(words, first, last, fresh), *words[last:]]


def _reworded(words: Sequence[Word], first: int, last: int, fresh: Sequence[str]) -> list[Word]:
    olds, news = list(words[first:last]), list(fresh)
    head = 0
    while head < min(len(olds), len(news)) and olds[head].text.strip() == news[head]:
        head += 1
    tail = 0
    while tail < min(len(olds), len(news)) - head and olds[-1 - tail].text.strip() == news[-1 - tail]:
        tail += 1
    changed, texts = olds[head : len(olds) - tail], news[head : len(news) - tail]
    if len(changed) == len(texts):
        middle = [replace(old, text=new, confidence=None) for old, new in zip(changed, texts, strict=True)]
    else:
        before_s = words[first + head - 1].end_s if first + head > 0 else 0.0
        behind = words[last - tail :]
        room = (before_s, max(before_s, behind[0].start_s if behind else before_s))
        middle = _shared(changed, texts, room)
    return [*olds[:head], *middle, *olds[len(olds) - tail :]]


def _shared(olds: Sequence[Word], texts: Sequence[str], room: Span) -> list[Word]:
    """Return one word a text, over the time of ``olds``, or over ``room`` where there are none."""
    start_s = min((old.start_s for old in olds), default=room[0])
    end_s = max((old.end_s for old in olds), default=room[1])
    n_letters = sum(map(len, texts))
    if not n_letters:
        return []
    done = accumulate((len(text) for text in texts), initial=0)
    # As the store keeps them, so that what is shared out again stays in order.
    edges = [round(start_s + (end_s - start_s) * n / n_letters, 6) for n in done]
    is_measured = len(texts) == 1 and bool(olds) and not any(old.estimated for old in olds)
    return [
        Word(text, begin_s, finish_s, None, not is_measured)
        for text, (begin_s, finish_s) in zip(texts, pairwise(edges), strict=True)
    ]


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]
