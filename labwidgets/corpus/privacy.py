"""What is personal leaves as silence and ``[pii]``: in the sound, the text, the words and what came along.

The smallest form in which a person can say so: the flag ``pii`` hides the whole segment; marks in the text,
as in ``my name is <pii>Ana Lima</pii> and``, hide only what stands between them. Where it cannot be told when
those words were spoken, the whole segment is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labwidgets.records import LabelledRow, Reference, Samples, Span, Word

FLAG = "pii"
MASK = "[pii]"
PAD_S = 0.1
ESTIMATED_PAD_S = 0.5
"""Seconds silenced around words whose times were measured, and around words whose times were estimated."""

_MARK = re.compile(r"<pii>|</pii>")
_RANGE = re.compile(r"<pii>((?:(?!</?pii>).)*)</pii>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A reference that can be shown, and the spans of sound (seconds from the start) that cannot."""

    reference: Reference
    spans: tuple[Span, ...]


def hide(row: LabelledRow, reference: Reference) -> Hidden | None:
    """Return ``reference`` without what is personal; None where nothing is.

    Args:
        row: The segment, with its flags.
        reference: Of that segment.
    """
    texts = (reference.text, *reference.layers.values())
    is_marked = any(map(has_marks, texts))
    if not is_marked and FLAG not in row.flags:
        return None
    ranges = _ranges(reference.text)
    length_s = row.segment.duration_s
    spans = _spans(reference, ranges, length_s) if ranges else None
    if spans is None:
        return _whole(reference, length_s)
    masked = replace(
        reference,
        text=_masked(reference.text),
        words=_shown(reference, ranges),
        layers={name: _masked(text) if _ranges(text) else MASK for name, text in reference.layers.items()},
    )
    return Hidden(masked, spans)


def has_marks(text: str) -> bool:
    """Return whether anything in ``text`` is marked as personal.

    >>> has_marks("I am <pii>Ana</pii>"), has_marks("I am here")
    (True, False)
    """
    return _MARK.search(text) is not None


def silence(samples: Samples, spans: Sequence[Span], rate_hz: int) -> Samples:
    """Return a copy of mono ``samples`` with nothing to hear in ``spans`` (seconds, none negative)."""
    quiet = samples.copy()
    for start_s, end_s in spans:
        quiet[int(start_s * rate_hz) : round(end_s * rate_hz) + 1] = 0.0
    return quiet


def without_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what came with the source with numbers alone: any text may say what was hidden elsewhere."""
    return {name: value if isinstance(value, bool | int | float) else None for name, value in values.items()}


def _whole(reference: Reference, length_s: float) -> Hidden:
    layers = dict.fromkeys(reference.layers, MASK)
    return Hidden(replace(reference, text=MASK, words=(), layers=layers), ((0.0, length_s),))


def _masked(text: str) -> str:
    return _RANGE.sub(MASK, text)


def _ranges(text: str) -> list[Span]:
    """Return the marked ranges of characters; none at all where marks do not pair."""
    found = list(_RANGE.finditer(text))
    if _MARK.search(_RANGE.sub("", text)):
        return []
    return [(float(match.start()), float(match.end())) for match in found]


def _places(reference: Reference) -> list[Span] | None:
    """Return where each word stands in the text; None where they do not fit together."""
    places: list[Span] = []
    at = 0
    for word in reference.words:
        start = reference.text.find(word.text, at)
        if start < 0:
            return None
        at = start + len(word.text)
        places.append((start, at))
    return places


def _inside(places: Sequence[Span], span: Span) -> list[int]:
    return [n for n, place in enumerate(places) if place[0] < span[1] and place[1] > span[0]]


def _spans(reference: Reference, ranges: Sequence[Span], length_s: float) -> tuple[Span, ...] | None:
    words, places = reference.words, _places(reference)
    if places is None:
        return None
    spans = []
    for marked in ranges:
        inside = _inside(places, marked)
        if not inside:
            return None
        first, last = inside[0], inside[-1]
        pad_s = ESTIMATED_PAD_S if any(words[n].estimated for n in inside) else PAD_S
        start_s, end_s = words[first].start_s - pad_s, words[last].end_s + pad_s
        # The pauses on both sides go too: times of words are never quite right.
        start_s = min(start_s, words[first - 1].end_s) if first else 0.0
        end_s = max(end_s, words[last + 1].start_s) if last + 1 < len(words) else length_s
        spans.append((max(0.0, start_s), min(length_s, end_s)))
    return tuple(spans)


def _shown(reference: Reference, ranges: Sequence[Span]) -> tuple[Word, ...]:
    places = _places(reference) or []
    hidden = {n: position for position, marked in enumerate(ranges) for n in _inside(places, marked)}
    words: list[Word] = []
    done: set[int] = set()
    for n, word in enumerate(reference.words):
        if n not in hidden:
            words.append(word)
        elif hidden[n] not in done:
            done.add(hidden[n])
            members = [reference.words[m] for m, position in hidden.items() if position == hidden[n]]
            words.append(Word(MASK, members[0].start_s, members[-1].end_s, None, estimated=True))
    return tuple(words)
