"""The decision: the most drafts whose word error rate is shown to keep to a limit.

For each threshold the claim "what it accepts has more than ``max_wer`` errors a word" is tested: with ``e``
edits, of each draft at most its cap counted, and ``n`` words of the reference, the total of
``e - max_wer * n`` over the accepted drafts would be above zero. The tests go from the strictest threshold
on; each starts with its part of the risk, hands what it has to the next one when its claim is refuted, and
loses it when not. So the chance that any accepted threshold breaks the limit is at most ``risk``, over all
looks together.

References:
    Angelopoulos, Bates, Candès, Jordan and Lei, Learn then Test, Annals of Applied Statistics 2025
    (arXiv 2110.01052), section 2.2: multiple testing over a grid fixed in advance.
    Wiens, A fixed sequence Bonferroni procedure for testing multiple endpoints, Pharmaceutical Statistics
    2003: the fallback procedure.
    Zecchin, Park and Simeone, Adaptive Learn-then-Test, ICML 2025 (arXiv 2409.15844): with e-processes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from labwidgets.analysis.decision.betting import Draws, Floats, Guess, Numbers, Wealth, wealth
from labwidgets.analysis.decision.grid import Grid
from labwidgets.analysis.decision.needs import Need, needs
from labwidgets.analysis.decision.stakes import Stakes
from labwidgets.records.numbers import checked_count, checked_share

_STEPS = 50
"""The bound is found to this part of the limit."""

_WIDER = 1.5
"""Once something is accepted, audits from so much more of the pool tell whether more can be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        max_wer: Limit of the word error rate of what is accepted, above 0 and below 1.
        risk: Chance that it is broken, above 0 and below 1.
        max_edits: A draft with more edits counts as one with so many, 1 or more; None where that follows its
            words, as the rule of the pool has it.
        n_words: Words of an average draft, for the first bets.
        expected_wer: What the best drafts are expected to have, for a forecast; None for half of the limit.
            The same at every look at a pool: bets follow from it.

    Raises:
        ConfigError: One of them is out of range.
    """

    max_wer: float
    risk: float
    max_edits: int | None = None
    n_words: float = 10.0
    expected_wer: float | None = None

    def __post_init__(self) -> None:
        checked_share("max_wer", self.max_wer)
        checked_share("risk", self.risk)
        if self.max_edits is not None:
            checked_count("max_edits", self.max_edits)

    @property
    def guess(self) -> Guess:
        """What an audit is expected to say: half as many errors as are allowed, or fewer."""
        half = self.max_wer / 2
        expected = half if self.expected_wer is None else min(self.expected_wer, half)
        spread = np.sqrt(max(2 * expected, half) * self.n_words)
        return Guess((expected - self.max_wer) * self.n_words, float(spread))


@dataclass(frozen=True, slots=True, eq=False)
class Audited:
    """What audits said, in the order in which they were drawn.

    Attributes:
        draws: Which units of the pool.
        edits: float64[n], edits that make each draft its reference.
        words: float64[n], words of each reference.
        inclusion: float64[n], chance that the unit was drawn at all.
        stakes: Of all units of the pool; the same at every look.
    """

    draws: Draws
    edits: Floats
    words: Floats
    inclusion: Floats
    stakes: Stakes

    def __len__(self) -> int:
        return len(self.edits)

    @property
    def counted(self) -> Floats:
        """Edits of each that count, float64[n]."""
        return self.stakes.counted(self.draws.ranks, self.edits, self.words)

    def excess(self, wish: Wish) -> Floats:
        """Return how many more edits each has than it may, float64[n]."""
        return self.counted - wish.max_wer * self.words


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Drafts that people took out of the model's hands since the pool was opened, but for the audits.

    Those are no chance draw: people may have taken the best ones, and what is left is worse than all.

    Attributes:
        ranks: int64[n], place of each in the pool, best score first, from 0.
        edits: float64[n], edits that made each draft the text of a person; the fewest it can be.
        words: float64[n], words of that text.
    """

    ranks: Numbers
    edits: Floats
    words: Floats

    def counted(self, stakes: Stakes) -> Floats:
        """Return the edits of each that count, float64[n]."""
        return stakes.counted(self.ranks, self.edits, self.words)

    def excess(self, counts: Numbers, limits: Floats | float, *, stakes: Stakes) -> Floats:
        """Return how many more edits they have than they may under each threshold, at most 0, float64[n].

        Args:
            counts: int64[n], drafts of the pool under each threshold.
            limits: Of the word error rate, one or float64[n].
            stakes: Of all units of the pool.
        """
        order = np.argsort(self.ranks, kind="stable")
        ends = np.searchsorted(self.ranks[order], counts, side="left")
        edits = self.counted(stakes)[order]
        sums = (np.concatenate([[0.0], np.cumsum(each)])[ends] for each in (edits, self.words[order]))
        n_edits, n_words = sums
        return np.minimum(0.0, n_edits - limits * n_words)


NONE_TAKEN = Taken(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What may be accepted.

    Attributes:
        n_accepted: How many drafts of the pool; 0 for none.
        threshold: The score from which on; None where nothing is.
        bound: The lowest limit down to which the same audits refute all at this threshold, with the same part
            of the risk. It is of this threshold alone, which the audits chose: what is promised is the limit.
        wer: Estimate for what is accepted, weighted by the chances of the draws; None where nothing is.
        level: The part of the risk with which the last threshold was tested.
        audited: How many audits there were.
        need: How many more it takes until something is accepted, and where to draw the next ones.
        wealth: Of each threshold.
    """

    n_accepted: int
    threshold: float | None
    bound: float | None
    wer: float | None
    level: float
    audited: int
    need: Need
    wealth: Wealth


def decide(grid: Grid, audited: Audited, wish: Wish, *, taken: Taken = NONE_TAKEN) -> Verdict:
    """Return which drafts of a pool may be accepted, after any number of audits, at any time.

    Audits speak for all drafts above a threshold. Where people took some of these, the claim that is tested
    is about what they left, audits included: its excess is that of all less that of what they took, which is
    known.

    Args:
        grid: Of the pool, made before the first audit was labelled.
        audited: All audits of this pool so far.
        wish: The limit; the same at every look.
        taken: What people labelled out of the pool beside the audits.
    """
    now = _wealth(grid, audited, wish, taken)
    last, level = _fallback(now.most, grid.budgets, wish.risk)
    if last is None:
        if not len(grid):
            return Verdict(0, None, None, None, 0.0, len(audited), Need(None, 0), now)
        above = taken.excess(grid.counts, wish.max_wer, stakes=audited.stakes)
        need = needs(grid, audited, now, wish=wish, above=above)
        return Verdict(0, None, None, None, 0.0, len(audited), need, now)
    region = min(int(grid.counts[-1]), int(np.ceil(_WIDER * grid.counts[last])))
    return Verdict(
        n_accepted=int(grid.counts[last]),
        threshold=float(grid.thresholds[last]),
        bound=_bound(grid, audited, wish, taken, _Place(last, level)),
        wer=estimated_wer(audited, int(grid.counts[last]), taken=taken),
        level=level,
        audited=len(audited),
        need=Need(0, region),
        wealth=now,
    )


def _wealth(grid: Grid, audited: Audited, wish: Wish, taken: Taken) -> Wealth:
    counts, excess, caps = grid.counts.tolist(), audited.excess(wish), audited.stakes.highest(wish.max_wer)
    found = wealth(excess, audited.draws, counts, caps=caps, guess=wish.guess)
    above = taken.excess(grid.counts, wish.max_wer, stakes=audited.stakes)
    if not above.any():
        return found
    # What people take may follow what they saw: then all claims between the two must be refuted.
    less = wealth(excess, audited.draws, counts, caps=caps, guess=wish.guess, above=above)
    return replace(less, now=np.minimum(found.now, less.now), most=np.minimum(found.most, less.most))


def _fallback(evidence: Floats, budgets: Floats, risk: float) -> tuple[int | None, float]:
    """Return the last threshold whose claim is refuted, and the part of the risk it was tested with.

    >>> _fallback(np.log([10.0, 50.0, 30.0]), np.array([0.5, 0.5, 0.0]), 0.05)
    (1, 0.025)
    """
    last, level, carried = None, 0.0, 0.0
    for place, (log_wealth, budget) in enumerate(zip(evidence, budgets, strict=True)):
        carried += risk * float(budget)
        if carried > 0 and log_wealth >= -np.log(carried):
            last, level = place, carried
        else:
            carried = 0.0
    return last, level


@dataclass(frozen=True, slots=True)
class _Place:
    """A threshold, and the part of the risk with which it was tested."""

    at: int
    level: float


def _bound(grid: Grid, audited: Audited, wish: Wish, taken: Taken, place: _Place) -> float:
    count, stakes = grid.counts[[place.at]], audited.stakes

    def is_refuted(step: int) -> bool:
        limit = wish.max_wer * step / _STEPS
        values, caps = audited.counted - limit * audited.words, stakes.highest(limit)
        above = taken.excess(count, limit, stakes=stakes)
        found = wealth(values, audited.draws, count.tolist(), caps=caps, guess=wish.guess, above=above)
        return bool(found.most[0] >= -np.log(place.level))

    # The limit itself is refuted: that is why something is accepted. Lower ones are tested in turn, so that
    # each needs no risk of its own, up to the first that is not refuted.
    lowest = _STEPS
    while lowest > 1 and is_refuted(lowest - 1):
        lowest -= 1
    return wish.max_wer * lowest / _STEPS


def estimated_wer(audited: Audited, count: int, *, taken: Taken = NONE_TAKEN) -> float | None:
    """Return the word error rate of the best ``count`` drafts as the audits have it, but for those taken.

    None without words.
    """
    is_in, is_taken = audited.draws.ranks < count, taken.ranks < count
    chances = audited.inclusion[is_in]
    words = float((audited.words[is_in] / chances).sum() - taken.words[is_taken].sum())
    edits = float((audited.edits[is_in] / chances).sum() - taken.edits[is_taken].sum())
    return max(0.0, edits) / words if words > 0 else None
