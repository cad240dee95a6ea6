"""How labels are stored without a widget."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from labwidgets.config import load_settings, save_settings
from labwidgets.records import Ack, Submission
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

    def submit_text(
        self, segment_id: str, text: str, *, annotator: str, base_revision: int = 0, flags: Sequence[str] = ()
    ) -> Ack:
        """Store one opinion; durable when this returns.

        Args:
            segment_id: Of a live segment.
            text: The transcript.
            annotator: Pseudonym.
            base_revision: Newest revision of this annotator's thread that you know; 0 for none.
            flags: Out of the project's list.

        Raises:
            NotFoundError: No such segment.
            StaleRevisionError: There is a newer revision in the thread.
            TextError: Control characters, or too long.
        """
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
            )
        )
