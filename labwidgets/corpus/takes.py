"""Takes into a project: the prompts that are read, and a take that is on disk when it is said to be kept."""

from __future__ import annotations

import codecs
import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from labwidgets.audio import TAKE_RATE_HZ, AudioCache, encode_flac
from labwidgets.corpus.importing import locate
from labwidgets.corpus.rows import SOURCES_FOLDER, keep_bytes
from labwidgets.errors import LabError, SourceError
from labwidgets.records import KeptTake, NewRecording, Samples, SpeakerCard
from labwidgets.store import Store
from labwidgets.text import stored_text

MAX_PROMPT = 2_000
PROMPT = "prompt"
"""Column of what was to be read; the text may be corrected to what was."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SHOWN = 60

logger = logging.getLogger(__name__)


def read_prompts(source: str | Path | Sequence[str]) -> tuple[str, ...]:
    """Return the lines that speakers shall read, canonically composed, empty ones left out.

    Args:
        source: Lines, or the path of a text file with one on each line (UTF-8, or UTF-16 with its mark).

    Raises:
        SourceError: There is no line, or one that cannot be one; the file cannot be read.
    """
    lines = _file_lines(Path(source)) if isinstance(source, str | Path) else source
    prompts = [_checked(line, number) for number, line in enumerate(lines, start=1)]
    found = tuple(prompt for prompt in prompts if prompt)
    if not found:
        raise SourceError(
            "there are no prompts", remedy="Give lines of text, or a file with one on each line"
        )
    return found


def _file_lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as e:
        remedy = "Give lines of text, or the path of a text file"
        raise SourceError(
            f"the prompts cannot be read ({e.strerror})", value=str(path)[:300], remedy=remedy
        ) from e
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        return data.decode(encoding).splitlines()
    except UnicodeDecodeError as e:
        raise SourceError(
            "the prompts are not in UTF-8", value=f"{path.name}, byte {e.start}", remedy="Save it as UTF-8"
        ) from e


def _checked(line: object, number: int) -> str:
    if not isinstance(line, str):
        raise SourceError("a prompt is no text", value=f"number {number}: {type(line).__name__}")
    text = stored_text(" ".join(line.split()))
    if len(text) > MAX_PROMPT:
        raise SourceError(
            "a prompt is too long",
            value=f"number {number}: {text[:_SHOWN]}…",
            allowed=f"up to {MAX_PROMPT} characters",
            remedy="One line is one take: divide it",
        )
    return text


class Takes:
    """Keeps takes in a project.

    Args:
        store: Open store.
        cache: Of canonical sound.
        folder: Of the project.
    """

    def __init__(self, store: Store, cache: AudioCache, folder: Path) -> None:
        self._store = store
        self._cache = cache
        self._folder = folder

    def keep(self, sound: Samples, prompt: str, *, card: SpeakerCard, collection: str) -> KeptTake:
        """Store a take: its file first, then the event that says so; both are on disk when this returns.

        The same sound comes back as the take that it is.
        """
        data = encode_flac(sound, TAKE_RATE_HZ)
        digest = hashlib.sha256(data).hexdigest()
        source = f"{SOURCES_FOLDER}/{digest[:2]}/{digest}.flac"
        path = self._folder / source
        keep_bytes(path, data)
        _sync_names(path.parent, path.parent.parent)
        new = NewRecording(
            source=source,
            bytes_sha256=digest,
            n_bytes=len(data),
            duration_s=len(sound) / TAKE_RATE_HZ,
            sample_rate_hz=TAKE_RATE_HZ,
            n_channels=1,
            codec="flac",
            language=card.language,
            speaker=card.speaker,
            accent=card.accent or None,
            collection=collection,
            text=prompt,
            text_as="reference",
            metadata=_details(card, prompt),
            copied=True,
        )
        [recording] = self._store.add_recordings([new])
        return KeptTake(recording.id, prompt, new.duration_s)

    def decode(self, kept: KeptTake) -> None:
        """Make the canonical copy of a take and measure it; what fails here can be made up for later."""
        try:
            recording = self._store.recording(kept.recording_id)
            decoded = self._cache.decode(recording.bytes_sha256, locate(recording, self._folder))
            self._store.mark_decoded(
                recording.id,
                sound_sha256=decoded.sound_sha256,
                duration_s=decoded.duration_s,
                quality=decoded.quality,
            )
        except LabError as error:
            logger.warning("a take is not decoded yet: %s", error)


def _details(card: SpeakerCard, prompt: str) -> dict[str, str]:
    known = {"gender": card.gender, "age_band": card.age_band, "device": card.device}
    return {PROMPT: prompt, **{name: value for name, value in known.items() if value}}


def _sync_names(*folders: Path) -> None:
    """Put the names of new files on disk, as their content is."""
    for folder in folders:
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            # Windows opens no folder; there the names go with the files.
            continue
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
