"""Which clips a model learns from, which stop it, and which measure it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import soundfile

from labwidgets.config import TrainingRecipe
from labwidgets.errors import TrainingError
from labwidgets.records import PseudoClip, Refusal, Samples
from labwidgets.text import normalisation
from labwidgets.training.manner import spelt_apart

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
PSEUDO = "pseudo"
"""Where clips stand whose text no person wrote or audited: beside the splits, never in one."""
LEAST_CLIPS = 8
"""Fewer teach nothing but themselves."""
SHORTEST_S = 0.1
ALIKE = 'settings={"text": "basic"} spells them alike'
_HUMAN = ("imported", "typed", "corrected", "confirmed", "adjudicated")
"""Origins of labels that may measure: what a model accepted by itself would only praise it."""
ACCEPTED = "auto_accepted"


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled segment of a snapshot.

    Attributes:
        id: Of the segment.
        split: ``train``, ``validation``, ``test`` or ``pseudo``.
        place: Row in its split.
        text: The reference as it stands.
        spelling: What the model is to write.
        duration_s: Of the sound.
        language: BCP-47.
        speaker: Pseudonym; None where not known.
        accent: None where not known.
        origin: Of the label.
        flags: Of the segment.
    """

    id: str
    split: str
    place: int
    text: str
    spelling: str
    duration_s: float
    language: str
    speaker: str | None
    accent: str | None
    origin: str
    flags: tuple[str, ...]


class Speller(Protocol):
    """Turns references into what a model learns to write."""

    @property
    def longest_s(self) -> float:
        """Clips over this length cannot be learned from."""
        ...

    def why_not(self, clip: Clip) -> str | None:
        """Return why a clip cannot be learned from; None where it can."""
        ...

    def labels(self, clip: Clip) -> list[int]:
        """Return the tokens."""
        ...


class Material:
    """The clips of a snapshot, by split, with their sound.

    Args:
        dataset: As ``Releases.as_of`` returns it: memory-mapped, by split.
        recipe: Says how references are spelt and what is skipped.
        pseudo: Drafts to learn from, too.
        audits: Segments that were drawn as audits.
        sound: Reads the sound of their segments, float32[n_samples], mono, 16 kHz.

    Attributes:
        clips: By split, and the drafts beside them.
        left_out: What is not used, and why.
        apart: How drafts are spelt otherwise than references; empty where they are not.
    """

    def __init__(
        self,
        dataset: Mapping[str, Any],
        recipe: TrainingRecipe,
        *,
        pseudo: Sequence[PseudoClip] = (),
        audits: Container[str] = (),
        sound: Callable[[str], Samples] | None = None,
    ) -> None:
        self._sound, self._audits = sound, audits
        self._tables = {name: split.with_format("arrow") for name, split in dataset.items()}
        self._recipe = recipe
        self.left_out: list[Refusal] = []
        self.clips: dict[str, list[Clip]] = {name: [] for name in (*SPLITS, PSEUDO)}
        self.ids = set[str]()
        for clip in self._all():
            self.ids.add(clip.id)
            self._sort(clip, self._why_not(clip))
        for clip in self._pseudo(pseudo):
            self._sort(clip, "it has a reference" if clip.id in self.ids else self._why_not(clip))
        self.apart = spelt_apart(*([clip.spelling for clip in self.clips[name]] for name in (TRAIN, PSEUDO)))

    def _sort(self, clip: Clip, reason: str | None) -> None:
        if reason is None:
            self.clips[clip.split].append(clip)
        else:
            self.left_out.append(Refusal(clip.id, reason))

    def letters(self) -> set[str]:
        """Return every character that the training clips are spelt with."""
        return {letter for clip in self.clips[TRAIN] for letter in clip.spelling}

    def narrow(self, speller: Speller) -> None:
        """Leave out of all but the test set what the model cannot learn from.

        Raises:
            TrainingError: There were drafts, and none is left.
        """
        n_drafts = len(self.clips[PSEUDO])
        for split in (TRAIN, VALIDATION, PSEUDO):
            kept = []
            for clip in self.clips[split]:
                reason = _too_long(clip, speller.longest_s) or speller.why_not(clip)
                if reason is None:
                    kept.append(clip)
                else:
                    self.left_out.append(Refusal(clip.id, reason))
            self.clips[split] = kept
        if n_drafts and not self.clips[PSEUDO]:
            raise TrainingError(
                "the model can learn from none of the drafts that pass",
                value=f"{n_drafts} drafts, the last one: {self.left_out[-1].reason}",
                remedy=f"{self.apart}: {ALIKE}" if self.apart else "Train without pseudo, or another model",
            )

    def require(self) -> None:
        """Check that there is something to learn from and to measure with.

        Raises:
            TrainingError: There is not.
        """
        n = len(self.clips[TRAIN])
        if n < LEAST_CLIPS:
            reasons = Counter(one.reason for one in self.left_out).most_common(1)
            raise TrainingError(
                "too few labelled clips to train on",
                value=n,
                allowed=f"{LEAST_CLIPS} or more in the train split",
                remedy=f"{reasons[0][1]} clips are left out: {reasons[0][0]}" if reasons else "Label more",
            )
        if not self.clips[TEST]:
            raise TrainingError(
                "there is nothing to measure the model with",
                value="no clip of the test split was labelled by a person",
                allowed="labelled clips of at least two speakers",
                remedy="Label clips of a second speaker; clips without a speaker are grouped by recording",
            )

    def read(self, clip: Clip) -> Samples:
        """Return the sound of a clip, float32[n_samples], mono, 16 kHz."""
        if clip.split == PSEUDO and self._sound is not None:
            return self._sound(clip.id)
        sound = self._tables[clip.split][clip.place]["audio"][0].as_py()["bytes"]
        samples: Samples = soundfile.read(io.BytesIO(sound), dtype="float32")[0]
        return np.ascontiguousarray(samples)

    def hours(self, split: str) -> float:
        """Return how much sound a split holds."""
        return sum(clip.duration_s for clip in self.clips[split]) / 3600

    @property
    def n_accepted(self) -> int:
        """How many of the training clips bear a draft that a decision accepted."""
        return sum(clip.origin == ACCEPTED for clip in self.clips[TRAIN])

    def _all(self) -> Iterator[Clip]:
        spell = normalisation(self._recipe.text)
        for split, rows in self._tables.items():
            table = rows[:]
            paths = [path.as_py() for path in table["audio"].combine_chunks().field("path")]
            names = ("text", "duration", "language", "speaker", "accent", "label_origin", "flags")
            columns = [table[name].to_pylist() for name in names]
            for place, (path, text, length_s, language, speaker, accent, origin, flags) in enumerate(
                zip(paths, *columns, strict=True)
            ):
                yield Clip(
                    id=path.removesuffix(".flac"),
                    split=split if split in SPLITS else TRAIN,
                    place=place,
                    text=text,
                    spelling=" ".join(spell(text).split()),
                    duration_s=length_s,
                    language=language,
                    speaker=speaker,
                    accent=accent,
                    origin=origin,
                    flags=tuple(flags or ()),
                )

    def _pseudo(self, drafts: Sequence[PseudoClip]) -> Iterator[Clip]:
        spell = normalisation(self._recipe.text)
        for place, one in enumerate(drafts):
            yield Clip(
                id=one.segment.id,
                split=PSEUDO,
                place=place,
                text=one.draft.text,
                spelling=" ".join(spell(one.draft.text).split()),
                duration_s=one.segment.duration_s,
                language=one.segment.language,
                speaker=one.segment.group,
                accent=one.segment.accent,
                origin=PSEUDO,
                flags=(),
            )

    def _why_not(self, clip: Clip) -> str | None:
        if flagged := [flag for flag in clip.flags if flag in self._recipe.skip_flags]:
            return f"flagged {flagged[0]}"
        if clip.split in (VALIDATION, TEST) and clip.origin not in _HUMAN:
            return f"a label of origin {clip.origin} cannot measure"
        if unwanted := self._unwanted(clip):
            return f"{unwanted}, and the recipe leaves such ones out"
        if clip.duration_s < SHORTEST_S:
            return f"shorter than {SHORTEST_S} s"
        if clip.split != TEST and not clip.spelling:
            return "the transcript is empty"
        return None

    def _unwanted(self, clip: Clip) -> str:
        if clip.origin == ACCEPTED and not self._recipe.learn_accepted:
            return "a decision accepted it"
        is_kept_out = clip.split != TEST and not self._recipe.learn_audits
        return "it was drawn as an audit" if is_kept_out and clip.id in self._audits else ""


def _too_long(clip: Clip, longest_s: float) -> str | None:
    return f"longer than {longest_s:g} s" if clip.duration_s > longest_s else None
