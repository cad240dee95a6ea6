"""How a recording sounds, gathered block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labwidgets.records import Quality

FRAME_S = 0.025
_FLOOR_DB = -100.0
_FULL_SCALE = 32767
_SPEECH_OVER_NOISE_DB = 6.0
_SPEECH_UNDER_PEAK_DB = 35.0
_MIN_FRAMES = 20


class Meter:
    """Takes int16 blocks in order and ends in a ``Quality``; keeps four bytes per 25 ms.

    Args:
        rate_hz: Rate of the blocks.
    """

    __slots__ = ("_clipped", "_frame", "_levels", "_n", "_peak", "_power", "_rest")

    def __init__(self, rate_hz: int) -> None:
        self._frame = max(1, round(FRAME_S * rate_hz))
        self._levels: list[npt.NDArray[np.float32]] = []
        self._rest = np.empty(0, np.float32)
        self._power = 0.0
        self._n = 0
        self._peak = 0
        self._clipped = 0

    def add(self, pcm: npt.NDArray[np.int16]) -> None:
        """Take int16[n, n_channels]."""
        magnitude = np.abs(pcm.astype(np.int32))
        self._peak = max(self._peak, int(magnitude.max(initial=0)))
        self._clipped += int(np.count_nonzero(magnitude >= _FULL_SCALE))
        scaled = pcm.astype(np.float32) / 32768
        self._power += float(np.square(scaled, dtype=np.float64).sum())
        self._n += pcm.size
        mono = np.concatenate([self._rest, scaled.mean(axis=1)])
        n_whole = len(mono) // self._frame * self._frame
        self._rest = mono[n_whole:]
        if n_whole:
            self._levels.append(_frame_levels(mono[:n_whole], self._frame))

    def finish(self) -> Quality:
        """Return the figures; level and peak of digital silence are -100 dBFS."""
        levels = np.concatenate(self._levels) if self._levels else np.empty(0, np.float32)
        threshold, snr_db = _speech_and_noise(levels)
        return Quality(
            level_dbfs=_db(np.sqrt(self._power / max(1, self._n))),
            peak_dbfs=_db(self._peak / 32768),
            clipped=self._clipped / max(1, self._n),
            snr_db=snr_db,
            silence=float(np.mean(levels < threshold)) if len(levels) else 0.0,
        )


def _frame_levels(mono: npt.NDArray[np.float32], frame: int) -> npt.NDArray[np.float32]:
    import librosa

    rms = librosa.feature.rms(y=mono, frame_length=frame, hop_length=frame, center=False)[0]
    levels: npt.NDArray[np.float32] = librosa.amplitude_to_db(rms, ref=1.0, amin=1e-5, top_db=None)
    return levels.astype(np.float32)


def _speech_and_noise(levels: npt.NDArray[np.float32]) -> tuple[float, float | None]:
    """Return the level (dBFS) under which a frame counts as silent, and the SNR (dB) where it can be told.

    The noise floor is the 10th percentile of the frame levels, speech is what lies well over it.
    """
    if not len(levels):
        return _FLOOR_DB, None
    floor, top = (float(value) for value in np.percentile(levels, [10, 99]))
    # A recording without any pause has a high 10th percentile: the second term keeps it from being "silent".
    threshold = max(
        min(floor + _SPEECH_OVER_NOISE_DB, top - _SPEECH_OVER_NOISE_DB), top - _SPEECH_UNDER_PEAK_DB
    )
    threshold = max(threshold, _FLOOR_DB + 10)
    speech, noise = levels[levels >= threshold], levels[levels < threshold]
    if len(speech) < _MIN_FRAMES or len(noise) < _MIN_FRAMES:
        return threshold, None
    speech_power, noise_power = (float(np.mean(10 ** (part / 10))) for part in (speech, noise))
    clean = max(speech_power - noise_power, noise_power * 1e-2)
    return threshold, round(10 * float(np.log10(clean / noise_power)), 2)


def _db(amplitude: float) -> float:
    return max(_FLOOR_DB, 20 * float(np.log10(max(amplitude, 1e-5))))
