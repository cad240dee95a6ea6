"""The faces between the layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from labwidgets.records.base import Samples, Span
from labwidgets.records.finding import FindPage, HotWord, Replace, Replaced, Replacement, Restored, Wanted
from labwidgets.records.labels import Ack, KeptEdit, SegmentView, Submission, Transcription
from labwidgets.records.queue import QueueCounts, QueuePage, QueueQuery, QueueRow
from labwidgets.records.segmenting import RecordingSegment, SegmentChange, SegmentsChanged
from labwidgets.records.sound import AudioWindow, Peaks, Recording, Spectrogram

Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, note)``; ``total`` is 0 while it is not known."""


class Drafter(Protocol):
    """A speech recogniser behind one face, whatever engine runs it."""

    @property
    def model(self) -> str:
        """Name as the user gave it."""
        ...

    @property
    def revision(self) -> str:
        """Hash or commit of the weights."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Decoding settings, JSON values: part of the cache key."""
        ...

    def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:
        """Return words with times and confidences for 16 kHz mono samples."""
        ...


@runtime_checkable
class LabelSource(Protocol):
    """What the widgets see of a project: enough to show, play and save, and nothing else."""

    @property
    def name(self) -> str:
        """Shown in the corner."""
        ...

    @property
    def id(self) -> str:
        """Stable, to tell projects apart in one browser."""
        ...

    @property
    def place(self) -> str:
        """Tells copies of a project apart, which share the id."""
        ...

    def labelling(self) -> Mapping[str, Any]:
        """Settings the page needs (see ``labwidgets.widgets.protocol.LabelSettings``)."""
        ...

    def queue(self, query: QueueQuery, *, offset: int = 0, limit: int = 100) -> QueuePage:
        """Rows of the queue."""
        ...

    def counts(self) -> QueueCounts:
        """Progress over everything."""
        ...

    def upcoming(self, query: QueueQuery, *, after: str | None = None, n: int = 1) -> Sequence[str]:
        """Ids of the next open segments after ``after`` in the query's order, wrapping round once."""
        ...

    def position(self, query: QueueQuery, segment_id: str) -> int | None:
        """How many rows of a query stand before a segment; None where it is not among them."""
        ...

    def view(self, segment_id: str, *, annotator: str) -> SegmentView:
        """One segment, ready to show."""
        ...

    def no_draft(self, view: SegmentView) -> str | None:
        """Why a segment has no draft, as far as this process knows; None where it has one."""
        ...

    def held_back(self, view: SegmentView) -> str | None:
        """Why a draft is not in the box to begin with; None where it is, or where there is none."""
        ...

    def held_rows(self, rows: Sequence[QueueRow]) -> frozenset[str]:
        """Segments among rows of the queue whose text is a draft that is held back."""
        ...

    def words(self, language: str, *, n: int) -> Sequence[str]:
        """The commonest words of a language, the commonest first; for the typing help."""
        ...

    def hot_words(self) -> Sequence[HotWord]:
        """Corrections made more than once, the most frequent first; none where the project wants none."""
        ...

    def peaks(self, segment_id: str, *, n_bins: int) -> Peaks:
        """The segment's waveform."""
        ...

    def spectrogram(
        self, segment_id: str, *, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """A span of the segment as mel bands over time; times from the segment's start."""
        ...

    def window(self, segment_id: str, *, index: int, codec: str) -> AudioWindow:
        """Window number ``index`` of the segment's sound (``flac`` or ``opus``)."""
        ...

    def submit(self, submission: Submission) -> Ack:
        """Store; durable when this returns."""
        ...

    def find(self, wanted: Wanted, *, annotator: str, after: str | None = None, limit: int = 50) -> FindPage:
        """Segments whose text shows what is wanted: open ones, and this annotator's own."""
        ...

    def begin_replace(self, wanted: Wanted, *, annotator: str) -> str:
        """Id of a new replace."""
        ...

    def replace(self, job: Replace, items: Sequence[Replacement]) -> Sequence[Replaced]:
        """Replace places of some segments; durable when this returns."""
        ...

    def undo_replace(self, replace_id: str, *, annotator: str, limit: int = 100) -> Restored:
        """Bring back some texts as they were before a replace; called until none is left."""
        ...

    def newest_replace(self, *, annotator: str) -> str | None:
        """Id of this annotator's newest replace that changed something and was not taken back."""
        ...

    def keep(self, edit: KeptEdit) -> int:
        """Keep what was typed and not submitted, in place of what was there; when, in microseconds."""
        ...

    def drop_kept(self, segment_id: str, *, annotator: str) -> None:
        """Forget it."""
        ...

    def kept(self, *, annotator: str) -> Sequence[KeptEdit]:
        """All that one person typed and did not submit, the newest first."""
        ...

    def change_marker(self) -> tuple[int, ...]:
        """Something cheap that differs once anybody wrote to the store."""
        ...


@runtime_checkable
class RecordingSource(LabelSource, Protocol):
    """What an editor of whole recordings sees of a project, beside what a labeller sees."""

    def recordings(self) -> Sequence[Recording]:
        """All that are there, in the order of adding; broken ones too."""
        ...

    def segments(self, recording_id: str, *, annotator: str) -> Sequence[RecordingSegment]:
        """The live segments of a recording by start, as one person sees them."""
        ...

    def change_segments(self, change: SegmentChange) -> SegmentsChanged:
        """Do one change, once; durable when this returns."""
        ...

    def undo_segments(self, change_id: str, *, annotator: str) -> SegmentsChanged:
        """Bring back what was there before a change of this person."""
        ...

    def recording_peaks(
        self, recording_id: str, *, channel: int, start_s: float, end_s: float, n_bins: int
    ) -> Peaks:
        """The waveform of a span of a recording, at any zoom."""
        ...

    def recording_spectrogram(  # noqa: PLR0913 - a span is four figures, a picture two
        self, recording_id: str, *, channel: int, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """A span of a recording as mel bands over time; times from the recording's start."""
        ...

    def recording_window(self, recording_id: str, *, channel: int, index: int, codec: str) -> AudioWindow:
        """Window number ``index`` of a recording's sound (``flac`` or ``opus``)."""
        ...

    def speech(self, recording_id: str, *, channel: int) -> Sequence[Span]:
        """Where somebody speaks in a recording, in seconds, sorted and apart."""
        ...


ReadAudio = Callable[[str], Samples]
"""Given a segment id, returns its sound at 16 kHz."""
