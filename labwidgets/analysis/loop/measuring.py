"""Errors of the models of several rounds on one test set, and in draws of it that all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from labwidgets.analysis.loop.forecasting import Floats
from labwidgets.analysis.resampling import resample
from labwidgets.analysis.results import Score


@dataclass(frozen=True, slots=True)
class SliceRate:
    """Errors on the utterances with one value of a column; fields as of :class:`ModelRate`."""

    value: str
    wer: float
    interval: tuple[float, float] | None
    n_words: int
    n_utterances: int


@dataclass(frozen=True, slots=True)
class ModelRate:
    """Errors of a model on the test set.

    Attributes:
        model: Its name.
        wer: Word error rate.
        interval: At 95 %, resampled by speaker, else by recording; None for one utterance.
        n_words: Of the references.
        n_utterances: How many.
        slices: By value of the column asked for.
    """

    model: str
    wer: float
    interval: tuple[float, float] | None
    n_words: int
    n_utterances: int
    slices: tuple[SliceRate, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the rate whose ``asdict`` this is."""
        slices = tuple(SliceRate(**{**one, "interval": _pair(one["interval"])}) for one in data["slices"])
        return cls(**{**data, "interval": _pair(data["interval"]), "slices": slices})


def _pair(interval: Sequence[float] | None) -> tuple[float, float] | None:
    return None if interval is None else (interval[0], interval[1])


def rate_of(model: str, score: Score, *, slice_by: str | None = None) -> ModelRate:
    """Return the errors of a model, by value of a column where the score has it."""
    groups = score.by(slice_by) if slice_by is not None and slice_by in score.columns else []
    slices = tuple(
        SliceRate(group.name, group.wer, group.interval, group.counts.n_words, group.n_utterances)
        for group in groups
    )
    return ModelRate(model, score.wer, score.interval, score.n_words, score.n_utterances, slices)


def joint_draws(scores: Sequence[Score]) -> Floats:
    """Return the WER of each model in the same draws of utterances, float64[n_draws, n_models].

    The scores are of the same utterances in the same order. No rate is 0: half an error is added to each.
    """
    columns: list[Any] = [score.edits for score in scores]
    *edits, words = resample(scores[0].groups, [*columns, scores[0].lengths])
    return np.stack([(one + 0.5) / (words + 1.0) for one in edits], axis=1)
