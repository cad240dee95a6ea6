"""How labels are stored without a widget."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence

from labwidgets.config import load_settings, save_settings
from labwidgets.errors import ConfigError
from labwidgets.records import QUEUE_FILTERS, Ack, QueueFilter, QueuePage, QueueQuery, Submission
from labwidgets.widgets.labeller import checked_annotator
from labwidgets.widgets.messages import label_origin, shown_text
from labwidgets.widgets.source import StoreSource


class Labelling(StoreSource):
    """The part of a project that takes opinions."""

    def dismiss_hot_word(self, wrong: str) -> None:
        """Never offer again what corrects ``wrong``: it goes to ``labelling.not_hot`` in ``project.yaml``.

        Raises:
            ConfigError: The settings cannot be read or written.
        """
        settings = load_settings(self.folder)
        not_hot = tuple(dict.fromkeys((*settings.labelling.not_hot, wrong)))
        labelling = settings.labelling.model_copy(update={"not_hot": not_hot})
        settings = settings.model_copy(update={"labelling": labelling})
        save_settings(settings, self.folder)
        self.settings = settings

    def queue(
        self, query: QueueQuery | QueueFilter = "all", *, offset: int = 0, limit: int = 100
    ) -> QueuePage:
        """Return rows of the queue, and how many there are in all.

        Args:
            query: A filter: ``all``, ``open``, ``done``, ``skipped``, ``flagged``, ``blocked``, ``audits``,
                ``decided`` (by a model); or a ``labwidgets.records.QueueQuery`` with an order and a search.
            offset: Rows before the first.
            limit: Most rows.

        Raises:
            ConfigError: No such filter.
        """
        if isinstance(query, str):
            if query not in QUEUE_FILTERS:
                raise ConfigError(
                    "no such filter of the queue", value=query, allowed=", ".join(QUEUE_FILTERS)
                )
            query = QueueQuery(filter=query)
        return super().queue(query, offset=offset, limit=limit)

    def submit_text(  # noqa: PLR0913 - what one press of the submit key tells
        self,
        segment_id: str,
        text: str,
        *,
        annotator: str,
        base_revision: int = 0,
        flags: Sequence[str] = (),
        active_s: float = 0.0,
    ) -> Ack:
        """Store one opinion; durable when this returns.

        Args:
            segment_id: Of a live segment.
            text: The transcript.
            annotator: Pseudonym.
            base_revision: Newest revision of this annotator's thread that you know; 0 for none.
            flags: Out of the project's list.
            active_s: Seconds that a person worked on it, without pauses; 0 where nobody took the time. What
                rounds tell of minutes goes by it.

        Raises:
            ConfigError: ``active_s`` is under 0, or no number.
            NotFoundError: No such segment.
            StaleRevisionError: There is a newer revision in the thread.
            TextError: Control characters, or too long.
        """
        if not 0 <= active_s < math.inf:
            raise ConfigError("active_s is out of range", value=active_s, allowed="0 or more seconds")
        view = self.view(segment_id, annotator=checked_annotator(annotator))
        draft_id = view.draft.id if view.draft is not None else None
        return self.submit(
            Submission(
                event_id=str(uuid.uuid4()),
                segment_id=segment_id,
                annotator=annotator,
                base_revision=base_revision,
                text=text,
                flags=tuple(flags),
                origin=label_origin(text, shown_text(view, draft_id=draft_id)),
                draft_id=draft_id,
                active_ms=round(1000 * active_s),
            )
        )
