"""Whether another round pays: made-up loops whose errors fall, or do not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from labwidgets.analysis.loop import Ahead, Decided, Forecast, Pace, Past, forecast, saved_minutes
from labwidgets.analysis.resampling import resample, ungrouped

AHEAD = Ahead(hours=20.0, n=7200, fresh=0.0, audits=60, label_hours=1.0, share=0.0)
PACE = Pace(corrected=((0.4, 1.0, 260.0), (0.2, 1.0, 160.0)), blind=(0.5, 150.0))


def past(rates, *, seed=0, n=300, n_words=10):
    """A test set of ``n`` utterances; clips that are hard are hard for all models."""
    generator = np.random.default_rng(seed)
    hardness = generator.gamma(2.0, 0.5, n)
    edits = [generator.binomial(n_words, np.clip(rate * hardness / hardness.mean(), 0, 1)) for rate in rates]
    *drawn, words = resample(ungrouped(n), [*edits, np.full(n, n_words)], seed=seed)
    wers = np.stack([(one + 0.5) / (words + 1) for one in drawn], axis=1)
    newest = len(rates) - 1
    return Past(np.arange(len(rates), dtype=np.float64), wers, in_use=newest, drafted=max(0, newest - 1))


def verdicts(rates, ahead=AHEAD):
    return Counter(forecast(past(rates, seed=seed), PACE, ahead).verdict for seed in range(20))


def test_a_loop_whose_errors_still_fall_goes_on():
    assert verdicts([0.40, 0.28, 0.22, 0.18])["pays"] >= 18
    found = forecast(past([0.40, 0.28, 0.22, 0.18]), PACE, AHEAD)
    low, middle, high = found.saved
    assert found.cost < low < middle < high < found.minutes_left
    assert found.wer_next[0] < found.wer_next[1] < found.wer
    assert "Another round is forecast to pay: it would save about" in str(found)


def test_a_flat_loop_stops():
    found = verdicts([0.30, 0.30, 0.30, 0.30, 0.30, 0.30])
    assert found["does not pay"] >= 12
    assert found["pays"] <= 1


def test_a_loop_is_followed_until_it_is_flat():
    """A power law down to a floor: it is never stopped on the way down, and soon after."""
    for seed in range(5):
        whole = past([max(0.08, 0.5 * (1 + k) ** -0.9) for k in range(20)], seed=seed)
        told = [
            forecast(Past(whole.hours[:k], whole.wers[:, :k], k - 1, k - 2), PACE, AHEAD).verdict
            for k in range(2, 20)
        ]
        assert "does not pay" not in told[:4]
        assert "does not pay" in told[5:]


def test_of_two_models_half_of_what_they_promise_is_believed():
    two = past([0.4, 0.2])
    found = forecast(two, PACE, replace(AHEAD, audits=0))
    step = np.median(two.wers[:, 1] / two.wers[:, 0]) ** (np.log(3 / 2) / np.log(2))
    assert found.wer_next[1] == pytest.approx(found.wer * step**0.5, rel=0.02)


def test_a_decision_saves_what_people_would_have_taken_less_its_audits():
    """An hour takes 60 minutes with perfect drafts here, and 500 more for each error a word."""
    decided = Decided(hours=2.0, wer=0.02, audit_hours=0.5, audit_minutes=150.0, pool_wer=0.2)
    assert saved_minutes(PACE, decided) == pytest.approx(2 * 70 + 0.5 * 160 - 150)
    assert saved_minutes(PACE, replace(decided, hours=0.1)) < 0
    assert saved_minutes(replace(PACE, corrected=()), decided) is None
    assert saved_minutes(None, decided) is None


def test_what_computing_is_worth_counts_as_cost():
    rates = [0.40, 0.28, 0.22, 0.18]
    dear = forecast(past(rates), PACE, replace(AHEAD, compute_minutes=5000.0))
    assert dear.verdict == "does not pay"
    assert dear.cost == pytest.approx(forecast(past(rates), PACE, AHEAD).cost + 5000)


def test_new_recordings_are_decided_as_the_last_ones_were():
    flat = past([0.2, 0.2, 0.2])
    ahead = replace(AHEAD, label_hours=20.0, share=0.5)
    again = forecast(flat, PACE, replace(ahead, fresh=0.0))
    fresh = forecast(flat, PACE, replace(ahead, fresh=1.0))
    assert fresh.verdict == "pays"
    assert fresh.share == pytest.approx(0.5)
    assert fresh.saved[0] > again.saved[0]


def test_people_are_never_slower_with_drafts_than_without():
    bad = past([0.9, 0.9, 0.9])
    found = forecast(bad, PACE, replace(AHEAD, audits=0))
    assert found.minutes_left == pytest.approx(20 * 300)


def test_a_model_that_is_not_measured_or_people_who_are_not_timed_tell_nothing():
    assert forecast(None, PACE, AHEAD).reason == "no model was measured on a test set"
    assert "no working times are on record" in forecast(past([0.4, 0.2]), None, AHEAD).reason
    nothing = forecast(past([0.4, 0.2]), PACE, replace(AHEAD, hours=0.0))
    assert (nothing.verdict, nothing.reason) == ("does not pay", "nothing is left to label")
    one = forecast(past([0.4]), PACE, AHEAD)
    assert one.wer_next == pytest.approx((one.wer,) * 3, rel=0.2)


def test_work_that_was_timed_once_is_one_hearing_and_the_rest_errors():
    once = Pace(corrected=((0.2, 2.0, 240.0),))
    better = forecast(past([0.2, 0.1, 0.05]), once, replace(AHEAD, audits=0))
    assert better.minutes_left == pytest.approx(20 * (60 + 60 * better.wer / 0.2), rel=0.01)


def test_a_forecast_survives_json():
    found = forecast(past([0.4, 0.2]), PACE, AHEAD)
    assert Forecast.from_dict(found.to_dict()) == found


def test_what_no_model_has_tried_to_decide_may_still_pay():
    """Of twenty hours at 20 % errors, a model that decides may save all or nothing."""
    untried = replace(AHEAD, label_hours=20.0, share=None, fresh=1.0)
    found = forecast(past([0.2, 0.2, 0.2]), PACE, untried)
    assert (found.verdict, found.share) == ("cannot tell yet", None)
    assert found.saved[0] < found.cost < found.saved[2]
    assert found.reason.startswith("no model has decided anything yet; it would save about")
    dear = forecast(past([0.2, 0.2, 0.2]), PACE, replace(untried, audits=7200))
    assert dear.verdict == "does not pay"
