"""The decision rule: what it accepts, what it says, and that it keeps its word."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from labwidgets.analysis.decision import (
    Audited,
    Draws,
    Grid,
    Stakes,
    Wish,
    decide,
    draw,
    inclusion,
    make_grid,
    region_weights,
    watch,
    wealth,
)
from labwidgets.analysis.decision.stakes import BY_SIZE, caps_by_size, chances_by_size
from labwidgets.errors import ConfigError

WISH = Wish(max_wer=0.1, risk=0.05)
CAP = 5.0


def flat_stakes(n: int, cap: float) -> Stakes:
    return Stakes(np.full(n, cap), np.ones(n), np.zeros(n), WISH.max_wer)


@dataclass
class Pool:
    """Drafts by score, the best first, whose errors grow with the rank; one cap, or by their words."""

    edits: np.ndarray
    words: np.ndarray
    grid: Grid
    is_by_size: bool = False

    @property
    def stakes(self) -> Stakes:
        if not self.is_by_size:
            return flat_stakes(len(self.words), CAP)
        caps = caps_by_size(self.words, BY_SIZE, max_wer=WISH.max_wer)
        chances = chances_by_size(self.words, BY_SIZE, mean=float(self.words.mean()))
        return Stakes(caps, chances, WISH.max_wer * self.words, WISH.max_wer)

    def audited(self, *batches: tuple[np.ndarray, int], seed: int = 0) -> Audited:
        """Draw one batch after the other."""
        n, stakes = len(self.edits), self.stakes
        batches = tuple((weights * stakes.weights, size) for weights, size in batches)
        ranks, batch, chances = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(n)
        for place, (weights, size) in enumerate(batches):
            left = weights.copy()
            left[ranks] = 0
            new = draw(left, size, seed=1000 * seed + place)
            seen = np.isin(np.arange(n), ranks)
            chances = 1 - (1 - chances) * (1 - inclusion(weights, size, seen=seen))
            ranks, batch = np.append(ranks, new), np.append(batch, np.full(len(new), place))
        draws = Draws(ranks, batch, tuple(weights for weights, _ in batches))
        return Audited(draws, self.edits[ranks], self.words[ranks], chances[ranks], stakes)

    def is_broken(self, count: int, wish: Wish) -> bool:
        """Look at all errors that count."""
        edits = self.stakes.counted(np.arange(len(self.edits)), self.edits, self.words)[:count]
        return bool(edits.sum() > wish.max_wer * self.words[:count].sum())


def make_pool(
    n: int = 600, *, seed: int = 0, low: float = 0.01, high: float = 0.3, step: float = 0.05
) -> Pool:
    random = np.random.default_rng(seed)
    words = random.integers(3, 18, n).astype(float)
    edits = random.binomial(words.astype(int), np.linspace(low, high, n)).astype(float)
    return Pool(edits, words, make_grid(np.linspace(1, 0, n), step=step))


def make_uneven_pool(n: int = 600, *, seed: int = 0, low: float = 0.01, high: float = 0.3) -> Pool:
    """Make one of single words, and of turns of 120 words, one in ten."""
    random = np.random.default_rng(seed)
    words = np.where(random.random(n) < 0.1, 120.0, 1.0)
    edits = random.binomial(words.astype(int), np.linspace(low, high, n)).astype(float)
    return Pool(edits, words, make_grid(np.linspace(1, 0, n), step=0.1), is_by_size=True)


def test_it_accepts_more_the_more_is_known_and_never_a_bad_share():
    pool = make_pool()
    sizes = [
        decide(pool.grid, pool.audited((region_weights(600), n)), WISH).n_accepted for n in (5, 220, 450)
    ]
    assert sizes[0] == 0 < sizes[1] <= sizes[2]
    assert not pool.is_broken(sizes[2], WISH)


def test_too_few_audits_accept_nothing_and_it_says_how_many_are_missing():
    pool = make_pool()
    nothing = decide(pool.grid, pool.audited((region_weights(600), 0)), WISH)
    assert (nothing.n_accepted, nothing.threshold, nothing.bound, nothing.audited) == (0, None, None, 0)
    few = decide(pool.grid, pool.audited((region_weights(600), 30)), WISH)
    assert few.need.n is not None
    targeted = (region_weights(600, few.need.region), 2 * few.need.n)
    accepted = [
        decide(pool.grid, pool.audited((region_weights(600), 30), targeted, seed=seed), WISH).n_accepted > 0
        for seed in range(10)
    ]
    assert sum(accepted) >= 7


def test_where_no_share_is_good_enough_it_says_that_more_would_not_help():
    pool = make_pool(low=0.3, high=0.6)
    verdict = decide(pool.grid, pool.audited((region_weights(600), 150)), WISH)
    assert (verdict.n_accepted, verdict.need.n) == (0, None)


def test_the_bound_lies_between_the_estimate_and_the_limit():
    pool = make_pool(low=0.01, high=0.2)
    verdict = decide(pool.grid, pool.audited((region_weights(600), 300)), WISH)
    assert verdict.wer is not None
    assert verdict.bound is not None
    assert verdict.wer < verdict.bound <= WISH.max_wer


def test_a_whole_pool_that_was_audited_is_decided_exactly():
    pool = make_pool(200)
    verdict = decide(pool.grid, pool.audited((region_weights(200), 200)), WISH)
    good = [int(count) for count in pool.grid.counts if not pool.is_broken(int(count), WISH)]
    assert verdict.n_accepted == max(good)


@pytest.mark.slow
def test_the_limit_is_broken_no_more_often_than_allowed():
    """The claim itself, where it is hardest: every share just breaks the limit, and one keeps looking."""
    broken = 0
    for seed in range(200):
        pool = make_pool(300, seed=seed, low=0.103, high=0.103, step=0.1)
        looks = [(region_weights(300), 40), (region_weights(300, 150), 30), (region_weights(300), 30)]
        broken += any(
            count > 0 and pool.is_broken(count, WISH)
            for n in (1, 2, 3)
            for count in [decide(pool.grid, pool.audited(*looks[:n], seed=seed), WISH).n_accepted]
        )
    assert broken <= 200 * WISH.risk


def test_chances_that_differ_are_weighed_out():
    """Bands: the less likely a draw was, the more units it stands for."""
    broken, accepted = 0, 0
    weights = np.where(np.arange(300) < 150, 3.0, 1.0)
    for seed in range(150):
        pool = make_pool(300, seed=seed, low=0.01, high=0.15, step=0.1)
        count = decide(pool.grid, pool.audited((weights, 120), seed=seed), WISH).n_accepted
        broken += bool(count) and pool.is_broken(count, WISH)
        accepted += count > 0
    assert broken <= 150 * WISH.risk
    assert accepted > 75


@pytest.mark.slow
def test_words_and_long_turns_in_one_pool_are_decided_and_keep_the_limit():
    """One cap for both would accept nothing, or leave out what the turns have of errors."""
    broken, accepted, flat, drifted = 0, [], [], 0
    for seed in range(60):
        pool = make_uneven_pool(seed=seed)
        audited = pool.audited((region_weights(600), 80), (region_weights(600, 300), 40), seed=seed)
        count = decide(pool.grid, audited, WISH).n_accepted
        accepted.append(count)
        # All errors, not those alone that count.
        broken += bool(count) and pool.edits[:count].sum() > WISH.max_wer * pool.words[:count].sum()
        drifted += bool(count) and watch(audited, n_before=80, count=count, wish=WISH).is_broken
        one_cap = replace(pool, is_by_size=False)
        audits = one_cap.audited((region_weights(600), 80), (region_weights(600, 300), 40), seed=seed)
        fits_turns = replace(audits, stakes=flat_stakes(600, 36.0))
        flat.append(decide(pool.grid, fits_turns, WISH).n_accepted)
    assert broken <= 60 * WISH.risk
    assert np.mean(accepted) > 150
    assert np.mean(flat) < 30
    assert drifted <= 3


@pytest.mark.slow
def test_where_drafts_are_uneven_the_forecast_of_audits_is_about_right():
    accepted = []
    for seed in range(10):
        pool = make_uneven_pool(seed=seed)
        few = decide(pool.grid, pool.audited((region_weights(600), 20), seed=seed), WISH)
        assert few.need.n is not None
        more = (region_weights(600, few.need.region), few.need.n)
        accepted.append(decide(pool.grid, pool.audited((region_weights(600), 20), more, seed=seed), WISH))
    assert sum(one.n_accepted > 0 for one in accepted) >= 6


def test_what_cannot_be_drawn_is_not_accepted():
    pool = make_pool(low=0.0, high=0.0)
    verdict = decide(pool.grid, pool.audited((region_weights(600, 120), 110)), WISH)
    assert 0 < verdict.n_accepted <= 120


def test_equal_scores_are_accepted_together():
    grid = make_grid([0.5] * 30 + [0.1] * 10)
    assert (grid.thresholds.tolist(), grid.counts.tolist()) == ([0.5, 0.1], [30, 40])
    assert grid.budgets.sum() == pytest.approx(1)


def test_the_same_seed_draws_the_same_and_nothing_twice():
    weights = np.array([0.0, 1.0, 1.0, 5.0, 2.0])
    first = draw(weights, 10, seed=3)
    assert first.tolist() == draw(weights, 10, seed=3).tolist()
    assert sorted(first.tolist()) == [1, 2, 3, 4]


def test_chances_of_a_draw_are_what_happens():
    weights = np.array([1.0, 1.0, 4.0, 4.0, 0.5, 2.0] * 4)
    hits = np.bincount(np.concatenate([draw(weights, 8, seed=seed) for seed in range(3000)]), minlength=24)
    assert inclusion(weights, 8).sum() == pytest.approx(8)
    np.testing.assert_allclose(hits / 3000, inclusion(weights, 8), atol=0.04)  # four standard errors


def test_the_chance_of_what_was_drawn_before_is_what_it_would_be_if_it_alone_had_not():
    weights = np.array([1.0, 1.0, 4.0, 4.0, 0.5, 2.0] * 4)
    seen = np.arange(24) < 8
    found = inclusion(weights, 5, seen=seen)
    assert found[~seen].sum() == pytest.approx(5)
    np.testing.assert_allclose(found[:8], found[12:20])
    even = inclusion(np.ones(10), 2, seen=np.arange(10) < 5)
    assert even.tolist() == [0.4] * 10


def test_a_forecast_knows_what_is_known_of_the_model():
    """The better a model is known to be, the fewer audits; what is worse than the guess changes nothing."""
    pool = make_pool(100)
    nothing = pool.audited((region_weights(100), 0))
    asked = [Wish(0.1, 0.05, expected_wer=wer) for wer in (0.0, 0.02, 0.05, 0.5, None)]
    needed = [decide(pool.grid, nothing, wish).need.n for wish in asked]
    assert needed[0] < needed[1] < needed[2] == needed[3] == needed[4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_wer": 0.0}, "max_wer is out of range"),
        ({"risk": 1.0}, "risk is"),
        ({"max_edits": 0}, "max_edits"),
    ],
)
def test_a_wish_out_of_range_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        Wish(**{"max_wer": 0.1, "risk": 0.05} | change)


class TestWatch:
    def test_a_limit_that_is_kept_holds_through_later_audits(self):
        pool = make_pool(low=0.02, high=0.2)
        audited = pool.audited((region_weights(600), 150), (region_weights(600, 200), 80))
        found = watch(audited, n_before=150, count=200, wish=WISH)
        assert (found.is_broken, found.reason) == (False, "")
        assert found.n_later >= 80

    def test_later_audits_that_break_the_limit_withdraw_it(self):
        pool = make_pool(low=0.02, high=0.2)
        audited = pool.audited((region_weights(600), 150), (region_weights(600, 200), 60))
        audited.edits[150:] = 4.0
        assert watch(audited, n_before=150, count=200, wish=WISH).is_broken

    def test_later_audits_unlike_the_earlier_ones_are_drift(self):
        pool = make_pool(low=0.0, high=0.0)
        audited = pool.audited((region_weights(600), 200), (region_weights(600, 200), 40))
        audited.edits[200::3] = 1.0
        found = watch(audited, n_before=200, count=300, wish=WISH)
        assert found.reason == "the audits since then are not like the earlier ones"

    @pytest.mark.slow
    def test_a_limit_that_is_kept_is_seldom_withdrawn(self):
        withdrawn = 0
        for seed in range(60):
            pool = make_pool(300, seed=seed, low=0.05, high=0.09)
            audited = pool.audited((region_weights(300), 100), (region_weights(300, 200), 60), seed=seed)
            withdrawn += watch(audited, n_before=100, count=200, wish=WISH).is_broken
        assert withdrawn <= 6


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_the_lowest_limit_above_which_all_are_refuted(seed):
    pool = make_pool(seed=seed, low=0.0)
    audited = pool.audited((region_weights(600), 200), seed=seed)
    verdict = decide(pool.grid, audited, WISH)
    limits = WISH.max_wer * np.arange(1, 51) / 50
    first = int(np.flatnonzero(np.isclose(limits, verdict.bound))[0])

    def is_refuted(limit: float) -> bool:
        caps, values = audited.stakes.highest(limit), audited.counted - limit * audited.words
        found = wealth(values, audited.draws, [verdict.n_accepted], caps=caps, guess=WISH.guess)
        return bool(found.most[0] >= -np.log(verdict.level))

    assert all(map(is_refuted, limits[first:]))
    assert first == 0 or not is_refuted(limits[first - 1])
