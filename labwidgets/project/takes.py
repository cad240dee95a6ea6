"""How speech is elicited: a prompt, a speaker who agreed, a take that is worth keeping."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from labwidgets.audio import check_take, decode_take
from labwidgets.config import checked_language
from labwidgets.corpus.publishing import valid_consents
from labwidgets.corpus.takes import PROMPT, Takes
from labwidgets.errors import ConfigError, ConsentError, SourceError
from labwidgets.project.people import People
from labwidgets.records import (
    AGE_BANDS,
    GENDERS,
    MINOR,
    ConsentForm,
    KeptTake,
    Samples,
    SpeakerCard,
    TakeCheck,
)

_MAX_FIELD = 80


class Eliciting(People):
    """The part of a project that takes in what speakers read."""

    @property
    def language(self) -> str:
        """Of recordings that do not say otherwise."""
        return self.settings.language

    @property
    def licence(self) -> str | None:
        """Of recordings that do not say otherwise."""
        return self.settings.licence

    def decode_take(self, data: bytes | Path, /) -> Samples:
        """Return a recording as a take: mono samples at 16 kHz.

        Raises:
            AudioError: It is no sound.
        """
        return decode_take(data)

    def check_take(self, sound: Samples, prompt: str = "") -> TakeCheck:
        """Return how a take sounds, and why it is not taken where it is not."""
        return check_take(sound, prompt)

    def sign_in(self, card: SpeakerCard, form: ConsentForm, *, agreed: bool) -> SpeakerCard:
        """Put a speaker's consent to ``form`` on record where it is not yet, and return the card tidied up.

        Raises:
            ConsentError: They did not agree, and nothing that covers it is on record.
            ConfigError: A field of the card cannot be what it is.
        """
        tidy = checked_card(card)
        known = valid_consents(self.consents()).get(tidy.speaker)
        wanted = (form.version, form.licence, set(form.scope))
        if known is not None and (known.text_version, known.licence, set(known.scope)) == wanted:
            return tidy
        if not agreed:
            raise ConsentError(
                "nobody is recorded who has not agreed to it",
                value=tidy.speaker,
                remedy="Read the form together, then tick that it is agreed to",
            )
        by = "a parent or guardian" if tidy.age_band == MINOR else "the speaker"
        note = f"Agreed to in the recorder by {by}:\n{form.text}"
        self.consent(tidy.speaker, licence=form.licence, scope=form.scope, form=form.version, note=note)
        return tidy

    def takes(self, speaker: str, /) -> Counter[str]:
        """Return how many takes of each prompt are kept of a speaker."""
        found = (recording.metadata.get(PROMPT) for recording in self.store.recordings_of(speaker))
        return Counter(prompt for prompt in found if isinstance(prompt, str))

    def keep_take(  # noqa: PLR0913 - what was said, who said it, and what becomes of it
        self,
        sound: Samples,
        prompt: str,
        *,
        card: SpeakerCard,
        collection: str = "recorded",
        instead: bool = False,
        decode: bool = True,
    ) -> KeptTake:
        """Store a take with its prompt as the reference; file and event are on disk when this returns.

        Args:
            sound: Mono samples at 16 kHz.
            prompt: What was to be read.
            card: Of the speaker; their consent has to be on record.
            collection: Name of this source.
            instead: The take takes the place of the speaker's newest one of that prompt.
            decode: Make its canonical copy now; otherwise with :meth:`decode_kept`, or when it is needed.

        Raises:
            ConsentError: No consent of the speaker is on record.
            SourceError: The take is silent, clipped, cut or too short.
            DiskFullError: There is no room for it.
        """
        tidy = checked_card(card)
        if tidy.speaker not in valid_consents(self.consents()):
            raise ConsentError(
                "no consent of the speaker is on record", value=tidy.speaker, remedy="Call sign_in first"
            )
        found = check_take(sound, prompt)
        if found.trouble is not None:
            raise SourceError("the take is not kept", value=found.trouble, remedy=found.message)
        before = self._takes_of(tidy.speaker, prompt) if instead else []
        kept = self._takes.keep(sound, prompt, card=tidy, collection=collection)
        # The old one goes when the new one is safe.
        for recording_id in before[-1:]:
            if recording_id != kept.recording_id:
                self.store.retire_recording(recording_id)
        if decode:
            self.decode_kept(kept)
        return kept

    def decode_kept(self, kept: KeptTake) -> None:
        """Make the canonical copy of a take that was kept without."""
        self._takes.decode(kept)

    @property
    def _takes(self) -> Takes:
        return Takes(self.store, self.cache, self.folder)

    def _takes_of(self, speaker: str, prompt: str) -> list[str]:
        found = self.store.recordings_of(speaker)
        return [one.id for one in found if one.metadata.get(PROMPT) == prompt]


def checked_card(card: SpeakerCard) -> SpeakerCard:
    """Return ``card`` without white space around its fields.

    Raises:
        ConfigError: There is no pseudonym, a field is too long, or is none of those allowed.
    """
    texts = {name: " ".join(getattr(card, name).split()) for name in ("speaker", "accent", "device")}
    if not texts["speaker"]:
        raise ConfigError("the speaker has no pseudonym", remedy="Make one up; no real name")
    long = [name for name, text in texts.items() if len(text) > _MAX_FIELD]
    if long:
        raise ConfigError(
            f"the speaker's {long[0]} is too long",
            value=texts[long[0]][:_MAX_FIELD],
            allowed=f"{_MAX_FIELD} characters",
        )
    for name, value, allowed in (
        ("age band", card.age_band, AGE_BANDS),
        ("gender", card.gender, GENDERS),
    ):
        if value and value not in allowed:
            raise ConfigError(f"no such {name}", value=value, allowed=", ".join(allowed))
    language = checked_language(card.language)
    return SpeakerCard(**texts, language=language, age_band=card.age_band, gender=card.gender)
