"""Rounds of the loop: what is asked of one, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from labwidgets.errors import ConfigError
from labwidgets.records.numbers import checked_amount, checked_count, checked_share
from labwidgets.records.training import TRAINING_METHODS, TrainingMethod

RoundStep = Literal["draft", "audit", "label", "train", "report", "done"]

ROUND_STEPS: tuple[RoundStep, ...] = ("draft", "audit", "label", "train", "report", "done")

ALL = "all"
_MINUTES = re.compile(r"(\d+(?:\.\d+)?) ?min")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much people label in a round, beside the audits; neither set: all there is.

    Attributes:
        segments: So many.
        minutes: So many minutes of speech.
    """

    segments: int | None = None
    minutes: float | None = None

    @classmethod
    def of(cls, given: int | str) -> Self:
        """Return what ``"all"``, a number of segments, or ``"30 min"`` of speech stands for.

        Raises:
            ConfigError: It is none of these.

        >>> Amount.of("30 min"), Amount.of(40)
        (Amount(segments=None, minutes=30.0), Amount(segments=40, minutes=None))
        """
        text = str(given).strip().lower()
        if text == ALL:
            return cls()
        if text.isdecimal():
            return cls(segments=int(text))
        if found := _MINUTES.fullmatch(text):
            return cls(minutes=float(found[1]))
        raise ConfigError(
            "no such amount to label", value=given, allowed="all, a number of segments, or such as 30 min"
        )


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What is asked of a round.

    Attributes:
        max_wer: Most errors a word in what the model decides.
        risk: Chance that this is broken.
        audits: Most audits to draw; 0 lets the model decide nothing.
        label: What people label beside them, see :class:`Amount`.
        model: That drafts in the first round, and that every training begins with unless its recipe begins
            from nothing; None for the project's.
        method: ``full`` or ``lora``.
        recipe: Of the training; None for the one that fits.
        settings: What is otherwise than in the recipe.
        compute_minutes: What computing a round is worth, in minutes of people's work.
        train: Whether it ends with a training.

    Raises:
        ConfigError: One is out of range.
    """

    max_wer: float = 0.05
    risk: float = 0.05
    audits: int = 150
    label: int | str = ALL
    model: str | None = None
    method: TrainingMethod = "full"
    recipe: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    compute_minutes: float = 0.0
    train: bool = True

    def __post_init__(self) -> None:
        for name, value in self._checked().items():
            object.__setattr__(self, name, value)

    def _checked(self) -> dict[str, Any]:
        """Return what can be told of it as plain values, if it can be."""
        if self.method not in TRAINING_METHODS:
            allowed = ", ".join(TRAINING_METHODS)
            raise ConfigError("no such way of training", value=self.method, allowed=allowed)
        if not isinstance(self.train, bool):
            raise ConfigError("train is a choice", value=self.train, allowed="True, False")
        Amount.of(self.label)
        return {
            "max_wer": checked_share("max_wer", self.max_wer),
            "risk": checked_share("risk", self.risk),
            "audits": checked_count("audits", self.audits, least=0),
            "compute_minutes": checked_amount("compute_minutes", self.compute_minutes),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class KeptRound:
    """What is on record of a round; all else follows from the store.

    Attributes:
        number: From 1.
        settings: What was asked of it.
        began_us: Microseconds since 1970.
        ended_us: None while it goes on.
        after: Number of the event that began it.
        before: Number of the event that ended it; None while it goes on.
        noted: What came out on its way: ``drafter``, ``run``, ``in_use`` …, and what was measured at its end.
    """

    number: int
    settings: RoundSettings
    began_us: int
    ended_us: int | None
    after: int
    before: int | None
    noted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Worked:
    """What people did to one segment between two events.

    Attributes:
        segment_id: The segment.
        duration_s: Of it.
        active_s: Of their work, without the pauses; 0 where none is on record.
        is_audit: It was labelled blind.
        is_labelled: It ended with a label, and not skipped.
    """

    segment_id: str
    duration_s: float
    active_s: float
    is_audit: bool
    is_labelled: bool
