"""How well texts fit the sound: what a model that heard it thinks of words that it need not have written."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from labwidgets.errors import LabError
from labwidgets.records import Progress, Samples, Transcription

logger = logging.getLogger(__name__)


@runtime_checkable
class Scorer(Protocol):
    """A model that can be asked about any text (``WhisperDrafter`` is one)."""

    def score(self, samples: Samples, text: str, language: str | None = None) -> Transcription:
        """Return the text with confidences, as if the model had drafted it."""
        ...


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two texts for one piece of sound.

    Attributes:
        id: Of the utterance.
        reference: The text in doubt.
        hypothesis: The text that a model wrote.
        language: BCP-47; None lets a multilingual model guess.
    """

    id: str
    reference: str
    hypothesis: str
    language: str | None = None


def rival_fits(
    scorer: Scorer,
    rivals: Iterable[Rivals],
    read: Callable[[str], Samples],
    *,
    progress: Progress | None = None,
) -> dict[str, float | None]:
    """Return how much better the hypothesis fits than the reference, in nats a token, by id.

    One pass of the decoder for each text over the sound. Give both texts in one spelling (without case and
    punctuation), so that only words make a difference. None where there is nothing to compare: a text is
    empty, the sound is too long or not there.

    Args:
        scorer: The model.
        rivals: What to compare.
        read: Gives the sound of an utterance, float32[n_samples], mono, 16 kHz.
        progress: Called as it goes.
    """
    listed = list(rivals)
    found: dict[str, float | None] = {}
    for done, one in enumerate(listed, 1):
        found[one.id] = _fit(scorer, one, read)
        if progress is not None:
            progress(done, len(listed), one.id)
    return found


def _fit(scorer: Scorer, one: Rivals, read: Callable[[str], Samples]) -> float | None:
    if one.reference == one.hypothesis:
        return 0.0
    try:
        samples = read(one.id)
        sure = [
            scorer.score(samples, text, one.language).confidence for text in (one.hypothesis, one.reference)
        ]
    except LabError as error:
        logger.info("no fit for %s: %s", one.id, error)
        return None
    if sure[0] is None or sure[1] is None or min(sure[0], sure[1]) <= 0.0:
        return None
    return math.log(sure[0]) - math.log(sure[1])
