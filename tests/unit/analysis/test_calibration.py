"""Calibration of confidences: curves, measures, the picture."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.analysis.calibration import (
    METHODS,
    Judged,
    brier,
    calibrated,
    expected_error,
    fit,
    judged_words,
    reliability,
)
from labwidgets.errors import ConfigError
from labwidgets.records import Word


def too_sure(n=4000, *, seed=0):
    """Confidences near 1 that are right less often: the chance is their fourth power."""
    random = np.random.default_rng(seed)
    confidences = random.uniform(0.4, 1.0, n)
    return confidences, random.uniform(size=n) < confidences**4


@pytest.mark.parametrize("method", METHODS)
def test_a_curve_brings_confidences_to_what_comes_out(method):
    confidences, is_right = too_sure()
    chances = fit(confidences, is_right, method=method).apply(np.array([0.5, 0.7, 0.9]))
    np.testing.assert_allclose(chances, np.array([0.5, 0.7, 0.9]) ** 4, atol=0.06)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40))
def test_a_curve_never_falls_and_gives_chances(method, seed, n):
    random = np.random.default_rng(seed)
    confidences = np.round(random.uniform(size=n), 1)
    curve = fit(confidences, random.uniform(size=n) < 0.5, method=method, weights=random.uniform(0.1, 9, n))
    chances = curve.apply(np.linspace(0, 1, 50))
    assert np.all(np.diff(chances) >= -1e-12)
    assert chances.min() >= 0
    assert chances.max() <= 1


def test_weights_undo_that_some_were_looked_at_more_often():
    confidences, is_right = too_sure(20_000)
    chance = np.where(is_right, 0.9, 0.3)
    seen = np.random.default_rng(1).uniform(size=len(chance)) < chance
    curve = fit(confidences[seen], is_right[seen], weights=1 / chance[seen], method="isotonic")
    np.testing.assert_allclose(curve.apply([0.6, 0.9]), np.array([0.6, 0.9]) ** 4, atol=0.06)


def test_what_is_calibrated_has_no_error_and_what_is_too_sure_has():
    random = np.random.default_rng(2)
    confidences = random.uniform(size=5000)
    honest = reliability(confidences, random.uniform(size=5000) < confidences)
    sure = reliability(np.full(100, 0.9), np.arange(100) < 60)
    assert expected_error(honest) < 0.03
    assert [(one.n, round(one.right, 2)) for one in sure] == [(100, 0.6)]
    assert expected_error(sure) == pytest.approx(0.3)
    assert brier(np.array([1.0, 0.0]), [True, True]) == 0.5
    assert (reliability([], []), brier(np.array([]), [])) == ((), 0.0)


def test_bins_have_equal_weight():
    bins = reliability(np.linspace(0, 1, 300), np.ones(300, bool), n_bins=10)
    assert [one.n for one in bins] == [30] * 10


def test_words_are_right_at_their_place():
    words = [Word("The", 0, 1, 0.9), Word("hat-stand,", 1, 2, 0.4), Word("fell", 2, 3, None)]
    [judged] = judged_words([words], ["the hat rack fell"])
    assert [confidence for confidence, _ in judged] == [0.9] + [0.4] * (len(judged) - 1)
    assert judged[0][1]
    assert not judged[-1][1]
    assert judged_words([[]], ["a"]) == [[]]


def test_the_report_judges_by_curves_that_did_not_see_it():
    confidences, is_right = too_sure(2000)
    judged = Judged(confidences, is_right, np.arange(2000) // 10, np.ones(2000))
    report = calibrated(judged, model="<m>", unit="word", source="40 audits", method="beta")
    assert report.ece[1] < 0.5 * report.ece[0]
    assert report.brier[1] < report.brier[0]
    said = str(report)
    assert (
        f"2000 words by <m> against 40 audits: {is_right.mean():.0%} are right, at a mean confidence" in said
    )
    assert f"of {confidences.mean():.0%}. Expected calibration error (ECE) 0." in said
    told = report.to_dict()
    assert (told["ece"], told["method"], len(told["before"])) == (list(report.ece), "beta", 15)
    picture = ET.fromstring(report._repr_svg_())
    assert picture.get("aria-label") == "word confidence of <m>"
    assert "href" not in report._repr_svg_()
    assert picture.get("viewBox") == f"0 0 {picture.get('width')} {picture.get('height')}"
    quoted = ET.fromstring(replace(report, model='m" onload="x')._repr_svg_())
    assert quoted.get("aria-label") == 'word confidence of m" onload="x'


def test_too_little_is_refused():
    none = np.array([])
    nothing = Judged(none, none.astype(bool), none.astype(int), none)
    with pytest.raises(ConfigError, match="too few confidences of words"):
        calibrated(nothing, model="m", unit="word", source="", method="beta")
    with pytest.raises(ConfigError, match="no such calibration: 'magic'"):
        fit([0.5], [True], method="magic")
    with pytest.raises(ConfigError, match="nothing to calibrate with"):
        fit([], [])
