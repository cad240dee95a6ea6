"""The canonical copies: a folder that can be rebuilt while the sources are there, capped in size."""

from __future__ import annotations

import dataclasses
import errno
import json
import logging
import math
import os
import re
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from labwidgets.audio.decode import Decoded, decode_to
from labwidgets.audio.segmentation import voice_spans
from labwidgets.audio.source import Source
from labwidgets.audio.track import Track
from labwidgets.audio.voice import (
    FRAME_S,
    Voice,
    VoiceModel,
    frame_levels,
    pack,
    probabilities_by_level,
    unpack,
)
from labwidgets.audio.waveform import Pairs
from labwidgets.errors import AudioError, DiskFullError, LabError, NotFoundError, StoreError
from labwidgets.records import MIX, RATE_HZ, AudioWindow, Peaks, Quality, Samples, Span, Spectrogram

FORMAT = 1
"""Of the entries; another number means that they are made anew."""
IN_USE_S = 60.0
"""An entry touched this recently, by any process, is never evicted."""

_KEY = re.compile(r"[0-9a-f]{8,128}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SUFFIXES = (".flac", ".peaks.npy", ".json")
_VOICE = ".voice-"
_BLOCK_S = 60
_log = logging.getLogger(__name__)


class AudioCache:
    """Canonical FLAC, peaks and figures of recordings, each known by the hash of its encoded bytes.

    Safe to use from several threads and processes at once: entries appear whole or not at all.

    Args:
        folder: Made when it is missing.
        max_bytes: What ``evict`` keeps the folder under.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._in_use: Counter[str] = Counter()
        self._n_bytes: int | None = None

    def has(self, key: str) -> bool:
        """Return whether the entry is there and whole."""
        return self._facts(key) is not None

    def decoded(self, key: str) -> Decoded:
        """Return what the decode pass found.

        Raises:
            NotFoundError: If the entry is not in the cache.
        """
        return self._require(key)

    def decode(self, key: str, source: Source) -> Decoded:
        """Decode ``source`` into the cache in one pass; an entry that is there already is kept.

        Args:
            key: Hash of the recording's encoded bytes, hex.
            source: A local file, or those bytes.

        Returns:
            What the decode pass found.

        Raises:
            AudioError: If the source cannot be decoded; see ``probe`` for what is refused.
            DiskFullError: If there is no room; nothing half-written stays.
            SourceError: If the source has vanished or may not be read.
            StoreError: If the folder cannot be written.
        """
        known = self._facts(key)
        if known is not None:
            return known
        with self._using(key):
            try:
                decoded = self._write(key, source)
            except OSError as e:
                raise _storage_error(e, self._folder) from e
        self._after_growth(key)
        return decoded

    def read(
        self, key: str, *, start_s: float, end_s: float, channel: int, rate_hz: int = RATE_HZ
    ) -> Samples:
        """Return the sound of a span as mono float32[n], -1..1.

        Args:
            key: Of the recording.
            start_s: From the recording's start.
            end_s: Not before ``start_s``.
            channel: From 0, or ``records.MIX``.
            rate_hz: Wanted rate.

        Returns:
            As many samples as lie between the two times, silence outside the recording.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If the span or the channel does not exist.
        """
        with self._track(key, channel) as track:
            return track.samples(start_s, end_s, rate_hz)

    def peaks(self, key: str, *, start_s: float, end_s: float, channel: int, n_bins: int) -> Peaks:
        """Return the waveform of a span in ``n_bins`` bins.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If the span, the channel or the number of bins is impossible.
        """
        with self._track(key, channel) as track:
            return track.peaks(start_s, end_s, n_bins)

    def spectrogram(  # noqa: PLR0913 - a span is three figures, a picture two
        self, key: str, *, start_s: float, end_s: float, channel: int, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return mel bands over a span.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If the span, the channel or the size is impossible.
        """
        with self._track(key, channel) as track:
            return track.spectrogram(start_s, end_s, n_columns=n_columns, n_bands=n_bands)

    def window(  # noqa: PLR0913 - a segment is three figures, a window two
        self, key: str, *, start_s: float, end_s: float, channel: int, index: int, codec: str
    ) -> AudioWindow:
        """Return window ``index`` of the segment ``start_s..end_s``, ready to append to a MediaSource.

        Args:
            key: Of the recording.
            start_s: Of the segment, from the recording's start.
            end_s: Of the segment.
            channel: From 0, or ``records.MIX``.
            index: From 0; see ``window_span``.
            codec: ``flac`` or ``opus``.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If the span, the channel, the index or the codec does not exist.
        """
        with self._track(key, channel) as track:
            return track.window(start_s, end_s, index=index, codec=codec)

    def voice(self, key: str, *, channel: int, model: VoiceModel | None = None) -> Voice:
        """Return where somebody speaks in a recording, by a model or by level; worked out once and kept.

        Args:
            key: Of the recording.
            channel: From 0, or ``records.MIX``.
            model: None goes by level alone.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If there is no such channel.
        """
        suffix = _voice_suffix(channel, "energy" if model is None else model.name)
        with self._using(key):
            try:
                return unpack(np.load(self._path(key, suffix), allow_pickle=False))
            except (OSError, ValueError, IndexError):
                pass
            levels = frame_levels(self._blocks(key, channel))
            if model is None:
                said = probabilities_by_level(levels)
            else:
                said = model.probabilities(self._blocks(key, channel))
            voice = Voice(said, levels)
            try:
                with self._new_file(key, suffix) as file:
                    np.save(file, pack(voice), allow_pickle=False)
            except OSError as e:
                raise _storage_error(e, self._folder) from e
        return voice

    def speech(self, key: str, *, channel: int) -> tuple[Span, ...]:
        """Return where somebody speaks, in seconds: as the model heard it, where it was asked, else by level.

        Raises:
            NotFoundError: If the entry is not in the cache.
            SegmentError: If there is no such channel.
        """
        path = self._path(key, _voice_suffix(channel, VoiceModel.name))
        try:
            voice = unpack(np.load(path, allow_pickle=False))
        except (OSError, ValueError, IndexError):
            voice = self.voice(key, channel=channel)
        end_s = self._require(key).duration_s
        spans = voice_spans(voice.probabilities, FRAME_S)
        return tuple((first_s, min(last_s, end_s)) for first_s, last_s in spans if first_s < end_s)

    def has_voice(self, key: str, *, channel: int, name: str) -> bool:
        """Return whether ``voice`` is kept for a channel, by the model of that name."""
        return self._path(key, _voice_suffix(channel, name)).exists()

    def kept(self, key: str, name: str) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays that were kept beside a recording under a name; none where there are none."""
        try:
            with np.load(self._path(key, f"{_VOICE}{name}.npz"), allow_pickle=False) as found:
                return dict(found)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return {}

    def keep(self, key: str, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keep arrays beside a recording, for as long as it is there itself.

        Raises:
            DiskFullError: There is no room.
            StoreError: The folder cannot be written.
        """
        suffix = f"{_VOICE}{name}.npz"
        try:
            if self.has(key):
                with self._new_file(key, suffix) as file:
                    np.savez(file, allow_pickle=False, **arrays)
            if not self.has(key):
                # It was withdrawn meanwhile, and voices go with it.
                self._path(key, suffix).unlink(missing_ok=True)
        except OSError as e:
            raise _storage_error(e, self._folder) from e

    def _blocks(self, key: str, channel: int) -> Iterator[Samples]:
        """Give a recording at 16 kHz, a minute at a time."""
        duration_s = self._require(key).duration_s
        for start_s in range(0, math.ceil(duration_s), _BLOCK_S):
            yield self.read(key, start_s=start_s, end_s=min(start_s + _BLOCK_S, duration_s), channel=channel)

    def remove(self, key: str) -> bool:
        """Delete an entry, in use or not; False when there was none."""
        was_there = self._path(key, ".json").exists()
        self._delete(key)
        self._n_bytes = None
        return was_there

    def evict(self) -> int:
        """Delete the least recently used entries until the folder fits; return how many went."""
        now = time.time()
        entries = sorted(self._entries())
        total = sum(n_bytes for _, _, n_bytes in entries)
        n_gone = 0
        for used_at, key, n_bytes in entries:
            if total <= self._max_bytes:
                break
            with self._lock:
                if self._in_use[key] or now - used_at < IN_USE_S:
                    continue
                self._delete(key)
            total -= n_bytes
            n_gone += 1
        self._n_bytes = total
        return n_gone

    def _delete(self, key: str) -> None:
        # The figures go first: without them the entry does not exist.
        for suffix in reversed(_SUFFIXES):
            self._path(key, suffix).unlink(missing_ok=True)
        for path in self._path(key, ".json").parent.glob(f"{key}{_VOICE}*"):
            path.unlink(missing_ok=True)

    def _write(self, key: str, source: Source) -> Decoded:
        self._path(key, ".json").parent.mkdir(parents=True, exist_ok=True)
        with self._new_file(key, ".flac") as file:
            decoded, pairs = decode_to(source, file)
        with self._new_file(key, ".peaks.npy") as file:
            np.save(file, pairs, allow_pickle=False)
        with self._new_file(key, ".json") as file:
            file.write(json.dumps({"format": FORMAT, **dataclasses.asdict(decoded)}).encode())
        return decoded

    @contextmanager
    def _new_file(self, key: str, suffix: str) -> Iterator[BinaryIO]:
        """Give a temporary file that takes its real name, flushed to disk, when the block ends well."""
        path = self._path(key, suffix)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="new-", suffix=suffix)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _track(self, key: str, channel: int) -> Iterator[Track]:
        with self._using(key):
            decoded = self._require(key)
            try:
                os.utime(self._path(key, ".json"))
                pairs: Pairs = np.load(self._path(key, ".peaks.npy"), mmap_mode="r", allow_pickle=False)
                with Track(self._path(key, ".flac"), decoded, pairs, channel) as track:
                    yield track
            except FileNotFoundError as e:
                raise _gone(key) from e

    @contextmanager
    def _using(self, key: str) -> Iterator[None]:
        with self._lock:
            self._in_use[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_use[key] -= 1
                if not self._in_use[key]:
                    del self._in_use[key]

    def _require(self, key: str) -> Decoded:
        decoded = self._facts(key)
        if decoded is None:
            raise _gone(key)
        return decoded

    def _facts(self, key: str) -> Decoded | None:
        path, sound = self._path(key, ".json"), self._path(key, ".flac")
        try:
            facts: dict[str, Any] = json.loads(path.read_bytes())
            if facts.pop("format", None) != FORMAT or not sound.exists():
                return None
            return Decoded(**{**facts, "quality": Quality(**facts["quality"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self, key: str, suffix: str) -> Path:
        if not _KEY.fullmatch(key):
            raise AudioError("this is no key of a recording", value=key, allowed="8 to 128 hex digits")
        return self._folder / key[:2] / (key + suffix)

    def _entries(self) -> Iterator[tuple[float, str, int]]:
        for facts in self._folder.glob("??/*.json"):
            try:
                used_at = facts.stat().st_mtime
                n_bytes = sum(self._path(facts.stem, s).stat().st_size for s in _SUFFIXES)
            except (OSError, LabError):
                continue
            yield used_at, facts.stem, n_bytes

    def _after_growth(self, key: str) -> None:
        if self._n_bytes is None:
            self._n_bytes = sum(n_bytes for _, _, n_bytes in self._entries())
        else:
            self._n_bytes += sum(self._path(key, suffix).stat().st_size for suffix in _SUFFIXES)
        if self._n_bytes > self._max_bytes:
            n_gone = self.evict()
            _log.info("audio cache over its cap: %d entries went", n_gone)


def _voice_suffix(channel: int, name: str) -> str:
    return f"{_VOICE}{name}-{'mix' if channel == MIX else channel}.npy"


def _gone(key: str) -> NotFoundError:
    return NotFoundError("the sound is not in the cache", value=key, remedy="Decode it again from its source")


def _storage_error(error: OSError, folder: Path) -> LabError:
    if error.errno in _FULL:
        return DiskFullError(
            "no room for the decoded sound", value=folder, remedy="Free some space and try again"
        )
    return StoreError(
        f"the decoded sound cannot be stored ({error.strerror})",
        value=folder,
        remedy="Make the folder writable, then try again",
    )
