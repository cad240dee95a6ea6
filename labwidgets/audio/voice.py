"""How likely somebody speaks, every 32 ms: by Silero's model, or by level alone.

The model is the ONNX file in the package ``silero-vad`` that takes many frames in one call.

References:
    https://github.com/snakers4/silero-vad (MIT): ``silero_vad_16k_sequence.onnx``, 1.2 MB, version 6.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.audio.onnx import open_session
from labwidgets.errors import ModelError
from labwidgets.records import RATE_HZ, Samples

FRAME = 512
FRAME_S = FRAME / RATE_HZ

_CONTEXT = 64
_FRAMES_AT_ONCE = 512
_WEIGHTS = "data/silero_vad_16k_sequence.onnx"
_STATE = (1, 1, 128)
_KNEE_DB = 1.5
"""So much over the threshold between speech and noise, a level is speech with 73 %."""
_SILENCE_DB = -90.0
_OVER_NOISE_DB = 6.0
_UNDER_PEAK_DB = 35.0
_CONTRAST_DB = 10.0
_BLOCK = 312
"""Frames in ten seconds."""

Probabilities = npt.NDArray[np.float32]
Levels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """How likely somebody speaks in each frame of 32 ms, and how loud it is there.

    Attributes:
        probabilities: float32[n_frames], 0..1.
        levels: float32[n_frames], dBFS.
    """

    probabilities: Probabilities
    levels: Levels


def pack(voice: Voice) -> npt.NDArray[np.uint8]:
    """Return uint8[2, n_frames] to keep: probabilities in 255ths, levels in half decibels over -128."""
    probabilities = np.rint(voice.probabilities * 255)
    return np.stack([probabilities, np.clip(np.rint((voice.levels + 128) * 2), 0, 255)]).astype(np.uint8)


def unpack(stored: npt.NDArray[np.uint8]) -> Voice:
    """Return what was kept."""
    return Voice(stored[0].astype(np.float32) / 255, stored[1].astype(np.float32) / 2 - 128)


class VoiceModel:
    """Silero's voice activity model, loaded.

    Attributes:
        name: What its results are kept under: goes up when other results are to be expected.

    Raises:
        ModelError: The package is not there, or its file cannot be read.
    """

    name = "silero6"

    def __init__(self) -> None:
        self._session = open_session(
            _weights_file(),
            what="voice activity model",
            remedy="Install silero-vad anew, version 6.2.3 or newer",
        )

    def probabilities(self, blocks: Iterable[Samples]) -> Probabilities:
        """Return the probability that somebody speaks in each 32 ms, float32[n_frames].

        Args:
            blocks: Sound in order, float32[n], mono, 16 kHz, any lengths; a last frame is filled up with
                silence.
        """
        state: Sequence[Any] = (np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32))
        context = np.zeros(_CONTEXT, np.float32)
        found: list[Probabilities] = []
        for frames in _framed(blocks):
            before = np.concatenate([context[None], frames[:-1, -_CONTEXT:]])
            context = frames[-1, -_CONTEXT:].copy()
            given = {"input": np.concatenate([before, frames], axis=1), "h": state[0], "c": state[1]}
            said, *state = self._session.run(["speech_probs", "hn", "cn"], given)
            found.append(said.reshape(-1).astype(np.float32))
        return np.concatenate(found) if found else np.empty(0, np.float32)


def probabilities_by_level(levels: Levels) -> Probabilities:
    """Return what a level meter makes of it: likely speech where it stands out of the noise.

    Music, noise and a breath stand out, too; a whisper under a fan does not.

    Args:
        levels: Of frames, dBFS, from ``frame_levels``.

    >>> probabilities_by_level(np.array([-60.0] * 30 + [-20.0] * 30, np.float32)).round().sum()
    np.float32(30.0)
    """
    threshold = _threshold(levels)
    if threshold is None:
        return np.zeros(len(levels), np.float32)
    over = np.clip((levels - threshold) / _KNEE_DB, -30, 30)
    likely: Probabilities = (1 / (1 + np.exp(-over))).astype(np.float32)
    return likely


def _threshold(levels: Levels) -> float | None:
    """Return the level (dBFS) over which a frame is likely to be speech; None where all is silence.

    The floor is what is exceeded nine times in ten. Speech may fill all of a recording or a hundredth of it:
    how loud it is, is asked of each ten seconds that stand out from the floor.
    """
    if not len(levels) or float(levels.max()) <= _SILENCE_DB:
        return None
    floor = float(np.percentile(levels, 10))
    starts = range(0, len(levels), _BLOCK)
    tops = np.array([np.percentile(levels[first : first + _BLOCK], 95) for first in starts])
    loud = tops[tops >= floor + _CONTRAST_DB]
    top = float(np.percentile(loud if len(loud) else tops, 75))
    # Speech without a pause has no floor to stand out from: there its own peak decides.
    threshold = max(min(floor + _OVER_NOISE_DB, top - _OVER_NOISE_DB), top - _UNDER_PEAK_DB)
    return max(threshold, _SILENCE_DB)


def frame_levels(blocks: Iterable[Samples]) -> Levels:
    """Return the level of each frame of 32 ms, float32[n_frames], dBFS, -100 for digital silence."""
    import librosa

    found: list[Levels] = []
    for frames in _framed(blocks):
        rms = librosa.feature.rms(y=frames.ravel(), frame_length=FRAME, hop_length=FRAME, center=False)[0]
        found.append(librosa.amplitude_to_db(rms, ref=1.0, amin=1e-5, top_db=None).astype(np.float32))
    return np.concatenate(found) if found else np.empty(0, np.float32)


def _framed(blocks: Iterable[Samples]) -> Iterator[npt.NDArray[np.float32]]:
    """Give float32[n, FRAME], many frames at a time."""
    whole = FRAME * _FRAMES_AT_ONCE
    rest = np.empty(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        n_whole = len(rest) // whole * whole
        for first in range(0, n_whole, whole):
            yield rest[first : first + whole].reshape(-1, FRAME)
        rest = rest[n_whole:]
    if len(rest):
        filled = np.zeros(-(-len(rest) // FRAME) * FRAME, np.float32)
        filled[: len(rest)] = rest
        yield filled.reshape(-1, FRAME)


def _weights_file() -> Path:
    # Not imported: the package itself loads torch, and more.
    found = importlib.util.find_spec("silero_vad")
    if found is None or found.origin is None:
        raise ModelError(
            "the voice activity model is not installed",
            remedy="pip install silero-vad, or set `method: energy` under `segmentation` in project.yaml",
        )
    return Path(found.origin).parent / _WEIGHTS
