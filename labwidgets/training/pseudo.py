"""Which drafts are learned from as if a person had written them, and when; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from rapidfuzz.distance import Levenshtein

from labwidgets.analysis.calibration.fitting import Calibration
from labwidgets.asr.alarms import REPETITION, is_fast
from labwidgets.asr.languages import SPACELESS, whisper_code
from labwidgets.config import PseudoSettings
from labwidgets.records import Hypothesis, PseudoClip, PseudoLabel, Refusal
from labwidgets.text import has_repetition, normalisation

SPELLING = "basic"
"""How drafts of two models are compared: safe for every script."""

FILTERS = ("speaker", "empty", "repetition", "alarm", "duration", "pace", "confidence", "agreement")
"""In the order in which they are told."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """What drafts are held against.

    Attributes:
        settings: The filters.
        held_out: Speakers, or recordings without one, that validate and test.
        seconds: What the second model says, by segment; None where none is asked.
        curve: Turns confidences of words into chances; None leaves them as they are.
    """

    settings: PseudoSettings
    held_out: frozenset[str] = frozenset()
    seconds: Mapping[str, str] | None = None
    curve: Calibration | None = None

    def failed(self, clip: PseudoClip) -> list[str]:
        """Return the filters that a draft fails, in the order of ``FILTERS``."""
        segment, draft, chosen = clip.segment, clip.draft, self.settings
        spell = normalisation(SPELLING)
        words = spell(draft.text).split()
        spaceless = whisper_code(segment.language) in SPACELESS
        pace = len(words) / segment.duration_s if segment.duration_s > 0 else 0.0
        is_within = chosen.duration_s[0] <= segment.duration_s <= chosen.duration_s[1]
        confidence = trust(draft, self.curve)
        least = chosen.min_confidence
        checks = {
            "speaker": segment.group in self.held_out,
            "empty": not words,
            "repetition": REPETITION in draft.alarms or has_repetition(draft.text),
            "alarm": bool(set(draft.alarms) - {REPETITION}) or is_fast(draft.text, segment.duration_s),
            "duration": not is_within,
            "pace": not spaceless and not chosen.words_per_s[0] <= pace <= chosen.words_per_s[1],
            "confidence": least is not None and (confidence is None or confidence < least),
            "agreement": self._differs(clip, spaceless=spaceless),
        }
        return [name for name in FILTERS if checks[name]]

    def _differs(self, clip: PseudoClip, *, spaceless: bool) -> bool:
        if self.seconds is None or self.settings.max_disagreement is None:
            return False
        other = self.seconds.get(clip.segment.id)
        if other is None:
            return True
        return disagreement(clip.draft.text, other, spaceless=spaceless) > self.settings.max_disagreement


def disagreement(text: str, other: str, *, spaceless: bool = False) -> float:
    """Return the edits between two texts by the words of the longer one, 0..1; 0 where both are empty.

    Args:
        text: As a model wrote it.
        other: As another one did.
        spaceless: Compare characters: the script does not divide words.

    >>> disagreement("The cat sat.", "the hat sat down")
    0.5
    """
    spell = normalisation(SPELLING)
    sides = [spell(one).split() for one in (text, other)]
    if spaceless:
        sides = [list("".join(side)) for side in sides]
    longer = max(map(len, sides))
    return Levenshtein.distance(*sides) / longer if longer else 0.0


def trust(draft: Hypothesis, curve: Calibration | None) -> float | None:
    """Return the share of a draft's words that is expected to be right; None where its model does not say.

    Without confidences of words it is that of the draft, as the model gave it.
    """
    known = [word.confidence for word in draft.words if word.confidence is not None]
    if not known:
        return draft.confidence
    return float(np.mean(known if curve is None else curve.apply(known)))


def sift(clips: Iterable[PseudoClip], sieve: Sieve) -> tuple[list[PseudoClip], dict[str, int]]:
    """Return the drafts that pass all filters, and by filter how many fail it."""
    passed, failed = [], Counter[str]()
    for clip in clips:
        reasons = sieve.failed(clip)
        failed.update(reasons)
        if not reasons:
            passed.append(clip)
    return passed, {name: failed[name] for name in FILTERS}


def label_of(clip: PseudoClip) -> PseudoLabel:
    """Return what is kept of a draft that was chosen."""
    segment = clip.segment
    return PseudoLabel(segment.id, clip.draft.id, segment.start_s, segment.end_s)


def still_there(
    labels: Sequence[PseudoLabel], found: Mapping[str, PseudoClip]
) -> tuple[list[PseudoClip], list[Refusal]]:
    """Return the drafts whose sound is what it was when they were chosen, and what became of the others."""
    kept, gone = [], []
    for label in labels:
        clip = found.get(label.draft_id)
        if clip is None:
            gone.append(Refusal(label.segment_id, "the segment is gone since its draft was chosen"))
        elif (clip.segment.start_s, clip.segment.end_s) != (label.start_s, label.end_s):
            gone.append(Refusal(label.segment_id, "the segment was moved since its draft was chosen"))
        else:
            kept.append(clip)
    return kept, gone


def per_epoch(n_references: int, n_drafts: int, share: float) -> int:
    """Return how many pseudo-labelled clips an epoch has, such that they are at most ``share`` of it.

    >>> per_epoch(30, 1000, 0.5), per_epoch(30, 10, 0.5), per_epoch(30, 1000, 0.75)
    (30, 10, 90)
    """
    return min(n_drafts, int(n_references * share / (1 - share) + 1e-9))


@dataclass(frozen=True, slots=True)
class Rota(Generic[T]):
    """Which of many clips are heard in which epoch: none twice before all were heard once.

    Attributes:
        clips: All of them.
        n: So many in each epoch, at most all.
        seed: Of the order.
    """

    clips: tuple[T, ...]
    n: int
    seed: int

    def clip(self, place: int, *, epoch: int) -> T:
        """Return clip number ``place`` of an epoch."""
        turn, index = divmod(epoch * self.n + place, len(self.clips))
        return self.clips[_order(len(self.clips), self.seed, turn)[index]]


@lru_cache(maxsize=4)
def _order(n: int, seed: int, turn: int) -> tuple[int, ...]:
    return tuple(np.random.default_rng([seed, turn, n]).permutation(n).tolist())
