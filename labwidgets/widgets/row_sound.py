"""Sound of rows that belong to no project, decoded when somebody opens one."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from labwidgets.audio import AudioCache
from labwidgets.records import MIX, AudioWindow, Peaks, Spectrogram

_CACHE_BYTES = 2 * 1024**3


class LooseSound:
    """Answers for clips by the number of their row.

    Args:
        find: Returns the encoded sound of a row, or where it lies.
    """

    def __init__(self, find: Callable[[int], Path | bytes]) -> None:
        self._find = find
        self._folder = tempfile.TemporaryDirectory(prefix="labwidgets-rows-")
        self._cache = AudioCache(Path(self._folder.name), max_bytes=_CACHE_BYTES)
        self._lock = threading.Lock()
        self._known: dict[str, float] = {}
        self._rows: dict[int, str] = {}

    def clip(self, row: int) -> tuple[str, float]:
        """Return the name of a row's clip, the same wherever that sound is met, and its length in seconds.

        Raises:
            SourceError: There is no sound.
            AudioError: It cannot be decoded.
        """
        with self._lock:
            key = self._rows.get(row)
            if key is None or not self._cache.has(key):
                source = self._find(row)
                data = source if isinstance(source, bytes) else source.read_bytes()
                key = hashlib.sha256(data).hexdigest()
                self._known[key] = self._cache.decode(key, source).duration_s
                self._rows[row] = key
            return key, self._known[key]

    def peaks(self, clip: str, *, n_bins: int) -> Peaks:
        """Return the waveform of a clip."""
        return self._cache.peaks(clip, start_s=0.0, end_s=self._known[clip], channel=MIX, n_bins=n_bins)

    def spectrogram(
        self, clip: str, *, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return a span of a clip as mel bands over time."""
        return self._cache.spectrogram(
            clip,
            start_s=start_s,
            end_s=min(end_s, self._known[clip]),
            channel=MIX,
            n_columns=n_columns,
            n_bands=n_bands,
        )

    def window(self, clip: str, *, index: int, codec: str) -> AudioWindow:
        """Return window number ``index`` of a clip's sound."""
        return self._cache.window(
            clip, start_s=0.0, end_s=self._known[clip], channel=MIX, index=index, codec=codec
        )

    def close(self) -> None:
        """Delete what was decoded."""
        self._folder.cleanup()
