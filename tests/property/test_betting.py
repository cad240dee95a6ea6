"""The wealth of the gambler is a fair game at best: checked over all orders in which small pools come."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labwidgets.analysis.decision.betting import Draws, Guess, wealth

CAP = 5.0
VALUES = st.lists(st.integers(-20, 50).map(lambda n: n / 10), min_size=2, max_size=5)
GUESSES = st.builds(Guess, st.floats(-2.0, 0.5), st.floats(0.05, 3.0))
WEIGHTS = st.sampled_from([0.1, 1.0, 10.0])


def games(values, weights, guess, counts):
    """Give, for every order of a whole pool, its chance and the wealth after each draw."""
    n = len(values)
    for order in itertools.permutations(range(n)):
        left, chance = sum(weights), 1.0
        for place in order:
            chance *= weights[place] / left
            left -= weights[place]
        steps = []
        for size in range(1, n + 1):
            ranks = np.array(order[:size])
            draws = Draws(ranks, np.zeros(size, np.int64), (np.array(weights),))
            steps.append(wealth(np.array(values)[ranks], draws, counts, cap=CAP, guess=guess).now)
        yield chance, np.exp(np.array(steps))


@settings(max_examples=60)
@given(values=VALUES, guess=GUESSES, data=st.data())
def test_while_the_claim_is_true_the_wealth_does_not_grow_on_average(values, guess, data):
    weights = data.draw(st.lists(WEIGHTS, min_size=len(values), max_size=len(values)))
    count = data.draw(st.integers(1, len(values)))
    # The claim, only just true: the first units add up to more than zero.
    values = [0.01 - sum(values[1:count]), *values[1:]]
    assume(values[0] <= CAP)
    played = list(games(values, weights, guess, [count]))
    assert sum(chance for chance, _ in played) == pytest.approx(1)
    means = sum(chance * steps[:, 0] for chance, steps in played)
    assert np.all(means <= 1 + 1e-9)
    ever = sum(chance for chance, steps in played if steps.max() >= 4)
    assert ever <= 1 / 4 + 1e-9


@given(values=st.lists(st.integers(-20, -1).map(float), min_size=3, max_size=30), guess=GUESSES)
def test_a_claim_that_the_whole_pool_refutes_is_refuted(values, guess):
    n = len(values)
    draws = Draws(np.arange(n), np.zeros(n, np.int64), (np.ones(n),))
    found = wealth(np.array(values), draws, [n], cap=CAP, guess=guess)
    assert (found.now[0], found.left[0], found.total[0]) == (np.inf, 0, sum(values))
