"""The player answers for its one clip, and refuses sound that it cannot play."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.errors import AudioError
from labwidgets.widgets.audio_player import AudioPlayer
from labwidgets.widgets.protocol import PROTOCOL_VERSION

RATE_HZ = 16_000
READY = {"version": PROTOCOL_VERSION, "codecs": []}


def tone(seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(RATE_HZ * seconds)) / RATE_HZ)).astype(np.float32)


def wav(path: Path, seconds: float = 1.5) -> Path:
    soundfile.write(path, tone(seconds), RATE_HZ)
    return path


@pytest.mark.parametrize("kind", ["path", "bytes", "samples"])
def test_it_takes_paths_bytes_and_samples(page_of, tmp_path: Path, kind: str) -> None:
    path = wav(tmp_path / "a.wav")
    make = {
        "path": lambda: AudioPlayer(path),
        "bytes": lambda: AudioPlayer(path.read_bytes()),
        "samples": lambda: AudioPlayer(tone(1.5), rate_hz=RATE_HZ),
    }[kind]
    assert page_of(make).reply("ready", READY)["clip"]["duration_s"] == pytest.approx(1.5)


def test_the_waveform_comes_as_pairs_of_minimum_and_maximum(page_of, tmp_path: Path) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav")))
    message, buffers = page.ask("peaks", {"clip": "clip", "n_bins": 50})
    assert message["payload"]["n_bins"] == 50
    pairs = np.frombuffer(buffers[0], np.int8).reshape(-1, 2)
    assert pairs.shape == (50, 2)
    assert pairs[:, 1].max() == pytest.approx(63, abs=2)


def test_the_spectrogram_of_a_tone_has_one_bright_band(page_of, tmp_path: Path) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav")))
    span = {"clip": "clip", "start_s": 0.2, "end_s": 1.2, "n_columns": 50, "n_bands": 64}
    message, [data] = page.ask("spectrogram", span)
    reply = message["payload"]
    levels = reply["floor_db"] + reply["step_db"] * np.frombuffer(data, np.uint8).reshape(64, 50)
    assert {*levels.argmax(axis=0)} <= {9, 10}
    assert levels.max() == pytest.approx(-7, abs=3)


@pytest.mark.parametrize("codec", ["flac", "opus"])
def test_sound_comes_in_windows_that_end_with_the_clip(page_of, tmp_path: Path, codec: str) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav", 12.0)))
    first, first_bytes = page.ask("window", {"clip": "clip", "index": 0, "codec": codec})
    second, second_bytes = page.ask("window", {"clip": "clip", "index": 1, "codec": codec})
    assert (first["payload"]["start_s"], second["payload"]["end_s"]) == (0.0, 12.0)
    assert first["payload"]["end_s"] == second["payload"]["start_s"]
    assert codec in first["payload"]["mime"]
    assert first_bytes[0]
    assert second_bytes[0]


def test_a_window_past_the_end_is_an_error_and_not_silence(page_of, tmp_path: Path) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav")))
    assert page.error("window", {"clip": "clip", "index": 99, "codec": "flac"})["code"]


def test_an_unknown_request_is_answered_with_the_known_ones(page_of, tmp_path: Path) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav")))
    error = page.error("explode", {})
    assert error["code"] == "bad_message"
    assert "window" in error["message"]


def test_the_heavy_bundle_comes_with_its_hash(page_of, tmp_path: Path) -> None:
    page = page_of(lambda: AudioPlayer(wav(tmp_path / "a.wav")))
    message, [plain] = page.ask("asset", {"name": "app", "gzip": False})
    _, [packed] = page.ask("asset", {"name": "app", "gzip": True})
    assert b"mount" in plain
    assert gzip.decompress(packed) == plain
    assert message["payload"]["hash"] == hashlib.sha256(plain).hexdigest()
    assert page.error("asset", {"name": "../../etc/passwd", "gzip": True})["code"] == "not_found"


def test_its_copy_of_the_sound_goes_with_it(tmp_path: Path) -> None:
    player = AudioPlayer(wav(tmp_path / "a.wav"))
    folder = Path(player._folder.name)
    assert folder.exists()
    player.close()
    assert not folder.exists()


def test_its_repr_is_short_and_stable(tmp_path: Path) -> None:
    assert repr(AudioPlayer(wav(tmp_path / "a.wav"))) == "<AudioPlayer a.wav, 1.5 s>"


def test_samples_need_a_rate() -> None:
    with pytest.raises(AudioError, match="Pass rate_hz="):
        AudioPlayer(tone(1.0))


def test_encoded_sound_has_its_own_rate(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="Leave rate_hz out"):
        AudioPlayer(wav(tmp_path / "a.wav"), rate_hz=RATE_HZ)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav"):
        AudioPlayer(tmp_path / "gone.wav")
