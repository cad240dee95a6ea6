"""What all rounds came to, in a few sentences that somebody who was not there can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from labwidgets.records import from_to, length, work_time

if TYPE_CHECKING:
    from labwidgets.analysis.loop.measuring import ModelRate, SliceRate
    from labwidgets.analysis.loop.page import Rounds
    from labwidgets.analysis.loop.rounds import Round


_LEAST_WORDS = 50
"""With fewer a value of a column is not told to be the worst."""


def summary(rounds: Rounds) -> tuple[str, ...]:
    """Return who labelled how much, what was decided and how sure that is, and where the model is worst."""
    is_begun = any(one.labelled or one.accepted for one in rounds)
    return tuple(_sentences(rounds)) if is_begun else ()


def _sentences(rounds: Rounds) -> Iterator[str]:
    yield _work(rounds.rounds)
    deciding = [one for one in rounds if one.accepted]
    if deciding:
        yield _decided(deciding)
        saved = [one.saved_minutes for one in deciding if one.saved_minutes is not None]
        if saved:
            yield f"People's work saved by that: {in_minutes(sum(saved))}."
    newest = next((one.rate for one in reversed(rounds.rounds) if one.is_done and one.rate), None)
    if newest is not None:
        yield _errors(newest, rounds.start)
        yield from _worst(newest, rounds.slice_by)
        if not any(part.value for part in newest.slices):
            yield f"Of what measures it no {rounds.slice_by} is known: name another column with slice_by=…"


def in_minutes(saved: float) -> str:
    """Return in words what a decision saved.

    >>> in_minutes(12.3), in_minutes(-3.2)
    ('about 12 min, audits counted as cost', 'none: audits took 3 min more than it saved')
    """
    if saved < 0:
        return f"none: audits took {work_time(-saved)} more than it saved"
    return f"about {work_time(saved)}, audits counted as cost"


def _work(rounds: Sequence[Round]) -> str:
    times = [one.minutes for one in rounds if one.minutes is not None]
    took = f", {work_time(sum(times))} of work" if times else ""
    n, hours = sum(one.labelled for one in rounds), sum(one.hours for one in rounds)
    which = "one round" if len(rounds) == 1 else f"{len(rounds)} rounds"
    said = f"In {which} people labelled {n} segments ({length(hours)}{took})"
    n_accepted = sum(one.accepted for one in rounds)
    decided_hours = sum(one.accepted_hours for one in rounds)
    alone = f"; models decided {n_accepted} more alone ({length(decided_hours)})" if n_accepted else ""
    return f"{said}{alone}."


def _decided(deciding: Sequence[Round]) -> str:
    seen = [(one.audited_wer, one.accepted_hours) for one in deciding if one.audited_wer is not None]
    hours = sum(weight for _, weight in seen)
    audited = f"{sum(wer * weight for wer, weight in seen) / hours:.1%} by blind audits, " if hours else ""
    limits = {(one.settings.max_wer, one.settings.risk) for one in deciding}
    if len(limits) > 1:
        return f"WER of what models decided: {audited}and in each round within its limit."
    [(limit, risk)] = limits
    counted = [one.counted for one in deciding if one.counted is not None]
    most = (min(few for few, _ in counted), max(many for _, many in counted)) if counted else None
    each = " in each round" if len(deciding) > 1 else ""
    capped = "" if most is None else f" (of one segment {from_to(*most)} errors count at the most)"
    sure = f"at most {limit:.1%}{each} with {1 - risk:.0%} confidence"
    return f"WER of what models decided: {audited}{sure}{capped}."


def _errors(rate: ModelRate, start: ModelRate | None) -> str:
    before = "" if start is None or start.model == rate.model else f"; {start.model} had {start.wer:.1%}"
    return (
        f"WER of {rate.model}, in use now, on speakers that no model learned from: {_between(rate)}{before}."
    )


def _worst(rate: ModelRate, slice_by: str) -> Iterator[str]:
    named = [part for part in rate.slices if part.value]
    told = [part for part in named if part.n_words >= _LEAST_WORDS]
    worst = max(told, key=lambda part: part.wer, default=None)
    if named and worst is None:
        few = f"fewer than {_LEAST_WORDS} words measure each"
        yield f"For which {slice_by} it is worst cannot be told: {few}."
    elif worst is not None and worst.wer > rate.wer:
        yield f"By {slice_by} it is worst for {worst.value}: {_between(worst)} of {worst.n_words} words."


def _between(rate: ModelRate | SliceRate) -> str:
    interval = "" if rate.interval is None else " ({:.1%} to {:.1%})".format(*rate.interval)
    return f"{rate.wer:.1%}{interval}"
