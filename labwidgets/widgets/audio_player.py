"""A player for one piece of sound."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.audio import WINDOW_S, AudioCache, encode_flac
from labwidgets.config import DEFAULT_KEYS, LabellingSettings, key_preset, tag_palette_for
from labwidgets.errors import AudioError
from labwidgets.records import MIX
from labwidgets.widgets import messages
from labwidgets.widgets._base import Answer, LabWidget
from labwidgets.widgets.protocol import PROTOCOL_VERSION, LabelSettings

PlayableSound = str | Path | bytes | npt.NDArray[np.floating[Any]]
CLIP = "clip"
_CACHE_BYTES = 2 * 1024**3


class AudioPlayer(LabWidget):
    """Waveform and sound of one file, with pitch kept at every speed.

    Args:
        sound: A path, encoded bytes, or samples (float[n_samples], mono, -1..1) with their ``rate_hz``.
        rate_hz: Of samples; not for paths and bytes.
        autoplay: Play at once, where the browser allows it.

    Raises:
        AudioError: The sound cannot be decoded, or samples come without a rate.
    """

    def __init__(self, sound: PlayableSound, *, rate_hz: int | None = None, autoplay: bool = False) -> None:
        source = _encoded(sound, rate_hz)
        self._folder = tempfile.TemporaryDirectory(prefix="labwidgets-player-")
        self._cache = AudioCache(Path(self._folder.name), max_bytes=_CACHE_BYTES)
        self._name = source.name if isinstance(source, Path) else "sound"
        self._key = _hash(source)
        self._duration_s = self._cache.decode(self._key, source).duration_s
        self._autoplay = autoplay
        super().__init__(kind="player")
        self.handlers |= {
            "ready": self._answer_ready,
            "peaks": self._answer_peaks,
            "spectrogram": self._answer_spectrogram,
            "window": self._answer_window,
        }

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<AudioPlayer {self._name}, {self._duration_s:.1f} s>"

    def close(self) -> None:
        """Take the widget off the page and delete its copy of the sound."""
        super().close()
        if hasattr(self, "_folder"):
            self._folder.cleanup()

    def _answer_ready(self, _payload: dict[str, Any]) -> Answer:
        return {
            "version": PROTOCOL_VERSION,
            "project": self._name,
            "project_id": self._key,
            "annotator": "",
            "settings": page_settings(autoplay=self._autoplay),
            "clip": messages.clip_payload(CLIP, self._duration_s, WINDOW_S),
        }, []

    def _answer_peaks(self, payload: dict[str, Any]) -> Answer:
        n_bins = min(20_000, max(1, int(payload["n_bins"])))
        peaks = self._cache.peaks(self._key, start_s=0.0, end_s=self._duration_s, channel=MIX, n_bins=n_bins)
        return {"clip": CLIP, "n_bins": peaks.n_bins}, [peaks.data]

    def _answer_spectrogram(self, payload: dict[str, Any]) -> Answer:
        start_s, end_s = float(payload["start_s"]), float(payload["end_s"])
        picture = self._cache.spectrogram(
            self._key,
            start_s=start_s,
            end_s=min(end_s, self._duration_s),
            channel=MIX,
            n_columns=int(payload["n_columns"]),
            n_bands=int(payload["n_bands"]),
        )
        return messages.spectrogram_payload(picture, clip=CLIP, start_s=start_s, end_s=end_s), [picture.data]

    def _answer_window(self, payload: dict[str, Any]) -> Answer:
        window = self._cache.window(
            self._key,
            start_s=0.0,
            end_s=self._duration_s,
            channel=MIX,
            index=int(payload["index"]),
            codec=str(payload["codec"]),
        )
        return messages.window_payload(window, clip=CLIP, index=payload["index"]), [window.data]


def page_settings(*, autoplay: bool, language: str = "en") -> LabelSettings:
    """Return the settings of a page that belongs to no project."""
    defaults = LabellingSettings(autoplay=autoplay)
    return {
        "flags": [],
        "skip_reasons": [],
        "guidelines": "",
        "keys": key_preset(DEFAULT_KEYS),
        "key_preset": DEFAULT_KEYS,
        "low_confidence": defaults.low_confidence,
        "autoplay": defaults.autoplay,
        "jump_back_s": defaults.jump_back_s,
        "lead_s": defaults.lead_s,
        "pause_while_typing": defaults.pause_while_typing,
        "resume_after_s": defaults.resume_after_s,
        "codec": defaults.codec,
        "layers": [],
        "scripts": [],
        "typing_help": False,
        "tags": messages.tag_payloads(tag_palette_for(language)),
    }


def _encoded(sound: PlayableSound, rate_hz: int | None) -> Path | bytes:
    if isinstance(sound, np.ndarray):
        if rate_hz is None:
            raise AudioError("samples without a rate", remedy="Pass rate_hz=, for example 16000")
        return encode_flac(sound.astype(np.float32), rate_hz)
    if rate_hz is not None:
        raise AudioError("a rate for encoded sound", value=rate_hz, remedy="Leave rate_hz out")
    return sound if isinstance(sound, bytes) else Path(sound)


def _hash(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AudioError("the file cannot be read", value=source, remedy=str(error)) from error
