"""Clips as a model takes them: sound at its rate, features, tokens; one batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import soxr
import torch
from torch.utils.data import Dataset

from labwidgets.records import RATE_HZ, Samples
from labwidgets.training.augment import Augmenter, padded
from labwidgets.training.material import Clip, Material, Speller
from labwidgets.training.models import Base
from labwidgets.training.pseudo import Rota

_IGNORED = -100
"""What the loss does not see."""


class Clips(Dataset[dict[str, Any]]):
    """Clips with their tokens, sound read when asked for.

    Args:
        clips: In a fixed order.
        material: Reads their sound.
        speller: Gives their tokens.
        augmenter: Changes the sound; None leaves it as it is.
        rota: Pseudo-labelled clips that come after them.

    Attributes:
        epoch: Whose chances are drawn.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        material: Material,
        *,
        speller: Speller,
        augmenter: Augmenter | None = None,
        rota: Rota[Clip] | None = None,
    ) -> None:
        self._clips = clips
        self._material = material
        self._speller = speller
        self._augmenter = augmenter
        self._rota = rota
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._clips) + (0 if self._rota is None else self._rota.n)

    def _clip(self, place: int) -> Clip:
        n = len(self._clips)
        return (
            self._clips[place]
            if self._rota is None or place < n
            else self._rota.clip(place - n, epoch=self.epoch)
        )

    def __getitem__(self, place: int) -> dict[str, Any]:
        clip = self._clip(place)
        samples = self._material.read(clip)
        if self._augmenter is not None:
            samples = self._augmenter(samples, epoch=self.epoch, place=place)
        longest = round(self._speller.longest_s * RATE_HZ)
        return {"samples": padded(samples[:longest], RATE_HZ), "labels": self._speller.labels(clip)}


class Collator:
    """Makes a batch for a model.

    Args:
        base: Whose feature extractor is asked.
    """

    def __init__(self, base: Base) -> None:
        self._extract = base.extractor
        self._rate_hz = base.rate_hz
        self._is_whisper = base.family == "whisper"

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Return features and labels, padded to the longest."""
        sounds = [self._at_rate(row["samples"]) for row in rows]
        options: dict[str, Any] = {"sampling_rate": self._rate_hz, "return_tensors": "pt"}
        if self._is_whisper:
            # The mask tells SpecAugment where the sound ends; the model itself hears the silence, too.
            made = self._extract(sounds, return_attention_mask=True, **options)
        else:
            made = self._extract(sounds, padding=True, **options)
        batch: dict[str, torch.Tensor] = dict(made)
        width = max(len(row["labels"]) for row in rows)
        batch["labels"] = torch.tensor(
            [row["labels"] + [_IGNORED] * (width - len(row["labels"])) for row in rows]
        )
        return batch

    def _at_rate(self, samples: Samples) -> Samples:
        if self._rate_hz == RATE_HZ:
            return samples
        resampled: Samples = soxr.resample(samples, RATE_HZ, self._rate_hz)
        return resampled
