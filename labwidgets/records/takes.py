"""Elicited speech: who speaks, what they agreed to, and what is found wrong with a take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from labwidgets.records.base import Samples
from labwidgets.records.consent import SHARE

MINOR = "under 18"
AGE_BANDS = (MINOR, "18 to 29", "30 to 44", "45 to 59", "60 and over")
GENDERS = ("female", "male", "other")

TakeTrouble = Literal["silent", "clipped", "cut", "short"]


@dataclass(frozen=True, slots=True)
class SpeakerCard:
    """Who speaks, as far as they say; an empty text where they do not.

    Attributes:
        speaker: Pseudonym.
        language: BCP-47.
        accent: Free label, such as a region.
        age_band: Out of ``AGE_BANDS``.
        gender: Out of ``GENDERS``.
        device: What they speak into.
    """

    speaker: str
    language: str
    accent: str = ""
    age_band: str = ""
    gender: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """What speakers are asked to agree to before their first take.

    Attributes:
        text: As it is shown to them.
        version: Of the text.
        licence: Under which the recordings may be passed on.
        scope: Out of ``SCOPES``.
    """

    text: str
    version: str
    licence: str
    scope: tuple[str, ...] = (SHARE,)


@dataclass(frozen=True, slots=True)
class TakeCheck:
    """How a take sounds, and why it is not taken.

    Attributes:
        duration_s: Of all of it.
        speech_s: From the first to the last moment that is speech.
        lead_s: Quiet before it.
        tail_s: Quiet behind it.
        peak_dbfs: Loudest sample.
        noise_dbfs: Level of what is heard besides.
        clipped: Share of the samples at full scale, 0..1.
        trouble: What is wrong; None where nothing is.
        message: The same in words, with the figure and what to do.
    """

    duration_s: float
    speech_s: float
    lead_s: float
    tail_s: float
    peak_dbfs: float
    noise_dbfs: float
    clipped: float
    trouble: TakeTrouble | None
    message: str

    def __str__(self) -> str:
        return self.message

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self.message)


@dataclass(frozen=True, slots=True)
class KeptTake:
    """A take that is on disk: its recording, and the prompt that it reads."""

    recording_id: str
    prompt: str
    duration_s: float


@runtime_checkable
class TakeSource(Protocol):
    """What the recorder sees of a project."""

    @property
    def name(self) -> str:
        """Of the project."""
        ...

    @property
    def id(self) -> str:
        """Of the project."""
        ...

    @property
    def language(self) -> str:
        """Of prompts that do not say otherwise."""
        ...

    @property
    def licence(self) -> str | None:
        """Of recordings that do not say otherwise."""
        ...

    def sign_in(self, card: SpeakerCard, form: ConsentForm, *, agreed: bool) -> SpeakerCard:
        """Put consent on record where it is not, and return the card as it will be kept."""
        ...

    def takes(self, speaker: str, /) -> Counter[str]:
        """Return how many takes of each prompt are kept."""
        ...

    def decode_take(self, data: bytes, /) -> Samples:
        """Return what a browser recorded as mono samples at 16 kHz."""
        ...

    def check_take(self, sound: Samples, prompt: str = "") -> TakeCheck:
        """Return what is wrong with a take."""
        ...

    def keep_take(  # noqa: PLR0913 - what was said, who said it, and what becomes of it
        self,
        sound: Samples,
        prompt: str,
        *,
        card: SpeakerCard,
        collection: str,
        instead: bool = False,
        decode: bool = True,
    ) -> KeptTake:
        """Store a take; on disk when this returns."""
        ...

    def decode_kept(self, kept: KeptTake) -> None:
        """Make its canonical copy."""
        ...
