"""Counts of words and of what happened to them, and the rates that follow."""

from __future__ import annotations

from dataclasses import dataclass


def rate(n_edits: int, n_units: int) -> float:
    """Return edits per unit of the reference; an empty reference counts as one unit.

    So nothing said and nothing heard is 0, and everything heard in silence is an error, as in jiwer 4.

    >>> rate(1, 4), rate(0, 0), rate(3, 0)
    (0.25, 0.0, 3.0)
    """
    return n_edits / max(1, n_units)


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to the words, characters and grapheme clusters of some references.

    Attributes:
        hits: Words heard as they are.
        substitutions: Words heard as another.
        deletions: Words not heard.
        insertions: Words heard where there is none.
        n_characters: Of the references, single spaces between words included.
        character_edits: Fewest characters to change, leave out or add.
        n_graphemes: Grapheme clusters (what readers call characters) of the references.
        grapheme_edits: Fewest grapheme clusters to change, leave out or add.
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    n_characters: int = 0
    character_edits: int = 0
    n_graphemes: int = 0
    grapheme_edits: int = 0

    @property
    def n_words(self) -> int:
        """Words of the references."""
        return self.hits + self.substitutions + self.deletions

    @property
    def edits(self) -> int:
        """Words to change, leave out or add."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def wer(self) -> float:
        """Word error rate: all edits over all words of the references (see :func:`rate`)."""
        return rate(self.edits, self.n_words)

    @property
    def cer(self) -> float:
        """Character error rate."""
        return rate(self.character_edits, self.n_characters)

    @property
    def ger(self) -> float:
        """Grapheme cluster error rate."""
        return rate(self.grapheme_edits, self.n_graphemes)
