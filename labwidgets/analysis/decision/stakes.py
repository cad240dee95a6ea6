"""How drafts of unequal length count: with how many edits, and how likely they are to be audited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labwidgets.analysis.decision.betting import Floats, Numbers
from labwidgets.records import SizeRule

BY_SIZE = SizeRule(evenly=0.5, spare=2, times=4)
"""The rule of new pools."""

_FEWEST_EDITS = 3
_LONG = 0.99
"""The share of the drafts that are shorter than the longest ones that count."""


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What is at stake in each draft of a pool, by rank.

    The bets on draws are held back by the draft that counts most for its weight. So both follow the words of
    the draft: where one cap fits a turn of two hundred words, a pool of single words would prove nothing, and
    where it fits them, it would leave out most errors of the turn.

    Where a person hears fewer words than the draft has, so many less edits count as the limit allows for the
    missing words. Otherwise a draft of what nobody said could be further over the limit than any other, and
    each bet would have to reckon with it.

    Attributes:
        caps: float64[n_pool], edits that count at most.
        weights: float64[n_pool], how likely it is to be drawn next, up to a factor.
        allowed: float64[n_pool], edits that the limit allows for the words of the draft; 0 where all drafts
            have one cap.
        max_wer: The limit.
    """

    caps: Floats
    weights: Floats
    allowed: Floats
    max_wer: float

    def counted(self, ranks: Numbers, edits: Floats, words: Floats) -> Floats:
        """Return the edits that count of some drafts, given all of them and the words that were heard."""
        missing = np.maximum(0.0, self.allowed[ranks] - self.max_wer * words)
        return np.minimum(edits, self.caps[ranks] - missing)

    def highest(self, limit: float) -> Floats:
        """Return by how much each draft may be over a limit, the one that is asked for or a lower one."""
        return self.caps - self.allowed * limit / self.max_wer


def chances_by_size(words: Floats, rule: SizeRule | None, *, mean: float) -> Floats:
    """Return how likely drafts are to be drawn, next to each other; all the same without a rule.

    Args:
        words: float64[n], of each draft.
        rule: Of the pool.
        mean: Words of an average draft.

    >>> chances_by_size(np.array([0.0, 10.0, 30.0]), BY_SIZE, mean=10.0).tolist()
    [0.5, 1.0, 2.0]
    """
    if rule is None:
        return np.ones(len(words))
    chances: Floats = rule.evenly + (1 - rule.evenly) * words / mean
    return chances


def caps_by_size(words: Floats, rule: SizeRule, *, max_wer: float) -> Floats:
    """Return how many edits of each draft count at most: few more than its words, whatever the limit.

    >>> caps_by_size(np.array([0.0, 1.0, 14.0, 200.0]), BY_SIZE, max_wer=0.05).tolist()
    [2.0, 3.0, 5.0, 42.0]
    >>> caps_by_size(np.array([0.0, 1.0, 14.0]), BY_SIZE, max_wer=0.5).tolist()
    [2.0, 3.0, 16.0]
    """
    caps: Floats = rule.spare + np.ceil(min(1.0, rule.times * max_wer) * words - 1e-9)
    return caps


def most_edits(n_words: Sequence[int]) -> int:
    """Return how many edits of one draft count in a pool without a rule, given the words of its drafts.

    A third of an average draft's words; where some drafts are far longer, a sixth of theirs: what is beyond
    the cap does not count, and on a pool of words and long turns that would be most of the errors.

    >>> most_edits([14] * 10), most_edits([2, 2]), most_edits([1] * 90 + [120] * 10)
    (5, 3, 20)
    """
    if not n_words:
        return _FEWEST_EDITS
    longest = float(np.quantile(n_words, _LONG))
    return max(_FEWEST_EDITS, math.ceil(float(np.mean(n_words)) / 3), math.ceil(longest / 6))
