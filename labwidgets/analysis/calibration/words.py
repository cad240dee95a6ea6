"""Which words of a draft are right, held against what a person heard."""

from __future__ import annotations

from collections.abc import Sequence

from labwidgets.analysis.scoring import score
from labwidgets.records import Word
from labwidgets.text import Normalise, normalisation


def judged_words(
    drafts: Sequence[Sequence[Word]], references: Sequence[str], *, normalize: Normalise = "basic"
) -> list[list[tuple[float, bool]]]:
    """Return, by draft, the confidence of each word and whether it is in the reference at its place.

    A word that the normalisation makes several of, or none, counts as so many. Words without a confidence are
    left out.

    Args:
        drafts: Words of each draft, in order.
        references: What was said.
        normalize: As for :func:`labwidgets.score`.

    >>> words = [Word("The", 0, 1, 0.9), Word("hat", 1, 2, 0.4)]
    >>> judged_words([words], ["the cat"])
    [[(0.9, True), (0.4, False)]]
    """
    spell = normalisation(normalize)
    pieces = [
        [(piece, word.confidence) for word in words for piece in spell(word.text).split()] for words in drafts
    ]
    texts = [" ".join(piece for piece, _ in some) for some in pieces]
    found = score(list(references), texts, normalize=normalize)
    judged = []
    for some, one in zip(pieces, found, strict=True):
        heard = [step for step in one.alignment if step.hypothesis is not None]
        # Where marks of one word reach into the next, places cannot be told.
        is_same = len(heard) == len(some)
        judged.append(
            [
                (confidence, step.reference == step.hypothesis)
                for (_, confidence), step in zip(some, heard, strict=False)
                if is_same and confidence is not None
            ]
        )
    return judged
