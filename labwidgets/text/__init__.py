"""Text: what may be stored as a transcript, and how two texts are made comparable."""

from labwidgets.text.checked import MAX_CHARACTERS, checked_text
from labwidgets.text.normalisation import (
    NORMALISATIONS,
    Folding,
    Normalisation,
    Normalise,
    normalisation,
)
from labwidgets.text.rules import RULES, apply_rules

__all__ = [
    "MAX_CHARACTERS",
    "NORMALISATIONS",
    "RULES",
    "Folding",
    "Normalisation",
    "Normalise",
    "apply_rules",
    "checked_text",
    "normalisation",
]
