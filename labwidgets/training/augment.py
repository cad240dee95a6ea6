"""Sound as it might have been: faster or slower, and in a noisier place; pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from labwidgets.config import AugmentSettings
from labwidgets.records import Samples

_GRID = 20
"""Speeds are taken to a twentieth, so that the rates of the resampler stay small numbers."""
_SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Changes sound at random; the same seed, epoch and place give the same sound.

    Attributes:
        settings: How much.
        seed: Of the run.
        rate_hz: Of the sound.
    """

    settings: AugmentSettings
    seed: int
    rate_hz: int

    def __call__(self, samples: Samples, *, epoch: int, place: int) -> Samples:
        """Return the sound of clip number ``place`` as it is heard in ``epoch``."""
        draw = np.random.default_rng([self.seed, epoch, place])
        if self.settings.speed:
            samples = faster(samples, float(draw.choice(self.settings.speed)))
        if draw.random() < self.settings.noise_share:
            snr_db = draw.uniform(*self.settings.noise_db)
            samples = with_noise(samples, snr_db=snr_db, tilt=draw.uniform(0.0, 2.0), draw=draw)
        return samples


def faster(samples: Samples, speed: float) -> Samples:
    """Return the sound at another speed, and pitch with it.

    >>> len(faster(np.zeros(16_000, np.float32), 1.25))
    12800
    """
    steps = round(speed * _GRID)
    if steps == _GRID or not len(samples):
        return samples
    changed: Samples = soxr.resample(samples, steps, _GRID)
    return changed


def with_noise(samples: Samples, *, snr_db: float, tilt: float, draw: np.random.Generator) -> Samples:
    """Return the sound with steady noise under it.

    Args:
        samples: float32[n_samples].
        snr_db: Level of the sound above the noise.
        tilt: Power of the noise falls as 1 over frequency to this power: 0 white, 1 pink, 2 brown.
        draw: Source of chance.
    """
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    if power <= 0.0:
        return samples
    spectrum = np.fft.rfft(draw.standard_normal(len(samples)))
    spectrum /= np.maximum(1.0, np.arange(len(spectrum))) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, n=len(samples))
    scale = np.sqrt(power / 10 ** (snr_db / 10) / max(float(np.mean(np.square(noise))), 1e-12))
    noisy: Samples = (samples + scale * noise).astype(np.float32)
    return noisy


def padded(samples: Samples, rate_hz: int) -> Samples:
    """Return the sound with silence behind it where it is too short for any model."""
    lacking = round(_SHORTEST_S * 2 * rate_hz) - len(samples)
    return np.pad(samples, (0, lacking)) if lacking > 0 else samples
