"""An editor for one transcript with word times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from labwidgets.config import checked_language
from labwidgets.records import Word
from labwidgets.text import stored_text
from labwidgets.widgets import messages
from labwidgets.widgets._base import Answer, LabWidget
from labwidgets.widgets.audio_player import page_settings
from labwidgets.widgets.protocol import PROTOCOL_VERSION


class TranscriptEditor(LabWidget):
    """A text whose words keep their times while it is edited.

    Args:
        text: To start with.
        words: With times, in the order of the text; may be empty.
        duration_s: Length of the sound that the text belongs to; default: the last word's end.
        language: BCP-47, for the direction and the spelling of the box.
        draft: Text to compare with, shown by its key.

    Attributes:
        text: What stands in the box now.
        words: Its words as plain dicts (see ``protocol.WordPayload``); ``word_list`` gives records.

    Raises:
        TextError: The text holds control characters or is too long.
        ConfigError: The language has no BCP-47 form.
    """

    text = traitlets.Unicode().tag(sync=True)
    words = traitlets.List(traitlets.Dict()).tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    duration_s = traitlets.Float(0.0).tag(sync=True)
    draft_text = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        text: str = "",
        words: Sequence[Word] = (),
        *,
        duration_s: float | None = None,
        language: str = "en",
        draft: str = "",
    ) -> None:
        end_s = max((word.end_s for word in words), default=0.0)
        super().__init__(
            kind="editor",
            text=stored_text(text),
            words=[dict(messages.word_payload(word)) for word in words],
            language=checked_language(language),
            duration_s=end_s if duration_s is None else duration_s,
            draft_text=stored_text(draft),
        )
        self.handlers |= {"ready": self._answer_ready}

    def __repr__(self) -> str:
        """Short and stable, for notebooks; no transcript in it."""
        return f"<TranscriptEditor {len(self.text.split())} words>"

    @property
    def word_list(self) -> tuple[Word, ...]:
        """The words as records."""
        return tuple(messages.word_record(word) for word in self.words)

    def _answer_ready(self, _payload: dict[str, Any]) -> Answer:
        return {
            "version": PROTOCOL_VERSION,
            "project": "",
            "project_id": "",
            "annotator": "",
            "settings": page_settings(autoplay=False, language=self.language),
            "clip": None,
        }, []
