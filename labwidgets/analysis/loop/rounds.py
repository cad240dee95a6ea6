"""One round of the loop, as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from labwidgets.analysis.loop.forecasting import Forecast
from labwidgets.analysis.loop.measuring import ModelRate, SliceRate
from labwidgets.analysis.loop.summary import in_minutes
from labwidgets.records import ROUND_STEPS, RoundSettings, RoundStep, in_words, length


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round stands, what was done in it, and what is to be done next.

    Attributes:
        number: From 1.
        step: Where it stands; ``done`` once it is over.
        waits_for: ``people``, ``a call`` of ``project.round()`` that goes on, or nothing.
        to_do: What exactly is to be done next.
        settings: What was asked of it.
        began_us: Microseconds since 1970.
        ended_us: None while it goes on.
        drafter: Whose drafts people and the decision went by; empty where there were none.
        trained: The model that was trained in it; None for none.
        in_use: The model that drafts after it.
        snapshot: The labels that it was trained on.
        pool: The pool of drafts that its audits were drawn from.
        n_pool: Drafts in that pool.
        audits: Drawn in it.
        audits_open: Of them, not labelled yet.
        accepted: Drafts that count without a person, by a decision of this round.
        accepted_hours: Of speech in them.
        decision: Id of the newest decision that accepted some; ``project.revoke`` takes it.
        audited_wer: Errors a word in what was accepted, as its audits have it.
        bound: Upper bound of it, at the threshold that was chosen alone; never over ``settings.max_wer``.
        counted: Errors that count at most of the shortest draft, and of the longest.
        saved_minutes: Of people's work, by the decision, its audits counted as cost; below 0 where they took
            more than it saved, None where no times with drafts are on record.
        labelled: Segments that people labelled, audits too.
        labelled_open: Segments that people have still to label in it, beside the audits.
        hours: Of speech that people labelled.
        minutes: Of their work; None where no working time is on record.
        audit_minutes: Of them, with audits.
        rate: Errors of ``in_use`` on the test set as it is now; None where there is none.
        new_rate: The same of ``trained``.
        measured_wer: WER of ``in_use`` as it was measured when the round ended.
        notes: What to know.
        forecast: Of another round; None while this one goes on.
    """

    number: int
    step: RoundStep
    waits_for: str
    to_do: str
    settings: RoundSettings
    began_us: int
    ended_us: int | None = None
    drafter: str = ""
    trained: str | None = None
    in_use: str = ""
    snapshot: str | None = None
    pool: str | None = None
    n_pool: int = 0
    audits: int = 0
    audits_open: int = 0
    accepted: int = 0
    accepted_hours: float = 0.0
    decision: str | None = None
    audited_wer: float | None = None
    bound: float | None = None
    counted: tuple[int, int] | None = None
    saved_minutes: float | None = None
    labelled: int = 0
    labelled_open: int = 0
    hours: float = 0.0
    minutes: float | None = None
    audit_minutes: float | None = None
    rate: ModelRate | None = None
    new_rate: ModelRate | None = None
    measured_wer: float | None = None
    notes: tuple[str, ...] = ()
    forecast: Forecast | None = None

    _repr_pretty_ = in_words

    @property
    def is_done(self) -> bool:
        """Whether it is over."""
        return self.step == "done"

    @property
    def share(self) -> float | None:
        """The part of the pool that the model decided; None without a pool."""
        return self.accepted / self.n_pool if self.n_pool else None

    @property
    def wer(self) -> float | None:
        """Of the model in use after it, on the test set."""
        return self.measured_wer if self.rate is None else self.rate.wer

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of that WER, at 95 %."""
        return None if self.rate is None else self.rate.interval

    @property
    def n_words(self) -> int:
        """Of the references of the test set."""
        return 0 if self.rate is None else self.rate.n_words

    @property
    def slices(self) -> tuple[SliceRate, ...]:
        """The same by value of a column."""
        return () if self.rate is None else self.rate.slices

    def _repr_html_(self) -> str:
        from labwidgets.analysis.loop.page import card

        return card(self)

    def __str__(self) -> str:
        place = ROUND_STEPS.index(self.step) + 1
        at = "done" if self.is_done else f"step {place} of {len(ROUND_STEPS) - 1}, {self.step}"
        lines = [f"Round {self.number}: {at}. {self.to_do}".rstrip()]
        lines += [f"  {name}: {value}" for name, value in self.facts()]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)

    def facts(self) -> list[tuple[str, str]]:
        """Return what came out so far, as names and values in words."""
        minutes = "" if self.minutes is None else f", {self.minutes:.0f} minutes of work"
        facts = [
            ("drafts by", self.drafter or "nobody"),
            ("labelled by people", f"{self.labelled} segments, {length(self.hours)}{minutes}"),
        ]
        if self.pool is not None:
            facts.append(("audits", f"{self.audits - self.audits_open} of {self.audits} labelled"))
            facts.append(("decided by the model", self._decided()))
        if self.accepted:
            facts.append(("work saved by that", self._saved()))
        if self.trained is not None:
            facts.append(("trained", f"{self.trained}{_rated(self.new_rate)}"))
        if self.in_use:
            facts.append(("model in use", f"{self.in_use}{_rated(self.rate)}"))
        return facts

    def _decided(self) -> str:
        said = f"{self.accepted} of {self.n_pool} drafts"
        if self.bound is None or not self.accepted:
            return said
        seen = "" if self.audited_wer is None else f"audited WER {self.audited_wer:.1%}, "
        limit = f"limit {self.settings.max_wer:.1%} at {1 - self.settings.risk:.0%} confidence"
        return f"{said}, {seen}upper bound {self.bound:.1%} ({limit})"

    def _saved(self) -> str:
        if self.saved_minutes is None:
            return "not known: no working times with drafts are on record"
        return in_minutes(self.saved_minutes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with ``share``, ``wer`` and ``interval``."""
        return {**asdict(self), "share": self.share, "wer": self.wer, "interval": self.interval}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the round that ``to_dict`` wrote."""
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["settings"] = RoundSettings(**data["settings"])
        known["notes"] = tuple(data["notes"])
        known["forecast"] = None if data["forecast"] is None else Forecast.from_dict(data["forecast"])
        for name in ("rate", "new_rate"):
            known[name] = None if data[name] is None else ModelRate.from_dict(data[name])
        return cls(**known)


def _rated(rate: ModelRate | None) -> str:
    if rate is None:
        return ""
    between = "" if rate.interval is None else " [{:.1%}, {:.1%}]".format(*rate.interval)
    return f", WER {rate.wer:.1%}{between} of {rate.n_words} words"
