"""Whole recordings and their segments, behind ``records.RecordingSource``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labwidgets.audio import AudioCache
from labwidgets.corpus.importing import locate
from labwidgets.records import (
    AudioWindow,
    Peaks,
    Recording,
    RecordingSegment,
    SegmentChange,
    SegmentsChanged,
    Span,
    Spectrogram,
)
from labwidgets.store import Store


class StoreRecordings:
    """The part of a ``StoreSource`` that sees whole recordings."""

    store: Store
    cache: AudioCache
    folder: Path

    def recordings(self) -> list[Recording]:
        """Return the recordings in the order of adding, without those whose speakers took consent back."""
        return [one for one in self.store.recordings() if one.state != "withdrawn"]

    def segments(self, recording_id: str, *, annotator: str) -> Sequence[RecordingSegment]:
        """Return the live segments of a recording by start, as one person sees them."""
        return self.store.recording_segments(recording_id, annotator=annotator)

    def change_segments(self, change: SegmentChange) -> SegmentsChanged:
        """Do one change to the segments of a recording, once; durable when this returns.

        Raises:
            NotFoundError: On an unknown recording or segment.
            SegmentError: On a change that makes no sense, or of a segment that somebody else works on.
            StaleSegmentsError: When a segment is no longer as the client saw it.
        """
        return self.store.change_segments(change)

    def undo_segments(self, change_id: str, *, annotator: str) -> SegmentsChanged:
        """Bring back what was there before a change of this person.

        Raises:
            NotFoundError: This person made no such change.
            StaleSegmentsError: Somebody labelled or changed what came of it since.
        """
        return self.store.undo_segments(change_id, annotator=annotator)

    def recording_peaks(
        self, recording_id: str, *, channel: int, start_s: float, end_s: float, n_bins: int
    ) -> Peaks:
        """Return the waveform of a span of a recording, as quick for hours as for seconds."""
        key = self._key(self.store.recording(recording_id))
        return self.cache.peaks(key, start_s=start_s, end_s=end_s, channel=channel, n_bins=n_bins)

    def recording_spectrogram(  # noqa: PLR0913 - a span is four figures, a picture two
        self, recording_id: str, *, channel: int, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return a span of a recording as mel bands over time; times from the recording's start."""
        key = self._key(self.store.recording(recording_id))
        return self.cache.spectrogram(
            key, start_s=start_s, end_s=end_s, channel=channel, n_columns=n_columns, n_bands=n_bands
        )

    def recording_window(self, recording_id: str, *, channel: int, index: int, codec: str) -> AudioWindow:
        """Return window number ``index`` of a recording's sound."""
        recording = self.store.recording(recording_id)
        key = self._key(recording)
        end_s = self.cache.decoded(key).duration_s
        return self.cache.window(key, start_s=0.0, end_s=end_s, channel=channel, index=index, codec=codec)

    def speech(self, recording_id: str, *, channel: int) -> Sequence[Span]:
        """Return where somebody speaks in a recording, in seconds, sorted and apart."""
        return self.cache.speech(self._key(self.store.recording(recording_id)), channel=channel)

    def _key(self, recording: Recording) -> str:
        """Return the cache's key of a recording, whose sound is there then."""
        key = recording.bytes_sha256
        if not self.cache.has(key):
            self.cache.decode(key, locate(recording, self.folder))
        return key
