"""Whether another round is likely to save people more minutes than it costs them; pure.

Two ways to finish are held against each other. Without another round, people label all that is left with
the drafts of the model in use. With one, they label its audits by ear, the model decides a share, people
label what the round asks for, and the rest with the drafts of the next model. The difference is what the
round saves; the minutes of its audits, and of its computing where a price is named, are what it costs.

All of it is worked out in many draws of the test set, the same for all models: what is told is how much of
it chance could have made. Nothing here is a guarantee, and no decision of the model rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Verdict = Literal["pays", "does not pay", "cannot tell yet"]

_SURE = 0.8
"""So much of the draws must agree."""

_LEAST = 0.01
"""A saving of less than this part of the work that is left is none: people would wait for it longer."""

_LISTENING = 60.0
"""Minutes that an hour of speech takes with perfect drafts: it is heard once."""

_FEW = 3
"""With fewer models a curve goes through all of them, whatever they are: half of its fall is believed."""

_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The models so far, the one that it began with first.

    Attributes:
        hours: float64[n], of labels that each learned from; 0 for the first.
        wers: float64[n_draws, n], WER of each in draws of the test set, above 0.
        in_use: Place of the model that drafts now.
        drafted: Place of the one that made the newest pool.
    """

    hours: Floats
    wers: Floats
    in_use: int
    drafted: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people took.

    Attributes:
        corrected: By round: WER of the drafts, hours of speech labelled with them, minutes of work.
        blind: Hours of speech labelled by ear alone, and minutes of work; None for none.
    """

    corrected: tuple[tuple[float, float, float], ...]
    blind: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What another round would meet.

    Attributes:
        hours: Of speech that wait for a label.
        n: How many segments that is.
        fresh: Part of the hours that no pool of drafts held yet, 0..1.
        audits: Most that it would draw.
        label_hours: Of speech that people would label in it, at the most.
        share: Part of the newest pool that its model decided, 0..1; None where the round would draw audits
            and no model has had any before: nobody knows.
        compute_minutes: What its computing is worth.
        audit_size: Length of an audit next to an average segment: long ones are likelier to be drawn.
    """

    hours: float
    n: int
    fresh: float
    audits: int
    label_hours: float
    share: float | None
    compute_minutes: float = 0.0
    audit_size: float = 1.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What another round is expected to come to; minutes are those of people.

    Attributes:
        verdict: ``pays``, ``does not pay`` or ``cannot tell yet``.
        reason: In words.
        saved: Minutes that it saves: a low, a middle and a high guess; None where nobody can tell.
        cost: Minutes that it costs.
        minutes_left: That all of the work takes without it.
        hours_left: Of speech that wait.
        wer: Of the model in use.
        wer_next: Of the model that it would make, as ``saved``.
        share: Part of what is left that the model is expected to decide.
        models: How many the curve rests on.
    """

    verdict: Verdict
    reason: str
    saved: tuple[float, float, float] | None = None
    cost: float | None = None
    minutes_left: float | None = None
    hours_left: float = 0.0
    wer: float | None = None
    wer_next: tuple[float, float, float] | None = None
    share: float | None = None
    models: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the forecast that ``to_dict`` wrote."""
        triples = {name: data[name] and tuple(data[name]) for name in ("saved", "wer_next")}
        return cls(**{**data, **triples})

    def __str__(self) -> str:
        head = {
            "pays": "Another round is forecast to pay",
            "does not pay": "Another round is forecast not to pay",
            "cannot tell yet": "Whether another round pays cannot be told yet",
        }[self.verdict]
        return f"{head}: {self.reason}."


def forecast(past: Past | None, pace: Pace | None, ahead: Ahead) -> Forecast:
    """Return what another round is expected to come to.

    Args:
        past: The models so far; None where none was measured.
        pace: How long people took; None where nothing is on record.
        ahead: What is left, and what the round would do.

    References:
        Hestness et al., Deep learning scaling is predictable, empirically, arXiv 1712.00409, section 2:
        errors fall as a power of the amount of training data.
    """
    if ahead.hours <= 0:
        return Forecast("does not pay", "nothing is left to label")
    if past is None:
        return Forecast("cannot tell yet", "no model was measured on a test set", hours_left=ahead.hours)
    if pace is None:
        reason = "no working times are on record; the labeller keeps them"
        return Forecast("cannot tell yet", reason, hours_left=ahead.hours)
    work = _Work(pace)
    now = past.wers[:, past.in_use]
    following = next_wers(past, added=min(ahead.hours, ahead.label_hours + _audited_hours(ahead)))
    may = np.where(now < past.wers[:, past.drafted], 1.0, ahead.fresh)
    shares = (0.0, 1.0) if ahead.share is None else (ahead.share, ahead.share)
    saved = [_saved(ahead, work, (now, following), decided=share * may) for share in shares]
    left = ahead.hours * work.minutes(now)
    cost = float(np.median(_audited_hours(ahead) * work.blind(now))) + ahead.compute_minutes
    is_worth = [float((one - cost > _LEAST * left).mean()) for one in saved]
    verdict: Verdict = "cannot tell yet"
    if is_worth[0] >= _SURE:
        verdict = "pays"
    elif is_worth[1] <= 1 - _SURE:
        verdict = "does not pay"
    triple = _triple(np.concatenate(saved))
    why = "no model has decided anything yet; " if ahead.share is None else ""
    return Forecast(
        verdict,
        why + _reason(triple, cost, _triple(following)),
        saved=triple,
        cost=cost,
        minutes_left=float(np.median(left)),
        hours_left=ahead.hours,
        wer=_triple(now)[1],
        wer_next=_triple(following),
        share=None if ahead.share is None else float((ahead.share * may).mean()),
        models=past.wers.shape[1],
    )


def _saved(ahead: Ahead, work: _Work, wers: tuple[Floats, Floats], *, decided: Floats) -> Floats:
    """Return the minutes that a round saves, its audits not counted, float64[n_draws].

    Args:
        ahead: What is left, and what the round would do.
        work: Minutes by WER.
        wers: Of the model in use, and of the next one.
        decided: Part of the drafts that count without a person.
    """
    now, following = map(work.minutes, wers)
    rest = (ahead.hours - _audited_hours(ahead)) * (1 - decided)
    labelled = np.minimum(rest, ahead.label_hours)
    saved: Floats = ahead.hours * now - labelled * now - (rest - labelled) * following
    return saved


@dataclass(frozen=True, slots=True)
class Decided:
    """What a model decided in a round, and what its audits took.

    Attributes:
        hours: Of speech in the drafts that it accepted.
        wer: Of these, as the audits have it.
        audit_hours: Of speech in the audits.
        audit_minutes: That people took for them.
        pool_wer: Of all its drafts, as the audits have it.
    """

    hours: float
    wer: float
    audit_hours: float
    audit_minutes: float
    pool_wer: float


def saved_minutes(pace: Pace | None, decided: Decided) -> float | None:
    """Return the minutes of people's work that a decision saved; below 0 where its audits cost more.

    What people would have taken to mend the drafts of accepted segments and of audits at their own pace, less
    what the audits took, which are labelled without a draft. None where no times with drafts are on record.
    """
    if pace is None or not pace.corrected:
        return None
    work = _Work(pace)
    accepted, audited = work.minutes(np.array([decided.wer, decided.pool_wer])).tolist()
    return float(decided.hours * accepted + decided.audit_hours * audited - decided.audit_minutes)


def _audited_hours(ahead: Ahead) -> float:
    return ahead.hours * min(1.0, ahead.audit_size * ahead.audits / max(1, ahead.n))


def _triple(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, _QUANTILES)
    return float(low), float(middle), float(high)


def _reason(saved: tuple[float, float, float], cost: float, following: tuple[float, float, float]) -> str:
    low, middle, high = following
    return (
        f"it would save about {saved[1]:.0f} minutes of people's work ({saved[0]:.0f} to {saved[2]:.0f}) and "
        f"cost {cost:.0f}; the WER after it would be about {middle:.1%} ({low:.1%} to {high:.1%})"
    )


def next_wers(past: Past, *, added: float) -> Floats:
    """Return the WER of the model that ``added`` hours of labels more would make, float64[n_draws].

    A power law through the models so far, fitted in each draw; it never rises, and begins at the model in
    use.
    """
    now, learned = past.wers[:, past.in_use], past.hours.max()
    first = past.hours[past.hours > 0].min(initial=np.inf)
    if not np.isfinite(first):
        return now
    amounts = np.log1p(past.hours / first)
    centred = amounts - amounts.mean()
    slopes = np.log(past.wers) @ centred / (centred**2).sum()
    if past.wers.shape[1] < _FEW:
        slopes = slopes / 2
    step = np.log1p((learned + added) / first) - np.log1p(learned / first)
    return np.asarray(now * np.exp(np.minimum(0.0, slopes) * step), dtype=np.float64)


class _Work:
    """Minutes that an hour of speech takes: listening once, and more for each error of its draft."""

    def __init__(self, pace: Pace) -> None:
        rows: Sequence[tuple[float, float, float]] = [row for row in pace.corrected if row[1] > 0]
        self._blind = pace.blind[1] / pace.blind[0] if pace.blind is not None and pace.blind[0] else None
        self._base, self._slope = self._fitted(rows) if rows else (self._blind or 0.0, 0.0)

    @staticmethod
    def _fitted(rows: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
        wers, hours, minutes = np.array(rows, dtype=np.float64).T
        rates = minutes / hours
        wer, rate = np.average(wers, weights=hours), float(np.average(rates, weights=hours))
        least = min(_LISTENING, rate)
        steepest = (rate - least) / wer if wer else 0.0
        spread = float((hours * (wers - wer) ** 2).sum())
        # One round, or all alike: what is over one hearing is put down to the errors.
        slope = float((hours * (wers - wer) * (rates - rate)).sum()) / spread if spread > 0 else steepest
        slope = float(np.clip(slope, 0.0, steepest))
        return rate - slope * float(wer), slope

    def minutes(self, wers: Floats) -> Floats:
        """Return the minutes for an hour of speech with such drafts; never more than without any."""
        found = self._base + self._slope * wers
        return found if self._blind is None else np.minimum(found, self._blind)

    def blind(self, wers: Floats) -> Floats:
        """Return the minutes for an hour of speech without drafts."""
        return self.minutes(wers) if self._blind is None else np.full_like(wers, self._blind)
