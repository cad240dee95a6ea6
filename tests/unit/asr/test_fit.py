"""How well two texts fit the sound, as a model that heard it thinks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from labwidgets.asr.fit import Rivals, Scorer, rival_fits
from labwidgets.errors import AudioError, ModelError
from labwidgets.records import Transcription


class Believer:
    """Believes in one text and little in any other."""

    def score(self, samples, text, language=None):
        assert samples.dtype == np.float32
        if text == "too long":
            raise ModelError("the text is too long to be scored")
        sure = {"": None, "true words": 0.8, "impossible": 0.0}.get(text, 0.2)
        return Transcription(text, (), sure, language)


def read(key):
    if key == "gone":
        raise AudioError("the sound is gone")
    return np.zeros(1600, dtype=np.float32)


@pytest.mark.parametrize(
    ("key", "reference", "hypothesis", "fit"),
    [
        ("u", "other words", "true words", math.log(4)),
        ("u", "true words", "other words", -math.log(4)),
        ("u", "same", "same", 0.0),
        ("u", "", "true words", None),
        ("u", "impossible", "true words", None),
        ("u", "too long", "true words", None),
        ("gone", "other words", "true words", None),
    ],
)
def test_a_fit_is_the_log_of_how_much_surer_the_model_is(key, reference, hypothesis, fit):
    told = []
    found = rival_fits(
        Believer(), [Rivals(key, reference, hypothesis)], read, progress=lambda *step: told.append(step)
    )
    assert found == {key: pytest.approx(fit)}
    assert told == [(1, 1, key)]
    assert isinstance(Believer(), Scorer)
