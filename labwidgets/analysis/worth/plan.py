"""All open segments with their places, and those worth most with the reasons."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from labwidgets.analysis.worth.effort import Effort, fit_effort, n_words
from labwidgets.analysis.worth.features import Floats
from labwidgets.analysis.worth.quality import Quality, fit_quality
from labwidgets.analysis.worth.ranking import Predicted, Ranking, rank
from labwidgets.analysis.worth.weights import Weights
from labwidgets.records import GROUPS, TERMS, DoneItem, JudgedDraft, QueueReport, WorkItem, WorthRow

SHORTLIST = 1000
"""Segments whose reasons are kept."""
WORDS_PER_S = 2.3
"""140 words a minute, where no draft says how many there are."""
_MOST_WORDS_PER_S = 6.0
_TOLD = 1.1
"""A term is a reason from so many times the average segment's on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to label in which order.

    Attributes:
        places: By segment, where they changed.
        rows: Those worth most, the first one first, without audits.
        report: In numbers.
        min_per_s: Minutes of work for a second of open sound.
    """

    places: Mapping[str, float]
    rows: tuple[WorthRow, ...]
    report: QueueReport
    min_per_s: float


@dataclass(frozen=True, slots=True)
class Experience:
    """What this team's work so far says of the work to come."""

    effort: Effort = field(default_factory=Effort)
    quality: Quality = field(default_factory=Quality)

    @classmethod
    def of(cls, done: Sequence[DoneItem], judged: Sequence[JudgedDraft]) -> Experience:
        """Return what people's times say, and what they made of drafts."""
        return cls(fit_effort(done), fit_quality(judged))

    def predict(self, items: Sequence[WorkItem], *, words_per_s: float = WORDS_PER_S) -> Predicted:
        """Return the errors of drafts and the minutes of work to expect."""
        durations = np.array([one.duration_s for one in items], dtype=np.float64)
        has_draft = np.array([one.text is not None and not one.is_audit for one in items], dtype=np.bool_)
        words = np.array([n_words(one.text or "") for one in items], dtype=np.float64)
        # A model that goes round in circles writes more words than anybody says.
        words = np.minimum(words, 1 + _MOST_WORDS_PER_S * durations)
        words = np.where(has_draft & (words > 0), words, words_per_s * durations)
        wer = self.quality.wer(
            [one.model for one in items], [one.confidence for one in items], [one.has_alarm for one in items]
        )
        seconds = self.effort.seconds(durations, wer * words, words, is_drafted=has_draft)
        seconds *= self.effort.factors([one.groups["language"] for one in items])
        unknown = np.where(has_draft, 0.0, np.nan)
        return Predicted(wer + unknown, wer * words + unknown, seconds / 60)


def plan(
    items: Sequence[WorkItem],
    referred: Sequence[WorkItem],
    experience: Experience,
    *,
    weights: Weights,
    progress: Callable[[int], None] | None = None,
) -> Plan:
    """Return the places of open segments.

    Audits are placed among the others by chance alone, wherever there are such: neither what they hold nor
    that they are audits can be told from where they stand.
    """
    predicted = experience.predict(items, words_per_s=_pace(items, referred))
    blind = np.array([one.is_audit for one in items], dtype=np.bool_)
    at = np.flatnonzero(~blind).tolist()
    some = Predicted(*(values[at] for values in (predicted.wer, predicted.errors, predicted.minutes)))
    open_ones = [items[i] for i in at]
    found = rank(open_ones, referred, some, weights=weights, progress=progress)
    places = np.zeros(len(items))
    places[at] = found.places()
    places[blind] = _by_chance(places[at], np.array([one.rand for one in items])[blind])
    changed = {
        one.segment_id: place for one, place in zip(items, places.tolist(), strict=True) if one.place != place
    }
    total = float(sum(one.duration_s for one in items))
    minutes = float(predicted.minutes.sum())
    undrafted = int(np.isnan(some.wer).sum())
    notes = (*experience.effort.notes, *experience.quality.notes)
    report = QueueReport(len(items), int(blind.sum()), undrafted, minutes, notes)
    rows = _rows(open_ones, referred, some, found)
    return Plan(changed, rows, report, minutes / total if total else 0.0)


def _pace(items: Sequence[WorkItem], referred: Sequence[WorkItem]) -> float:
    """Return how many words a second people say here."""
    told = [one for one in (*referred, *items) if one.text]
    seconds = sum(one.duration_s for one in told)
    words = sum(n_words(one.text or "") for one in told)
    return min(_MOST_WORDS_PER_S, words / seconds) if seconds > 0 and words > 0 else WORDS_PER_S


def _by_chance(places: Floats, rand: Floats) -> Floats:
    """Return places spread like those of the others."""
    if not len(places):
        return rand - 2
    ordered = np.sort(places)
    return np.asarray(ordered[np.minimum(len(ordered) - 1, (rand * len(ordered)).astype(np.int64))])


# ---- reasons -------------------------------------------------------------------------------------------


def _rows(
    items: Sequence[WorkItem], referred: Sequence[WorkItem], predicted: Predicted, found: Ranking
) -> tuple[WorthRow, ...]:
    there = {name: Counter(one.groups[name] for one in referred) for name in GROUPS}
    tell = _Reasons(items, predicted, found, len(referred), there)
    return tuple(
        WorthRow(
            segment_id=items[at].segment_id,
            minutes=float(predicted.minutes[at]),
            wer=None if math.isnan(predicted.wer[at]) else float(predicted.wer[at]),
            value=float(found.values[at]),
            why="; ".join(tell.of(at)),
            **{name: float(found.terms[name][at]) for name in TERMS},
        )
        for at in found.order[:SHORTLIST].tolist()
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Reasons:
    """Why segments are worth it; ``there``: by kind, how many references there are of each value."""

    items: Sequence[WorkItem]
    predicted: Predicted
    found: Ranking
    n: int
    there: Mapping[str, Counter[str | None]]

    def of(self, at: int) -> list[str]:
        """Return the reasons, the shortest way to say them."""
        one, terms = self.items[at], self.found.terms
        kind, value = self.found.lead[at], None
        said = []
        if kind and terms["coverage"][at] >= _TOLD:
            value = one.groups[kind]
            said.append(f"{kind} {value}: {self.there[kind][value]} of {self.n} labelled")
        if one.text is None:
            said.append("no draft yet")
        else:
            words = max(1, round(n_words(one.text)))
            wrong = min(words, round(float(self.predicted.errors[at])))
            said += [f"about {wrong} of {words} words wrong"] if wrong else []
            n_new = int(self.found.n_new[at])
            is_told = n_new and terms["novelty"][at] >= _TOLD
            said += [f"{n_new} words that no reference has"] if is_told else []
        return [*said, f"{self.predicted.minutes[at]:.1f} min"]
