"""The real English model, and speech with known places in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.asr import embedded, sources
from labwidgets.asr.drafting import load_drafter
from labwidgets.errors import ModelError

RATE_HZ = 16_000


def lacking(reason: str) -> None:
    """Skip, or fail under CI, where nothing may be lacking."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def english():
    """The embedded English model, loaded."""
    try:
        if not embedded.is_installed("tiny.en"):
            sources.get("tiny.en")
        return load_drafter(sources.resolve("tiny.en", "en"))
    except ModelError as error:
        lacking(f"the embedded model is not to be had: {error}")


@pytest.fixture(scope="session")
def say(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], np.ndarray]:
    """Speaks a text: float32[n_samples] at 16 kHz."""
    if shutil.which("espeak-ng") is None:
        lacking("espeak-ng is not installed")
    folder: Path = tmp_path_factory.mktemp("speech")

    def speak(text: str) -> np.ndarray:
        path = folder / "said.wav"
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", str(path), text], check=True)
        samples, rate_hz = soundfile.read(path, dtype="float32")
        return soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)

    return speak
