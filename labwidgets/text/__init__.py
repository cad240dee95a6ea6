"""Text: what may be stored as a transcript, and how two texts are made comparable."""

from labwidgets.text.checked import MAX_CHARACTERS, checked_text

__all__ = ["MAX_CHARACTERS", "checked_text"]
