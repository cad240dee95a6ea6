"""Made-up speech that can be learned, every letter a tone of its own, and a small recipe that begins to."""

from __future__ import annotations

import numpy as np

RATE_HZ = 16_000
SPEAKERS = ("ana", "ben", "cai", "dee")
TEXTS = ("ab", "ba", "aba", "bab", "abab", "baba", "a b", "b a")

SMALL = {
    "recipe": "ctc-small",
    "settings": {
        "epochs": 2,
        "batch_size": 8,
        "architecture": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16},
    },
}


def tones(text: str, pitch: float) -> np.ndarray:
    """Return 0.15 s of sound a letter."""
    time_s = np.arange(round(0.15 * RATE_HZ)) / RATE_HZ
    pitches = {"a": 400.0, "b": 900.0, " ": 0.0}
    return np.concatenate(
        [0.3 * np.sin(2 * np.pi * pitches.get(letter, 600.0) * pitch * time_s) for letter in text]
    )
