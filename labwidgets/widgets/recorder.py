"""The recorder: lines to read, one after the other, by speakers who agreed to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import traitlets
from ipywebrtc import CameraStream
from ipywidgets import Widget, widget_serialization

from labwidgets.config import checked_language
from labwidgets.corpus.takes import read_prompts
from labwidgets.errors import ConfigError, ConsentError, MessageError, SourceError
from labwidgets.records import AGE_BANDS, GENDERS, MINOR, SHARE, ConsentForm, SpeakerCard, TakeSource
from labwidgets.widgets._base import Answer, LabWidget
from labwidgets.widgets.audio_player import page_settings
from labwidgets.widgets.protocol import PROTOCOL_VERSION, CardPayload
from labwidgets.widgets.readiness import warm_soon
from labwidgets.widgets.taking import MAX_CHUNK_BYTES, TakeShelf, waveform

MAX_TAKE_S = 60.0
MAX_ROWS = 200
MAX_BINS = 2_000
CONSTRAINTS: dict[str, bool | int] = {
    "echoCancellation": False,
    "noiseSuppression": False,
    "autoGainControl": False,
    "channelCount": 1,
}
"""The voice as it is: what browsers do for calls takes a part of it away."""
OPUS = ["audio/webm;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"]
LOSSLESS = ["audio/webm;codecs=pcm"]

_FORM = (
    'Your voice is recorded while you read the lines that are shown, for the collection "{name}".\n'
    "It is kept together with the lines, with the pseudonym that you choose, and with what you say of "
    "yourself here; never with your name.\n"
    "The recordings may be used to build and to test programs that understand speech, under the licence "
    "{licence}.{more}\n"
    "You may stop at any time, and you may take your consent back: your recordings are then taken out."
)
_MORE = {
    SHARE: " They may be passed on to others and published.",
    "commercial": " They may be used to earn money.",
    "voice-cloning": " They may be used to imitate your voice.",
}


class Recorder(LabWidget):
    """Record speakers who read prompts: takes go into the project as recordings with their text.

    Args:
        project: Where takes go.
        prompts: The lines to read, in any script; or a text file with one on each line.
        consent: What speakers agree to before their first take; default: a plain text that names licence and
            scope. It is shown to them and kept with their consent.
        form: Version of that text.
        licence: Under which the recordings may be passed on; default: the project's.
        scope: What is asked for, out of ``share``, ``commercial``, ``voice-cloning``.
        language: BCP-47 of the prompts; default: the project's.
        collection: Name of this source in the data set.
        lossless: Record without Opus, at twenty times the bytes, where the browser can.

    Raises:
        SourceError: There are no prompts, or they cannot be read.
        ConfigError: There is no licence, or the language is none.
    """

    slow = LabWidget.slow | {"sign_in", "check_take", "keep_take"}

    stream = traitlets.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)

    def __init__(  # noqa: PLR0913 - what is read, and what speakers agree to
        self,
        project: TakeSource,
        prompts: str | Path | Sequence[str],
        *,
        consent: str | None = None,
        form: str = "1",
        licence: str | None = None,
        scope: Sequence[str] = (SHARE,),
        language: str | None = None,
        collection: str = "recorded",
        lossless: bool = False,
    ) -> None:
        terms = licence or project.licence
        if not terms:
            raise ConfigError(
                "there is no licence for speakers to agree to",
                remedy='Pass licence="CC-BY-4.0", or put one into project.yaml',
            )
        self.project = project
        self.prompts = read_prompts(prompts)
        self._form = ConsentForm(
            consent or _default_form(project.name, terms, scope), form, terms, tuple(scope)
        )
        self._language = checked_language(language or project.language)
        self._collection = collection
        self._codecs = LOSSLESS + OPUS if lossless else OPUS + LOSSLESS
        self._card: SpeakerCard | None = None
        self._is_kept = bytearray(len(self.prompts))
        self._shelf = TakeShelf()
        # Never shown: its view would play the microphone aloud.
        stream = CameraStream(constraints={"audio": CONSTRAINTS, "video": False})
        super().__init__(kind="recorder", stream=stream)
        self.receivers |= {"take_chunk": self._receive_chunk}
        self.handlers |= {
            "ready": self._answer_ready,
            "studio": self._answer_studio,
            "sign_in": self._answer_sign_in,
            "prompts": self._answer_prompts,
            "next_prompt": self._answer_next_prompt,
            "check_take": self._answer_check_take,
            "keep_take": self._answer_keep_take,
            "drop_take": self._answer_drop_take,
        }

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<Recorder {self.project.name}, {len(self.prompts)} prompts>"

    def close(self) -> None:
        """Take the widget off the page and let the microphone go."""
        if self.stream is not None:
            self.stream.close()
        super().close()

    # ---- for the page --------------------------------------------------------------------------------

    def _answer_ready(self, _payload: dict[str, Any]) -> Answer:
        warm_soon()
        return {
            "version": PROTOCOL_VERSION,
            "project": self.project.name,
            "project_id": self.project.id,
            "annotator": "",
            "settings": page_settings(autoplay=False, language=self._language),
            "clip": None,
        }, []

    def _answer_studio(self, _payload: dict[str, Any]) -> Answer:
        form = self._form
        return {
            "n_prompts": len(self.prompts),
            "collection": self._collection,
            "languages": list(dict.fromkeys([self._language, self.project.language])),
            "age_bands": list(AGE_BANDS),
            "minor": MINOR,
            "genders": list(GENDERS),
            "form_text": form.text,
            "form_version": form.version,
            "licence": form.licence,
            "scope": list(form.scope),
            "card": None if self._card is None else _card_payload(self._card),
            "number": self._next(-1),
            "n_kept": sum(self._is_kept),
            "max_take_s": MAX_TAKE_S,
            "max_chunk_bytes": MAX_CHUNK_BYTES,
            "codecs": self._codecs,
            "constraints": CONSTRAINTS,
        }, []

    def _answer_sign_in(self, payload: dict[str, Any]) -> Answer:
        card = self.project.sign_in(
            SpeakerCard(**payload["card"]), self._form, agreed=bool(payload["agreed"])
        )
        kept = Counter(self.project.takes(card.speaker))
        for number, prompt in enumerate(self.prompts):
            self._is_kept[number] = kept[prompt] > 0
            kept[prompt] -= 1
        self._card = card
        return {"card": _card_payload(card), "number": self._next(-1), "n_kept": sum(self._is_kept)}, []

    def _answer_prompts(self, payload: dict[str, Any]) -> Answer:
        offset, limit = max(0, payload["offset"]), min(MAX_ROWS, max(1, payload["limit"]))
        rows = enumerate(self.prompts[offset : offset + limit], start=offset)
        shown = [{"text": text, "is_kept": bool(self._is_kept[number])} for number, text in rows]
        return {"offset": offset, "prompts": shown}, []

    def _answer_next_prompt(self, payload: dict[str, Any]) -> Answer:
        return {"number": self._next(int(payload["after"]))}, []

    def _receive_chunk(self, payload: dict[str, Any], sent: list[bytes]) -> Answer:
        self._shelf.add(payload["take"], payload["seq"], sent)
        return {"take": payload["take"], "seq": payload["seq"]}, []

    def _answer_check_take(self, payload: dict[str, Any]) -> Answer:
        take_id, number = payload["take"], self._number(payload["number"])
        sound = self.project.decode_take(self._shelf.whole(take_id, payload["n_chunks"]))
        found = self.project.check_take(sound, self.prompts[number])
        take = self._shelf.take(take_id)
        take.number, take.sound, take.found = number, sound, found
        n_bins = min(MAX_BINS, max(1, payload["n_bins"]), len(sound))
        return {
            "take": take_id,
            "trouble": found.trouble,
            "message": found.message,
            "duration_s": found.duration_s,
            "lead_s": found.lead_s,
            "tail_s": found.tail_s,
            "peak_dbfs": found.peak_dbfs,
            "n_bins": n_bins,
        }, [waveform(sound, n_bins)]

    def _answer_keep_take(self, payload: dict[str, Any]) -> Answer:
        take = self._shelf.take(payload["take"])
        if take.kept is not None:
            return take.kept, []
        if take.sound is None or take.number is None or self._card is None:
            raise MessageError("the take was not looked at yet", value=payload["take"])
        number = take.number
        kept = self.project.keep_take(
            take.sound,
            self.prompts[number],
            card=self._card,
            collection=self._collection,
            instead=bool(self._is_kept[number]),
            decode=False,
        )
        if self._pool is not None:
            # The first one of a process takes seconds, for which nobody waits. A closed pool takes no more.
            with suppress(RuntimeError):
                self._pool.submit(self.project.decode_kept, kept)
        self._is_kept[number] = True
        take.chunks.clear()
        n_kept, following = sum(self._is_kept), self._next(number)
        take.kept = {"take": payload["take"], "number": number, "n_kept": n_kept, "next": following}
        return take.kept, []

    def _answer_drop_take(self, payload: dict[str, Any]) -> Answer:
        self._shelf.drop(payload["take"])
        return {"take": payload["take"]}, []

    def _number(self, number: int) -> int:
        if self._card is None:
            raise ConsentError("nobody has agreed to be recorded", remedy="Fill in the form first")
        if not 0 <= number < len(self.prompts):
            raise SourceError("no such prompt", value=number, allowed=f"0 to {len(self.prompts) - 1}")
        return number

    def _next(self, after: int) -> int | None:
        start = after + 1
        found = self._is_kept.find(0, start)
        if found < 0:
            found = self._is_kept.find(0, 0, max(0, start))
        return None if found < 0 else found


def _default_form(name: str, licence: str, scope: Sequence[str]) -> str:
    more = "".join(_MORE.get(one, "") for one in scope)
    return _FORM.format(name=name, licence=licence, more=more)


def _card_payload(card: SpeakerCard) -> CardPayload:
    return {
        "speaker": card.speaker,
        "language": card.language,
        "accent": card.accent,
        "age_band": card.age_band,
        "gender": card.gender,
        "device": card.device,
    }
