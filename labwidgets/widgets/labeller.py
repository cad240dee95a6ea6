"""The labeller: queue, player and editor over one project, for one annotator."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any, ClassVar

from labwidgets.audio import WINDOW_S
from labwidgets.config import checked_language, key_preset, key_preset_names
from labwidgets.errors import ConfigError, LabError
from labwidgets.records import (
    QUEUE_FILTERS,
    QUEUE_ORDERS,
    QueueFilter,
    QueueOrder,
    QueueQuery,
    RecordingSource,
    SegmentView,
)
from labwidgets.widgets import messages
from labwidgets.widgets._base import Answer, LabWidget
from labwidgets.widgets.keeping import KeepDesk
from labwidgets.widgets.protocol import PROTOCOL_VERSION, AskedPayload, ChangedEvent, SegmentReply
from labwidgets.widgets.readiness import warm_soon
from labwidgets.widgets.recording_desk import RecordingDesk, is_recording_clip
from labwidgets.widgets.replacing import ReplaceDesk
from labwidgets.widgets.scratch import scratch_source

logger = logging.getLogger(__name__)

POLL_S = 2.0
MAX_ROWS = 500
MAX_BINS = 20_000
MAX_WORDS = 12_000
_ANNOTATOR = re.compile(r"[\w.@-]{1,64}")


def checked_annotator(name: str) -> str:
    """Return ``name`` if it can serve as a pseudonym.

    Raises:
        ConfigError: It is empty, too long, or has other characters than letters, digits and ``. _ @ -``.
    """
    if not _ANNOTATOR.fullmatch(name):
        raise ConfigError(
            "no usable annotator name",
            value=name,
            allowed="1 to 64 letters, digits, and . _ @ -",
            remedy="Take a pseudonym: it goes into the data set",
        )
    return name


def checked_asked(order: str | None, filter: str | None) -> AskedPayload:  # noqa: A002 - as in Labeller
    """Return what a queue is to begin with.

    Raises:
        ConfigError: There is no such order or filter.
    """
    if order is not None and order not in QUEUE_ORDERS:
        raise ConfigError("unknown order", value=order, allowed=", ".join(QUEUE_ORDERS))
    if filter is not None and filter not in QUEUE_FILTERS:
        raise ConfigError("unknown filter", value=filter, allowed=", ".join(QUEUE_FILTERS))
    return {"order": order, "filter": filter}


class Labeller(LabWidget):
    """Listen, correct, submit: the queue of a project in the notebook.

    Args:
        source: A ``Project``, or a ``Dataset``, ``DatasetDict`` or list of dicts without one: its labels then
            lie in the user's data folder, and the same data set finds them again.
        annotator: Pseudonym under which opinions are stored.
        order: Order of the queue to begin with, such as ``value``; default: the one that this browser showed
            last, else the project's (``labelling.order``).
        filter: What the queue shows to begin with, such as ``audits``; default: what this browser showed
            last, else all.
        audio: Column of the sound, for a data set; default: guessed.
        text: Column of texts to start from, for a data set; default: guessed.
        language: BCP-47, for a data set.

    Attributes:
        source: Where the labels are: the project, or the store made for the data set.

    Raises:
        ConfigError: The annotator's name is not usable, or there is no such order or filter.
        SourceError: Nothing can be taken from the data set.
    """

    view_kind: ClassVar[str] = "labeller"
    """Which part of the front end it shows first."""

    def __init__(  # noqa: PLR0913 - whose labels, by whom, and which of them first
        self,
        source: RecordingSource | object,
        *,
        annotator: str,
        order: QueueOrder | None = None,
        filter: QueueFilter | None = None,  # noqa: A002 - the word that is on the screen
        audio: str | None = None,
        text: str | None = None,
        language: str = "und",
    ) -> None:
        self._closed = threading.Event()
        self._annotator = checked_annotator(annotator)
        self._asked = checked_asked(order, filter)
        self.source: RecordingSource = (
            source
            if isinstance(source, RecordingSource)
            else scratch_source(source, audio=audio, text=text, language=language)
        )
        self._keeping = KeepDesk(self.source, self._annotator)
        self._recordings = RecordingDesk(self.source, self._annotator)
        super().__init__(kind=self.view_kind)
        self.handlers |= {
            "ready": self._answer_ready,
            "keys": self._answer_keys,
            "queue": self._answer_queue,
            "place": self._answer_place,
            "upcoming": self._answer_upcoming,
            "segment": self._answer_segment,
            "words": self._answer_words,
            "hot_words": self._answer_hot_words,
            "peaks": self._answer_peaks,
            "spectrogram": self._answer_spectrogram,
            "window": self._answer_window,
            "submit": self._answer_submit,
            **self._keeping.handlers,
            **self._recordings.handlers,
            **ReplaceDesk(self.source, self._annotator).handlers,
        }
        self._watcher: threading.Thread | None = None

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<Labeller {self.source.name} for {self._annotator}>"

    def close(self) -> None:
        """Take the widget off the page and stop watching the store."""
        self._closed.set()
        super().close()

    def is_slow(self, name: str, payload: Any, /) -> bool:
        """Return whether a request is one for the pool: in a large project every search is."""
        query = payload.get("query") if isinstance(payload, dict) else None
        return super().is_slow(name, payload) or bool(isinstance(query, dict) and query.get("search"))

    def _answer_ready(self, _payload: dict[str, Any]) -> Answer:
        self._watch()
        warm_soon()
        return {
            "version": PROTOCOL_VERSION,
            "project": self.source.name,
            "project_id": self.source.id,
            "place": self.source.place,
            "annotator": self._annotator,
            "settings": self.source.labelling(),
            "clip": None,
            "kept": self._keeping.kept(),
            "asked": self._asked,
        }, []

    def _answer_keys(self, _payload: dict[str, Any]) -> Answer:
        return {"presets": {name: key_preset(name) for name in key_preset_names()}}, []

    def _answer_queue(self, payload: dict[str, Any]) -> Answer:
        query = messages.query_record(payload["query"])
        offset, limit = max(0, int(payload["offset"])), min(MAX_ROWS, max(1, int(payload["limit"])))
        page = self.source.queue(query, offset=offset, limit=limit)
        held = self.source.held_rows(page.rows)
        return {
            "rows": [messages.row_payload(row, is_held_back=row.segment_id in held) for row in page.rows],
            "total": page.total,
            "offset": page.offset,
            "counts": messages.counts_payload(self.source.counts()),
        }, []

    def _answer_upcoming(self, payload: dict[str, Any]) -> Answer:
        query: QueueQuery = messages.query_record(payload["query"])
        n = min(20, max(1, int(payload["n"])))
        return {"segments": list(self.source.upcoming(query, after=payload["after"], n=n))}, []

    def _answer_place(self, payload: dict[str, Any]) -> Answer:
        query = messages.query_record(payload["query"])
        position = self.source.position(query, str(payload["segment"]))
        return {"segment": payload["segment"], "position": position}, []

    def _answer_segment(self, payload: dict[str, Any]) -> Answer:
        view = self.source.view(str(payload["segment"]), annotator=self._annotator)
        buffers: list[bytes] = []
        n_bins, audio_error = 0, None
        try:
            peaks = self.source.peaks(view.segment.id, n_bins=_bins(payload["n_bins"]))
            n_bins, buffers = peaks.n_bins, [peaks.data]
        except LabError as error:
            # The text can still be read and corrected; the page says why there is no sound.
            audio_error = str(error)
        held_back = self.source.held_back(view) if payload.get("hold_back") else None
        reply = segment_reply(view, n_bins=n_bins, audio_error=audio_error, held_back=held_back)
        reply["no_draft"] = self.source.no_draft(view)
        return reply, buffers

    def _answer_words(self, payload: dict[str, Any]) -> Answer:
        language = checked_language(str(payload["language"]))
        return {"words": list(self.source.words(language, n=MAX_WORDS))}, []

    def _answer_hot_words(self, _payload: dict[str, Any]) -> Answer:
        return messages.hot_words_reply(self.source.hot_words()), []

    def _answer_peaks(self, payload: dict[str, Any]) -> Answer:
        peaks = self.source.peaks(str(payload["clip"]), n_bins=_bins(payload["n_bins"]))
        return {"clip": payload["clip"], "n_bins": peaks.n_bins}, [peaks.data]

    def _answer_spectrogram(self, payload: dict[str, Any]) -> Answer:
        clip, start_s, end_s = str(payload["clip"]), float(payload["start_s"]), float(payload["end_s"])
        where = self._recordings if is_recording_clip(clip) else self.source
        picture = where.spectrogram(
            clip,
            start_s=start_s,
            end_s=end_s,
            n_columns=int(payload["n_columns"]),
            n_bands=int(payload["n_bands"]),
        )
        return messages.spectrogram_payload(picture, clip=clip, start_s=start_s, end_s=end_s), [picture.data]

    def _answer_window(self, payload: dict[str, Any]) -> Answer:
        clip, index = str(payload["clip"]), int(payload["index"])
        where = self._recordings if is_recording_clip(clip) else self.source
        window = where.window(clip, index=index, codec=str(payload["codec"]))
        return messages.window_payload(window, clip=clip, index=index), [window.data]

    def _answer_submit(self, payload: dict[str, Any]) -> Answer:
        view = self.source.view(str(payload["segment"]), annotator=self._annotator)
        submission = messages.submission_record(
            payload,
            annotator=self._annotator,
            shown=messages.shown_text(view, draft_id=payload["draft"]),
            settings=self.source.labelling(),
        )
        ack = self.source.submit(submission)
        return {
            "event_id": ack.event_id,
            "segment": ack.segment_id,
            "revision": ack.revision,
            "saved_at_ms": ack.saved_at_us // 1000,
            "repeated": ack.repeated,
            "counts": messages.counts_payload(self.source.counts()),
        }, []

    def _watch(self) -> None:
        """Tell the page when others write: drafts of a running job, a second labeller."""
        if self._watcher is None:
            # Here, not on the thread: what is written until that has begun would never be told.
            seen = self.source.change_marker()
            self._watcher = threading.Thread(
                target=self._poll, args=(seen,), name="labeller watch", daemon=True
            )
            self._watcher.start()

    def _poll(self, seen: tuple[int, ...]) -> None:
        while not self._closed.wait(POLL_S):
            try:
                marker = self.source.change_marker()
                if marker != seen:
                    seen = marker
                    self.emit("changed", self._news())
            except LabError as error:
                logger.warning("the store cannot be watched: %s", error)

    def _news(self) -> ChangedEvent:
        counts = messages.counts_payload(self.source.counts())
        return {"counts": counts, "hot_words": messages.hot_words_reply(self.source.hot_words())["mark"]}


def segment_reply(
    view: SegmentView, *, n_bins: int, audio_error: str | None, held_back: str | None = None
) -> SegmentReply:
    """Return all that the screen shows of a segment; ``held_back``: why the box starts without the draft."""
    text, words, layers = messages.starting_text(view, is_held_back=held_back is not None)
    return {
        "segment": view.segment.id,
        "clip": messages.clip_payload(view.segment.id, view.segment.duration_s, WINDOW_S),
        "state": view.state,
        "language": view.recording.language,
        "text": text,
        "words": [messages.word_payload(word) for word in words],
        "layers": dict(layers),
        "draft": None if view.draft is None else messages.draft_payload(view.draft),
        "no_draft": None,
        "held_back": held_back,
        "opinion": None if view.opinion is None else messages.opinion_payload(view.opinion),
        "facts": messages.facts(view),
        "peaks_bins": n_bins,
        "audio_error": audio_error,
    }


def _bins(value: Any) -> int:
    return min(MAX_BINS, max(1, int(value)))
