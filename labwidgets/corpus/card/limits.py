"""What a user of a data set must know before trusting a figure made with it."""

from __future__ import annotations

from collections.abc import Iterator

from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.markdown import counted, inline, length
from labwidgets.records import MACHINE

SMALL_H = 1.0
"""Hours of one language below which figures are shaky."""

_FEW = 10


def known_limits(facts: Facts) -> list[str]:
    """Return one line for each limit that the counts show."""
    return [*_size(facts), *_people(facts), *_labels(facts)]


def _size(facts: Facts) -> Iterator[str]:
    small = {tag: hours for tag, hours in sorted(facts.language_hours.items()) if hours < SMALL_H}
    if small:
        listed = ", ".join(f"{inline(tag)} ({length(hours)})" for tag, hours in small.items())
        yield f"Little audio: {listed}. Differences between models on so little are rarely significant."
    if "test" not in facts.split_names():
        yield "There is no test split."
    if "und" in facts.languages:
        yield f"The language of {counted(facts.languages['und'], 'segment')} is not known."


def _people(facts: Facts) -> Iterator[str]:
    for split in facts.split_names():
        if split != "train" and len(facts.groups[split]) < _FEW:
            n = counted(len(facts.groups[split]), "speaker")
            yield f"The split {inline(split)} has {n} (or unnamed recordings) only."
    n_rows = facts.rows.total()
    if facts.accents.total() < n_rows:
        yield f"The accent is not known for {1 - facts.accents.total() / n_rows:.0%} of the segments."


def _labels(facts: Facts) -> Iterator[str]:
    n_rows = facts.rows.total()
    if facts.origins["corrected"] or facts.origins["confirmed"]:
        yield (
            "Who corrects a draft misses some of its mistakes: texts marked `corrected` or `confirmed` lean "
            "towards the model that wrote the draft."
        )
    unseen = sum(facts.origins[origin] for origin in MACHINE)
    if unseen:
        yield f"No person has checked the text of {counted(unseen, 'segment')} ({unseen / n_rows:.1%})."
    if facts.origins["imported"]:
        yield (f"{counted(facts.origins['imported'], 'text')} came with the recordings, unchecked here.")
    if not facts.n_compared:
        yield "One annotator a segment: how often two would differ is not known."
    if facts.heard["part"]:
        yield f"{counted(facts.heard['part'], 'segment')} were not listened to from start to end."
    if facts.heard["unknown"]:
        yield f"Whether {counted(facts.heard['unknown'], 'segment')} were listened to is not known."
