"""What another round of a project has to reckon with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from labwidgets.analysis.decision.betting import Floats
from labwidgets.analysis.decision.stakes import BY_SIZE, chances_by_size
from labwidgets.analysis.loop import Ahead, Forecast, Pace, Past, Round, forecast, joint_draws
from labwidgets.project.round_tests import TestSet, first_model
from labwidgets.records import Amount, KeptRound, RoundSettings, Worked
from labwidgets.store import Store

if TYPE_CHECKING:
    from labwidgets.project.rounding import Rounding


def forecast_of(
    project: Rounding,
    kept: Sequence[KeptRound],
    rounds: Sequence[Round],
    *,
    settings: RoundSettings,
    tests: TestSet,
) -> Forecast:
    """Return what another round is expected to come to.

    Args:
        project: Whose.
        kept: All rounds, the last of which is over.
        rounds: The same, as people see them.
        settings: Of that round.
        tests: The test set.
    """
    store, learned = project.store, {run.run: run.hours for run in project.runs()}
    past = _past(rounds, tests, learned, first_model(kept))
    return forecast(past, pace(store, kept, tests), _ahead(store, rounds, settings))


def _past(rounds: Sequence[Round], tests: TestSet, learned: dict[str, float], start: str) -> Past | None:
    names = dict.fromkeys([start, *(one.trained for one in rounds if one.trained is not None)])
    scores = {name: found for name in names if (found := tests.score(name)) is not None}
    places = {name: place for place, name in enumerate(scores)}
    in_use = rounds[-1].in_use
    if in_use not in places:
        return None
    pooled = [one.drafter for one in rounds if one.pool is not None]
    drafter = pooled[-1] if pooled else in_use
    return Past(
        np.array([learned.get(name, 0.0) for name in scores]),
        joint_draws(list(scores.values())),
        in_use=places[in_use],
        drafted=places.get(drafter, places[in_use]),
    )


def pace(store: Store, kept: Sequence[KeptRound], tests: TestSet) -> Pace | None:
    """Return how long people took, of what has working times on record."""
    corrected, blind = [], list[Worked]()
    for one in kept:
        worked = [done for done in store.worked(after=one.after, before=one.before) if done.active_s > 0]
        rate = tests.rate(str(one.noted.get("drafted_by", "")))
        with_drafts = [done for done in worked if not done.is_audit and one.noted.get("drafter")]
        blind += [done for done in worked if done not in with_drafts]
        if with_drafts and rate is not None:
            corrected.append((rate.wer, *_sums(with_drafts)))
    if not corrected and not blind:
        return None
    return Pace(tuple(corrected), _sums(blind) if blind else None)


def _sums(worked: Sequence[Worked]) -> tuple[float, float]:
    """Return hours of speech and minutes of work."""
    return sum(one.duration_s for one in worked) / 3600, sum(one.active_s for one in worked) / 60


def _ahead(store: Store, rounds: Sequence[Round], settings: RoundSettings) -> Ahead:
    waiting = store.open_segments()
    hours = sum(waiting.values()) / 3600
    pools = [one.pool for one in rounds if one.pool is not None]
    seen = {unit.segment_id for unit in store.pool_units(pools[-1])} if pools else set[str]()
    fresh_s = sum(duration_s for key, duration_s in waiting.items() if key not in seen)
    wanted = Amount.of(settings.label)
    label_hours = hours
    if wanted.segments is not None:
        label_hours = hours * min(1.0, wanted.segments / max(1, len(waiting)))
    elif wanted.minutes is not None:
        label_hours = min(hours, wanted.minutes / 60)
    shares = [one.share for one in rounds if one.share is not None]
    share = shares[-1] if shares else None
    return Ahead(
        hours=hours,
        n=len(waiting),
        fresh=fresh_s / 3600 / hours if hours else 0.0,
        audits=settings.audits,
        label_hours=label_hours,
        share=share if settings.audits else 0.0,
        compute_minutes=settings.compute_minutes,
        audit_size=_audit_size(np.array(list(waiting.values()))),
    )


def _audit_size(lengths: Floats) -> float:
    """Return the length of an audit next to an average segment, where words are as many a second in all.

    >>> _audit_size(np.array([2.0, 2.0])), _audit_size(np.array([1.0, 3.0]))
    (1.0, 1.125)
    """
    mean = float(lengths.mean()) if len(lengths) else 0.0
    if not mean:
        return 1.0
    chances = chances_by_size(lengths, BY_SIZE, mean=mean)
    return float(np.average(lengths, weights=chances) / mean)
