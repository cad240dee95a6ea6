"""Takes are judged by figures that a person would agree with."""

from __future__ import annotations

import io
import re

import av
import numpy as np
import pytest

from labwidgets.audio import TAKE_RATE_HZ, check_take, decode_take, encode_flac
from labwidgets.errors import AudioError

RATE_HZ = TAKE_RATE_HZ


def quiet(length_s: float, level: float = 0.0) -> np.ndarray:
    noise = np.random.default_rng(1).standard_normal(round(length_s * RATE_HZ))
    return (level * noise).astype(np.float32)


def voice(length_s: float, level: float = 0.3) -> np.ndarray:
    """A tone with the swell of syllables."""
    times = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * times)
    return (level * swell * np.sin(2 * np.pi * 180 * times)).astype(np.float32)


def take(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts)


GOOD = take(quiet(0.4), voice(1.5), quiet(0.5))


def test_a_good_take_has_its_figures() -> None:
    found = check_take(GOOD, "सारे जहाँ से अच्छा")
    assert (found.trouble, str(found)) == (None, found.message)
    assert found.message.startswith("Good: 1.5 s of speech, peak -10 dBFS")
    assert found.duration_s == pytest.approx(2.4)
    assert found.lead_s == pytest.approx(0.4, abs=0.02)
    assert found.tail_s == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("noise", [0.001, 0.01, 0.03], ids=["room", "fan", "street"])
def test_noise_around_a_voice_is_no_reason_to_refuse(noise: float) -> None:
    found = check_take(GOOD + quiet(2.4, noise), "one two three")
    assert found.trouble is None, found.message
    assert found.speech_s == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(
    ("sound", "prompt", "trouble", "said"),
    [
        (quiet(0.0), "", "silent", "loudest moment has -100 dBFS"),
        (quiet(2.0), "", "silent", "a voice over -40"),
        (quiet(2.0, 0.001), "", "silent", "the right microphone, and is it on"),
        (np.clip(GOOD * 5, -1, 1), "", "clipped", r"Clipped: \d+\.\d% of it is at full scale"),
        (take(voice(1.0), quiet(0.5)), "", "cut", "Cut at the start: 0 ms of quiet there, 30 ms"),
        (take(quiet(0.5), voice(1.0)), "", "cut", "Cut at the end: 0 ms of quiet"),
        (voice(1.0), "", "cut", "before the first word"),
        (take(quiet(0.5, 0.003), voice(1.0) + quiet(1.0, 0.003)), "", "cut", "Cut at the end"),
        (take(quiet(0.5), voice(0.08), quiet(0.5)), "", "short", "at least 0.15 s are needed"),
        (GOOD, "letters " * 20, "short", "for 140 letters, 4.0 s at the fastest"),
    ],
    ids=["empty", "digital", "hiss", "clipped", "start", "end", "both", "noisy end", "click", "half"],
)
def test_what_is_wrong_is_told_with_the_figure_and_what_to_do(sound, prompt, trouble, said) -> None:
    found = check_take(sound.astype(np.float32), prompt)
    assert found.trouble == trouble
    assert re.search(said, found.message)


def test_the_click_of_the_key_at_either_end_is_no_speech() -> None:
    click = quiet(0.03, 0.3)
    found = check_take(take(click, quiet(0.4), voice(1.0), quiet(0.4), click))
    assert found.trouble is None, found.message
    assert found.speech_s == pytest.approx(1.0, abs=0.03)


def test_signs_and_spaces_of_a_prompt_count_for_nothing() -> None:
    assert check_take(GOOD, "?!… " * 100 + "one").trouble is None


@pytest.mark.parametrize("codec", ["libopus", "pcm_f32le"])
def test_what_a_browser_records_becomes_16_khz_mono(codec: str) -> None:
    times = np.arange(48_000 * 2) / 48_000
    tone = (1.2 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as container:
        stream = container.add_stream(codec, rate=48_000, layout="stereo")
        for at in range(0, len(tone), 960):
            block = np.ascontiguousarray(np.stack([tone[at : at + 960]] * 2))
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = 48_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    sound = decode_take(target.getvalue())
    assert sound.dtype == np.float32
    assert len(sound) == pytest.approx(2 * RATE_HZ, abs=RATE_HZ * 0.05)
    assert np.abs(sound).max() == 1.0
    peak_hz = np.argmax(np.abs(np.fft.rfft(sound))) * RATE_HZ / len(sound)
    assert peak_hz == pytest.approx(440, abs=2)
    assert check_take(sound).trouble == "clipped"


def test_a_take_in_the_rate_of_the_project_comes_back_as_it_is() -> None:
    assert np.allclose(decode_take(encode_flac(GOOD, RATE_HZ)), GOOD, atol=1 / 32768)


@pytest.mark.parametrize("data", [b"", b"no sound at all"])
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(AudioError):
        decode_take(data)


def test_days_of_silence_in_a_small_file_are_no_take(monkeypatch):
    data = encode_flac(np.zeros(3 * RATE_HZ, np.float32), RATE_HZ)
    monkeypatch.setattr("labwidgets.audio.takes.MAX_DECODED_S", 2.0)
    with pytest.raises(AudioError, match=r"the take is too long.*up to 2 s"):
        decode_take(data)
