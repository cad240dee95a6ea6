"""What the labeller sees of a project: a store, its sound, its settings, behind ``records.LabelSource``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labwidgets.audio import AudioCache
from labwidgets.config import ProjectSettings
from labwidgets.errors import LabError
from labwidgets.jobs import Job
from labwidgets.records import (
    Ack,
    AudioWindow,
    DraftReport,
    FindPage,
    HotWord,
    KeptEdit,
    Peaks,
    QueueCounts,
    QueuePage,
    QueueQuery,
    QueueRow,
    Replace,
    Replaced,
    Replacement,
    Restored,
    Samples,
    Segment,
    SegmentView,
    Spectrogram,
    Submission,
    Wanted,
)
from labwidgets.store import Store
from labwidgets.text import common_words, count_words, word_key
from labwidgets.widgets import messages
from labwidgets.widgets.probation import held_back, held_rows
from labwidgets.widgets.protocol import LabelSettings
from labwidgets.widgets.recordings import StoreRecordings

BLIND = "this one is an audit, labelled by ear alone"
"""Why an audit shows no draft."""

_MOST_TEXTS = 20_000
"""Texts whose words are counted: more would change little."""


class StoreSource(StoreRecordings):
    """The one implementation of ``records.LabelSource``: a store and the canonical sound beside it.

    Args:
        store: Open store.
        cache: Canonical sound; missing entries are made again from the sources.
        folder: Where relative sources lie.
        settings: Of the project.

    Attributes:
        drafting: The newest drafting job of this process.
    """

    def __init__(self, store: Store, cache: AudioCache, *, folder: Path, settings: ProjectSettings) -> None:
        self.store = store
        self.cache = cache
        self.folder = folder
        self.settings = settings
        self.drafting: Job[DraftReport] | None = None

    @property
    def name(self) -> str:
        """Of the project."""
        return self.settings.name

    @property
    def id(self) -> str:
        """Of the store: it survives renaming and moving, and copies share it."""
        return self.store.project_id

    @property
    def place(self) -> str:
        """Of the store, as a short hash: what tells copies apart."""
        return self.store.place

    def labelling(self) -> LabelSettings:
        """Return the settings that the page needs."""
        labelling = self.settings.labelling
        return {
            "flags": list(self.settings.flags),
            "skip_reasons": list(self.settings.skip_reasons),
            "guidelines": self.settings.guidelines,
            "keys": self.settings.keys.chords,
            "key_preset": self.settings.keys.preset,
            "low_confidence": labelling.low_confidence,
            "autoplay": labelling.autoplay,
            "jump_back_s": labelling.jump_back_s,
            "lead_s": labelling.lead_s,
            "pause_while_typing": labelling.pause_while_typing,
            "resume_after_s": labelling.resume_after_s,
            "codec": labelling.codec,
            "scripts": list(labelling.scripts),
            "typing_help": labelling.typing_help,
            "layers": [{"name": layer.name, "rule": list(layer.rule)} for layer in self.settings.layers],
            "tags": messages.tag_payloads(self.settings.tag_palette),
            "order": labelling.order,
        }

    def queue(self, query: QueueQuery, *, offset: int = 0, limit: int = 100) -> QueuePage:
        """Return rows of the queue."""
        return self.store.queue(query, offset=offset, limit=limit)

    def counts(self) -> QueueCounts:
        """Return progress over everything."""
        return self.store.counts()

    def upcoming(self, query: QueueQuery, *, after: str | None = None, n: int = 1) -> Sequence[str]:
        """Return the next open segments."""
        return self.store.upcoming(query, after=after, n=n)

    def position(self, query: QueueQuery, segment_id: str) -> int | None:
        """Return how many rows of a query stand before a segment; None where it is not among them."""
        return self.store.position(query, segment_id)

    def view(self, segment_id: str, *, annotator: str) -> SegmentView:
        """Return one segment, ready to show."""
        return self.store.view(segment_id, annotator=annotator)

    def submit(self, submission: Submission) -> Ack:
        """Store; durable when this returns."""
        return self.store.submit(submission)

    def find(self, wanted: Wanted, *, annotator: str, after: str | None = None, limit: int = 50) -> FindPage:
        """Return segments whose text shows what is wanted: open ones, and this annotator's own."""
        return self.store.find(wanted, annotator=annotator, after=after, limit=limit)

    def begin_replace(self, wanted: Wanted, *, annotator: str) -> str:
        """Return the id of a new replace."""
        return self.store.begin_replace(wanted, annotator=annotator)

    def replace(self, job: Replace, items: Sequence[Replacement]) -> Sequence[Replaced]:
        """Replace places of some segments; durable when this returns."""
        return self.store.replace(job, items)

    def undo_replace(self, replace_id: str, *, annotator: str, limit: int = 100) -> Restored:
        """Bring back some texts as they were before a replace; called until none is left."""
        return self.store.undo_replace(replace_id, annotator=annotator, limit=limit)

    def newest_replace(self, *, annotator: str) -> str | None:
        """Return the id of this annotator's newest replace that was not taken back."""
        return self.store.newest_replace(annotator=annotator)

    def keep(self, edit: KeptEdit) -> int:
        """Keep what was typed and not submitted; durable when this returns."""
        return self.store.keep(edit)

    def drop_kept(self, segment_id: str, *, annotator: str) -> None:
        """Forget it."""
        self.store.drop_kept(segment_id, annotator=annotator)

    def kept(self, *, annotator: str) -> Sequence[KeptEdit]:
        """Return all that one person typed and did not submit."""
        return self.store.kept(annotator=annotator)

    def change_marker(self) -> tuple[int, ...]:
        """Return something that differs once anybody wrote to the store, or drafting came to an end."""
        is_drafting = self.drafting is not None and self.drafting.state == "running"
        return (*self.store.change_marker(), int(is_drafting))

    def no_draft(self, view: SegmentView) -> str | None:
        """Return why a segment has no draft, as far as this process knows; None where it has one."""
        if view.draft is not None or view.is_audit:
            return BLIND if view.is_audit else None
        if view.recording.state == "broken":
            return f"its audio cannot be used: {view.recording.reason}"
        if self.drafting is None:
            is_begun = self.store.counts().drafted > 0
            return "drafting has not reached it" if is_begun else "nothing is drafted yet: project.draft()"
        if self.drafting.state == "running":
            return "drafting has not reached it yet"
        try:
            report = self.drafting.result(0)
        except LabError as error:
            return f"drafting failed: {error}"
        refused = [failed.reason for failed in report.failed if failed.source == view.segment.id]
        return refused[0] if refused else "drafting ended before it"

    def held_back(self, view: SegmentView) -> str | None:
        """Return why a draft is not in the box to begin with; None where it is, or where there is none."""
        return held_back(view, self.settings.probation, self.store.drafts_known())

    def held_rows(self, rows: Sequence[QueueRow]) -> frozenset[str]:
        """Return the segments among rows of the queue whose text is a draft that is held back."""
        return held_rows(rows, self.settings.probation, self.store.drafts_known())

    def words(self, language: str, *, n: int) -> Sequence[str]:
        """Return the commonest words of a language, in the project and, where known, at large."""
        texts = self.store.shown_texts(language, n=_MOST_TEXTS)
        return common_words(count_words(texts, language), language, n=n)

    def hot_words(self) -> Sequence[HotWord]:
        """Return the corrections made more than once, the most frequent first, without the dismissed ones."""
        if not self.settings.labelling.hot_words:
            return ()
        dismissed = {word_key(words) for words in self.settings.labelling.not_hot}
        return tuple(one for one in self.store.hot_words() if word_key(one.wrong) not in dismissed)

    def peaks(self, segment_id: str, *, n_bins: int) -> Peaks:
        """Return the waveform of a segment."""
        segment, key = self._sound(segment_id)
        return self.cache.peaks(
            key, start_s=segment.start_s, end_s=segment.end_s, channel=segment.channel, n_bins=n_bins
        )

    def spectrogram(
        self, segment_id: str, *, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return a span of a segment as mel bands over time; times from the segment's start."""
        segment, key = self._sound(segment_id)
        return self.cache.spectrogram(
            key,
            start_s=segment.start_s + start_s,
            end_s=min(segment.end_s, segment.start_s + end_s),
            channel=segment.channel,
            n_columns=n_columns,
            n_bands=n_bands,
        )

    def window(self, segment_id: str, *, index: int, codec: str) -> AudioWindow:
        """Return window number ``index`` of a segment's sound."""
        segment, key = self._sound(segment_id)
        return self.cache.window(
            key,
            start_s=segment.start_s,
            end_s=segment.end_s,
            channel=segment.channel,
            index=index,
            codec=codec,
        )

    def read(self, segment_id: str) -> Samples:
        """Return the sound of a segment at 16 kHz."""
        segment, key = self._sound(segment_id)
        return self.cache.read(key, start_s=segment.start_s, end_s=segment.end_s, channel=segment.channel)

    def _sound(self, segment_id: str) -> tuple[Segment, str]:
        segment = self.store.segment(segment_id)
        return segment, self._key(self.store.recording(segment.recording_id))
