"""Text: what may be stored as a transcript, and how two texts are made comparable."""

from labwidgets.text.cells import plain_cell
from labwidgets.text.checked import MAX_CHARACTERS, checked_text, stored_text
from labwidgets.text.corrections import Corrections, corrections, word_key
from labwidgets.text.finding import MAX_WANTED, Place, checked_wanted, find_all, replaced
from labwidgets.text.normalisation import (
    NORMALISATIONS,
    Folding,
    Normalisation,
    Normalise,
    normalisation,
)
from labwidgets.text.repetition import has_repetition
from labwidgets.text.rules import RULES, apply_rules
from labwidgets.text.searchable import searchable
from labwidgets.text.tags import Tag, find_tags, without_tags
from labwidgets.text.vocabulary import common_words, count_words, general_words
from labwidgets.text.writing import SCRIPTS, Writing, scripts_of, writing_of

__all__ = [
    "MAX_CHARACTERS",
    "MAX_WANTED",
    "NORMALISATIONS",
    "RULES",
    "SCRIPTS",
    "Corrections",
    "Folding",
    "Normalisation",
    "Normalise",
    "Place",
    "Tag",
    "Writing",
    "apply_rules",
    "checked_text",
    "checked_wanted",
    "common_words",
    "corrections",
    "count_words",
    "find_all",
    "find_tags",
    "general_words",
    "has_repetition",
    "normalisation",
    "plain_cell",
    "replaced",
    "scripts_of",
    "searchable",
    "stored_text",
    "without_tags",
    "word_key",
    "writing_of",
]
