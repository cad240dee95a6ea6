"""Which drafts are good enough to learn from as if a person had written them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labwidgets.config.files import Settings
from labwidgets.config.numbers import Range, Share


class PseudoSettings(Settings):
    """Pseudo-labels: drafts that a model learns from beside the references, without becoming any.

    Attributes:
        model: Whose drafts; default: the model with the most of those that labellers see.
        second: The model that must agree; default: the other one that said most.
        max_disagreement: Word errors between the two, after normalisation, by the words of the longer one;
            null asks no second model.
        min_confidence: Of a draft: the share of its words that is expected to be right; null takes any.
        calibrated: Turn confidences of words into chances first, where people labelled drafts of the model.
        words_per_s: Fewest and most words a second; scripts that do not divide words are not asked.
        duration_s: Shortest and longest clip.
        share: Most of the clips of an epoch that may be pseudo-labelled; another part of them in each epoch.
    """

    model: str | None = None
    second: str | None = None
    max_disagreement: Share | None = 0.1
    min_confidence: Share | None = 0.9
    calibrated: bool = True
    words_per_s: Range = (0.3, 6.0)
    duration_s: Range = (0.3, 29.0)
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
