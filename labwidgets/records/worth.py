"""What a segment is worth to label now, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labwidgets.records.cards import Table, card
from labwidgets.records.reports import in_words, work_time

TERMS = ("errors", "novelty", "coverage")
"""What makes a segment worth labelling."""

GROUPS = ("accent", "speaker", "language", "collection")
"""What references are wanted of many kinds of."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A segment that waits for a person, or a reference that is there already.

    Attributes:
        segment_id: The segment.
        duration_s: Seconds.
        text: The draft, or the reference; None without one.
        confidence: Of the draft; None where its model gave none.
        has_alarm: Something looks wrong with the draft.
        model: Whose draft; None without one.
        rand: 0..1, drawn when the segment was added.
        place: In the order of worth so far: lower comes first, 0 is unranked.
        is_audit: It was drawn to be labelled blind: nothing of what it holds may move it.
        groups: By each of ``GROUPS``, its value; None where it is not known.
    """

    segment_id: str
    duration_s: float
    text: str | None
    confidence: float | None
    has_alarm: bool
    model: str | None
    rand: float
    place: float
    is_audit: bool
    groups: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class DoneItem:
    """What a person submitted of a segment first, and how long it took.

    Attributes:
        annotator: Who.
        language: BCP-47, of the recording.
        duration_s: Seconds.
        active_s: Seconds of work.
        text: What was submitted.
        draft: What was on the screen; None where the box started empty.
        is_blank: The box started empty, whatever was looked at later.
    """

    annotator: str
    language: str
    duration_s: float
    active_s: float
    text: str
    draft: str | None
    is_blank: bool


@dataclass(frozen=True, slots=True)
class JudgedDraft:
    """A draft of a segment that people labelled, what was said, and the chance that it was chosen."""

    model: str
    confidence: float | None
    has_alarm: bool
    draft: str
    text: str
    inclusion_p: float
    is_audit: bool


@dataclass(frozen=True, slots=True)
class WorthRow:
    """One segment with what it is worth.

    Attributes:
        segment_id: The segment.
        minutes: Of work that it will take, predicted.
        wer: Of its draft, predicted; None without a draft.
        errors: Errors to mend, in those of an average open segment.
        novelty: Words that references have few of, likewise.
        coverage: Kinds of speech (accent, speaker, …) that references have little of, likewise.
        value: The three, weighted, per minute.
        why: The same in words.
    """

    segment_id: str
    minutes: float
    wer: float | None
    errors: float
    novelty: float
    coverage: float
    value: float
    why: str


@dataclass(frozen=True, slots=True)
class QueueReport:
    """What ``refresh_queue`` did.

    Attributes:
        ranked: Open segments that have a place now.
        audits: Those among them that were drawn to be labelled blind; chance alone gave them their places.
        undrafted: Those without a draft to go by.
        minutes: Of work in all of them, predicted.
        notes: What the predictions go by.
    """

    ranked: int
    audits: int
    undrafted: int
    minutes: float
    notes: tuple[str, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        drafted = f", {self.undrafted} of them without a draft" if self.undrafted else ""
        head = f"{self.ranked} open segments ranked{drafted}: about {work_time(self.minutes)} of work."
        return "\n  ".join((head, *self.notes))


@dataclass(frozen=True, slots=True)
class WhatNext:
    """The segments most worth labelling, the first one first; a notebook shows a table."""

    rows: tuple[WorthRow, ...]
    open: int
    notes: tuple[str, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        shown = [f"{one.segment_id}  {one.value:5.2f} a minute: {one.why}" for one in self.rows]
        return "\n".join((f"{len(self.rows)} of {self.open} open segments:", *shown, *self.notes))

    def _repr_html_(self) -> str:
        rows = tuple((f"{one.value:.1f}", one.why, one.segment_id) for one in self.rows)
        table = Table(("worth a minute", "why", "segment"), rows, frozenset({0}))
        title = f"{len(self.rows)} of {self.open} open segments, most worth it first"
        return card(title, table=table if self.rows else None, notes=self.notes)
