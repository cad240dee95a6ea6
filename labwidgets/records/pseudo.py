"""Drafts that models learn from without their being references."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from labwidgets.records.cards import Table, card
from labwidgets.records.labels import Hypothesis
from labwidgets.records.reports import in_words, length

_FAILED = {
    "speaker": "its speaker measures models",
    "empty": "no words",
    "repetition": "words that repeat in a loop",
    "alarm": "something looks wrong: an alarm",
    "duration": "too short or too long",
    "pace": "too fast or too slow",
    "confidence": "the model is not sure enough",
    "agreement": "the second model says otherwise",
}
"""What each filter finds, for people."""


@dataclass(frozen=True, slots=True)
class UnlabelledSegment:
    """A segment of which no person has said anything yet.

    Attributes:
        id: Of the segment.
        group: What is never parted between splits: its speaker, else its recording.
        start_s: In the recording.
        end_s: In the recording.
        language: BCP-47.
        accent: None where not known.
    """

    id: str
    group: str
    start_s: float
    end_s: float
    language: str
    accent: str | None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class PseudoLabel:
    """A draft that passed the filters: ids alone, since the store keeps what it says; the sound as it was."""

    segment_id: str
    draft_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class PseudoClip:
    """A pseudo-label with what is learned from it."""

    segment: UnlabelledSegment
    draft: Hypothesis


@dataclass(frozen=True, slots=True)
class PseudoReport:
    """What filters made of the drafts of a model.

    Attributes:
        model: Whose drafts.
        second: The model that had to agree; None where none was asked.
        n_drafts: Drafts of segments without a reference.
        n_passed: Those that passed all filters.
        hours: Of those that passed.
        failed: By filter, how many drafts fail it; a draft can fail several.
        confidence: What confidences were taken for.
    """

    model: str
    second: str | None
    n_drafts: int
    n_passed: int
    hours: float
    failed: Mapping[str, int]
    confidence: str

    _repr_pretty_ = in_words

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the report that ``to_dict`` wrote."""
        return cls(**data)

    def __str__(self) -> str:
        agreed = "" if self.second is None else f", held against {self.second}"
        failed = ", ".join(f"{n} by {name}" for name, n in self.failed.items() if n)
        return (
            f"{self.n_passed} of {self.n_drafts} drafts by {self.model} ({length(self.hours)}) pass{agreed}; "
            f"failed: {failed or 'none'}; confidence {self.confidence}"
        )

    def _repr_html_(self) -> str:
        facts = [("sound in them", length(self.hours)), ("confidence", self.confidence)]
        if self.second is not None:
            facts.insert(0, ("held against", self.second))
        failed = tuple((_FAILED.get(name, name), f"{n}") for name, n in self.failed.items() if n)
        return card(
            f"{self.n_passed} of {self.n_drafts} drafts by {self.model} are good enough to learn from",
            facts=facts,
            table=Table(("left out as", "drafts"), failed, frozenset({1})) if failed else None,
            look="good" if self.n_passed else "plain",
        )


@dataclass(frozen=True, slots=True)
class Sifted:
    """The drafts that a run learns from, in a fixed order, and how they were chosen."""

    labels: tuple[PseudoLabel, ...]
    report: PseudoReport

    @property
    def digest(self) -> str:
        """The same for the same drafts in the same order."""
        text = " ".join(one.draft_id for one in self.labels)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: ids and figures, no texts."""
        return {"labels": [asdict(one) for one in self.labels], "report": self.report.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what ``to_dict`` wrote."""
        labels = tuple(PseudoLabel(**one) for one in data["labels"])
        return cls(labels, PseudoReport.from_dict(data["report"]))
