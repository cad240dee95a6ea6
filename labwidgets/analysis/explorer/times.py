"""When each compared word sounds: measured where a model measured it, else worked out from its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from labwidgets.analysis.alignment import Op
from labwidgets.records import Word

Step = tuple[int, str | None, str | None]
"""Operation, word of the reference, word heard: as ``ErrorTable.page`` gives them."""


@dataclass(frozen=True, slots=True)
class WordTime:
    """Seconds from the start of the utterance; ``estimated`` where nothing measured it."""

    start_s: float
    end_s: float
    estimated: bool


def word_times(
    tokens: Sequence[str],
    words: Sequence[Word],
    *,
    fold: Callable[[str], list[str]],
    duration_s: float,
) -> list[WordTime]:
    """Return when each compared word sounds.

    Args:
        tokens: Words as they are compared, without punctuation and so on.
        words: The same text as it was written, with times; may be empty.
        fold: Makes compared words of a written one.
        duration_s: Of the utterance.
    """
    pieces: list[tuple[str, WordTime]] = []
    for word in words:
        parts = fold(word.text)
        step_s = (word.end_s - word.start_s) / max(1, len(parts))
        for at, part in enumerate(parts):
            start_s = word.start_s + at * step_s
            pieces.append((part, WordTime(start_s, start_s + step_s, word.estimated)))
    known: list[WordTime | None] = [None] * len(tokens)
    matcher = SequenceMatcher(None, tokens, [part for part, _ in pieces], autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        for at in range(size):
            known[first + at] = pieces[second + at][1]
    return filled(tokens, known, duration_s=duration_s)


def reference_times(
    tokens: Sequence[str], steps: Sequence[Step], heard: Sequence[WordTime], *, duration_s: float
) -> list[WordTime]:
    """Return when the words of a reference sound, from those of a model that stand beside them."""
    known: list[WordTime | None] = []
    at = 0
    for op, reference, hypothesis in steps:
        time = heard[at] if hypothesis is not None and at < len(heard) else None
        at += hypothesis is not None
        if reference is not None:
            known.append(None if op == Op.DELETION else time)
    known += [None] * (len(tokens) - len(known))
    return filled(tokens, known[: len(tokens)], duration_s=duration_s)


def filled(tokens: Sequence[str], known: Sequence[WordTime | None], *, duration_s: float) -> list[WordTime]:
    """Put words without a time between their neighbours, each as wide as it is long."""
    found: list[WordTime] = []
    at = 0
    while at < len(tokens):
        here = known[at]
        if here is not None:
            found.append(here)
            at += 1
            continue
        last = next((place for place in range(at, len(tokens)) if known[place] is not None), len(tokens))
        begin_s = found[-1].end_s if found else 0.0
        after = known[last] if last < len(tokens) else None
        end_s = max(begin_s, after.start_s if after is not None else duration_s)
        total = sum(len(token) for token in tokens[at:last]) or 1
        for token in tokens[at:last]:
            width_s = (end_s - begin_s) * len(token) / total
            start_s = found[-1].end_s if found else 0.0
            found.append(WordTime(start_s, start_s + width_s, estimated=True))
        at = last
    return found
