"""The wealth of the gambler is a fair game at best: checked over all orders in which small pools come."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labwidgets.analysis.decision.betting import Draws, Guess, wealth
from labwidgets.analysis.decision.stakes import BY_SIZE, Stakes, caps_by_size, chances_by_size

SIZES = st.lists(st.sampled_from([0.0, 1.0, 4.0, 30.0, 220.0]), min_size=2, max_size=5)
GUESSES = st.builds(Guess, st.floats(-2.0, 0.5), st.floats(0.05, 3.0))
WEIGHTS = st.sampled_from([0.1, 1.0, 10.0])


def games(values, weights, *, n_first=None, **asked):
    """Give, for every order of a whole pool, its chance and the wealth after each draw.

    Args:
        values: By rank.
        weights: Of the first ``n_first`` draws (default: of all), and of the others.
        n_first: How many draws there are before the weights change.
        asked: Of ``wealth``.
    """
    n = len(values)
    batch = np.zeros(n, np.int64)
    batch[n if n_first is None else n_first :] = 1
    for order in itertools.permutations(range(n)):
        left, chance = set(range(n)), 1.0
        for place, number in zip(order, batch, strict=True):
            total = sum(weights[number][rank] for rank in left)
            chance *= weights[number][place] / total if total else 0.0
            left.discard(place)
        if chance == 0:
            continue
        steps = []
        for size in range(1, n + 1):
            ranks = np.array(order[:size])
            steps.append(wealth(values[ranks], Draws(ranks, batch[:size], weights), **asked).now)
        yield chance, np.exp(np.array(steps))


def just_true(data, values, caps):
    """Return how many units a claim is about, and the values with which it is just true."""
    count = data.draw(st.integers(1, len(values)), label="count")
    values[0] = 0.01 - values[1:count].sum()
    assume(values[0] <= caps[0])
    return count


@settings(max_examples=60)
@given(guess=GUESSES, sizes=SIZES, data=st.data())
def test_while_the_claim_is_true_the_wealth_does_not_grow_on_average(guess, sizes, data):
    """Caps and chances by the words of each draft or any others, drawn twice with chances of their own."""
    words = np.array(sizes)
    n, caps = len(words), caps_by_size(words, BY_SIZE, max_wer=0.1)
    any_weights = st.lists(WEIGHTS, min_size=n, max_size=n).map(np.array)
    first = data.draw(any_weights | st.just(chances_by_size(words, BY_SIZE, mean=5.0)), label="first")
    then = data.draw(any_weights, label="then")
    values = caps * np.array(
        data.draw(st.lists(st.sampled_from([-3.0, -0.4, 0.0, 0.5, 1.0]), min_size=n, max_size=n))
    )
    count = just_true(data, values, caps)
    n_first = data.draw(st.integers(1, n), label="n_first")
    played = list(games(values, (first, then), n_first=n_first, counts=[count], caps=caps, guess=guess))
    assert sum(chance for chance, _ in played) == pytest.approx(1)
    means = sum(chance * steps[:, 0] for chance, steps in played)
    assert np.all(means <= 1 + 1e-9)
    ever = sum(chance for chance, steps in played if steps.max() >= 4)
    assert ever <= 1 / 4 + 1e-9


@given(
    drafted=st.integers(0, 220), words=st.integers(0, 300), more=st.integers(0, 50), step=st.integers(1, 50)
)
def test_no_draft_is_further_over_a_limit_than_bets_reckon_with(drafted, words, more, step):
    """Whatever a person hears, at the limit that is asked for and at any lower one."""
    sizes, edits = np.array([float(drafted)]), np.array([abs(drafted - words) + more])
    caps = caps_by_size(sizes, BY_SIZE, max_wer=0.1)
    stakes = Stakes(caps, np.ones(1), 0.1 * sizes, 0.1)
    counted, limit = stakes.counted(np.array([0]), edits, np.array([words])), 0.1 * step / 50
    assert 0 <= counted[0] <= min(edits[0], caps[0])
    assert stakes.highest(limit)[0] > 0
    assert counted[0] - limit * words <= stakes.highest(limit)[0] + 1e-9


@given(data=st.data(), sizes=SIZES)
def test_the_worst_draw_takes_a_twentieth_less_than_all_of_the_wealth(data, sizes):
    """The boldest bet loses just that on the draft with the highest cap for its weight, and less on others.

    Were the highest value that a draw may have taken too low, a loss would be more than there is; too high,
    and every bet would be too small.
    """
    words = np.array(sizes)
    n, caps = len(words), caps_by_size(words, BY_SIZE, max_wer=0.1)
    weights = np.array(data.draw(st.lists(WEIGHTS, min_size=n, max_size=n)))
    bold = Guess(-1e-3, 1e-6)
    left = [
        wealth(
            caps[[rank]],
            Draws(np.array([rank]), np.zeros(1, np.int64), (weights,)),
            [n],
            caps=caps,
            guess=bold,
        )
        for rank in range(n)
    ]
    shares = np.exp([found.now[0] for found in left])
    assert shares.min() == pytest.approx(0.05)
    assert shares.argmin() in np.flatnonzero(np.isclose(caps / weights, (caps / weights).max()))


def test_what_was_drawn_before_holds_no_bet_back_any_more():
    """Once the long draft is heard, the next draws are bet on as if it had never been there."""
    caps, weights, bold = np.array([66.0, 3.0, 3.0]), np.ones(3), Guess(-1e-3, 1e-6)
    draws = Draws(np.array([0, 1]), np.array([0, 1]), (weights, weights))
    found = wealth(np.array([0.0, 3.0]), draws, [3], caps=caps, guess=bold)
    assert np.exp(found.now[0]) == pytest.approx(0.05)


@given(values=st.lists(st.integers(-20, -1).map(float), min_size=3, max_size=30), guess=GUESSES)
def test_a_claim_that_the_whole_pool_refutes_is_refuted(values, guess):
    n = len(values)
    draws = Draws(np.arange(n), np.zeros(n, np.int64), (np.ones(n),))
    found = wealth(np.array(values), draws, [n], caps=np.full(n, 5.0), guess=guess)
    assert (found.now[0], found.left[0], found.total[0]) == (np.inf, 0, sum(values))


def test_with_one_cap_and_even_chances_the_bets_are_those_of_earlier_versions():
    """A pool of an earlier version says at its next look what it said at the last one."""
    weights = (np.ones(10), np.where(np.arange(10) < 6, 1.0, 0.0))
    draws = Draws(np.array([7, 2, 9, 0, 5, 3, 1]), np.array([0, 0, 0, 0, 1, 1, 1]), weights)
    values = np.array([-1.2, -0.5, 4.1, -0.9, -1.5, 2.0, -0.4])
    found = wealth(values, draws, [3, 6, 10], caps=np.full(10, 5.0), guess=Guess(-0.5, 1.1))
    assert found.now.tolist() == pytest.approx([np.inf, 0.4730277199789871, -1.1538734630250598])
    assert found.most.tolist() == pytest.approx([np.inf, 0.5885627790524725, 0.3219514674237249])
