"""A transcript without times on real speech, by the real model."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.asr.placing import Piece, place_text

pytestmark = pytest.mark.slow

RATE_HZ = 16_000
TEXT = "The quick brown fox jumps over the lazy dog."


def test_words_are_placed_where_they_sound_and_foreign_ones_are_not(english, sample_folder):
    [path] = sample_folder.rglob("quick_brown_fox.wav")
    samples, rate_hz = soundfile.read(path, dtype="float32")
    fox = soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)
    draft = english.transcribe(fox, language="en")
    # The draft lies in the first piece; the second is silence, where nothing may be found.
    pieces = [
        Piece("fox", lambda: fox, draft.words),
        Piece("silence", lambda: np.zeros(3 * RATE_HZ, np.float32), ()),
    ]
    given = "The quick purple brown fox jumps over umbrella the lazy dog. Astronaut Wednesday"
    first, second = place_text(english, pieces, given, language="en")
    assert first.text == given
    assert second.text == ""
    assert set(first.unplaced) == {"purple", "umbrella", "Astronaut", "Wednesday"}
    assert [word.text for word in first.words] == TEXT.split()
    for placed, drafted in zip(first.words, draft.words, strict=True):
        assert placed.start_s == pytest.approx(drafted.start_s, abs=0.1)
        assert placed.end_s == pytest.approx(drafted.end_s, abs=0.1)
