"""A transcript without times, put onto the sound: piece by piece, and what is not heard is not placed.

The words that a draft heard alike are anchors: they say which piece of sound each word of the transcript
belongs to. In each piece the model is asked when the words sound. A word counts as placed where the draft
heard it too, or the model finds it likely there; the others keep no time, and the rest is timed without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from labwidgets.analysis.alignment import Op, align
from labwidgets.asr.fit import Scorer
from labwidgets.errors import ModelError
from labwidgets.records import Samples, Word
from labwidgets.text import normalisation

UNPLACED = "unplaced-words"
"""Alarm of a draft some of whose words are not heard."""

LIKELY = 0.001
"""Confidence from which a word counts as heard that the draft does not have."""

_FOLD = normalisation("basic")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of sound of at most 29.5 s.

    Attributes:
        id: To know it by.
        read: Gives its sound, float32[n_samples], mono, 16 kHz.
        draft: What a model heard in it, with times from its start.
    """

    id: str
    read: Callable[[], Samples]
    draft: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """The part of a transcript that belongs to a piece.

    Attributes:
        id: Of the piece.
        text: All of its words, those without a place too.
        words: Those that are heard, with times from the start of the piece.
        unplaced: Those that are not.
    """

    id: str
    text: str
    words: tuple[Word, ...]
    unplaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word of the transcript, or a sign where words are not divided."""

    text: str
    piece: int
    is_heard: bool


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a transcript that belongs to a piece, before the model is asked about it.

    Attributes:
        piece: The piece.
        units: Its words in order; signs where words are not divided.
        is_spaceless: Whether they are written without spaces between.
    """

    piece: Piece
    units: tuple[_Unit, ...]
    is_spaceless: bool

    @property
    def text(self) -> str:
        """All of its words."""
        return ("" if self.is_spaceless else " ").join(unit.text for unit in self.units)

    @property
    def _spoken(self) -> list[_Unit]:
        return [unit for unit in self.units if _FOLD(unit.text).split()]

    def as_drafted(self) -> Placed:
        """Return the words where the draft has them: right where this very text was placed before."""
        unplaced = tuple(unit.text for unit in self._spoken if not unit.is_heard)
        return Placed(self.piece.id, self.text, self.piece.draft, unplaced)

    def placed(self, scorer: Scorer, *, language: str | None = None) -> Placed:
        """Return the words with the times at which the model hears them."""
        between = "" if self.is_spaceless else " "
        words, unplaced = _timed(scorer, self.piece, self._spoken, language=language, between=between)
        return Placed(self.piece.id, self.text, words, unplaced)


def place_text(
    scorer: Scorer,
    pieces: Sequence[Piece],
    text: str,
    *,
    language: str | None = None,
    is_spaceless: bool = False,
) -> Iterator[Placed]:
    """Give, for each piece in order, the words of ``text`` that belong to it, with times where heard.

    Args:
        scorer: The model.
        pieces: In the order of time; the drafts may be empty.
        text: What is said in all of them together. Tags stay in the text and have no time.
        language: BCP-47.
        is_spaceless: Whether the language is written without spaces between words.
    """
    for share in shared_out(pieces, text, is_spaceless=is_spaceless):
        yield share.placed(scorer, language=language)


def shared_out(pieces: Sequence[Piece], text: str, *, is_spaceless: bool = False) -> list[Share]:
    """Return, for each piece in order, the part of ``text`` that belongs to it; as ``place_text``."""
    shares: list[list[_Unit]] = [[] for _ in pieces]
    for unit in _units(text, pieces, is_spaceless=is_spaceless):
        shares[unit.piece].append(unit)
    return [Share(piece, tuple(some), is_spaceless) for piece, some in zip(pieces, shares, strict=True)]


def _units(text: str, pieces: Sequence[Piece], *, is_spaceless: bool) -> list[_Unit]:
    written = [sign for sign in text if not sign.isspace()] if is_spaceless else text.split()
    drafted = [(token, at) for at, piece in enumerate(pieces) for token in _tokens(piece.draft, is_spaceless)]
    tokens = [(token, number) for number, one in enumerate(written) for token in _FOLD(one).split()]
    steps = align([token for token, _ in tokens], [token for token, _ in drafted])
    heard: list[bool | None] = [None] * len(written)
    places: list[int | None] = [None] * len(written)
    at_token = at_draft = 0
    for step in steps:
        if step.reference is not None:
            number = tokens[at_token][1]
            at_token += 1
            heard[number] = (heard[number] is not False) and step.op == Op.HIT
            if step.hypothesis is not None and places[number] is None:
                places[number] = drafted[at_draft][1]
        at_draft += step.hypothesis is not None
    filled = _filled(places, len(pieces))
    return [
        _Unit(one, place, bool(is_heard)) for one, place, is_heard in zip(written, filled, heard, strict=True)
    ]


def _tokens(draft: Sequence[Word], is_spaceless: bool) -> list[str]:
    if is_spaceless:
        return [token for word in draft for sign in word.text for token in _FOLD(sign).split()]
    return [token for word in draft for token in _FOLD(word.text).split()]


def _filled(places: Sequence[int | None], n_pieces: int) -> list[int]:
    """Give words that no draft has to the piece of the word before them, the first ones to that behind."""
    known = next((place for place in places if place is not None), 0 if n_pieces else -1)
    found = []
    for place in places:
        known = known if place is None else max(known, place)
        found.append(known)
    return found


def _timed(
    scorer: Scorer, piece: Piece, units: Sequence[_Unit], *, language: str | None, between: str
) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """Return the words that are heard in a piece, and the texts of the others."""
    if not units:
        return (), ()
    samples = piece.read()
    try:
        words = scorer.score(samples, between.join(unit.text for unit in units), language).words
    except ModelError:
        # Too much text for one piece: what the draft heard is there, the rest is not.
        words = ()
    likely = _likely(words, units) if words else [unit.is_heard for unit in units]
    if all(likely):
        return words, ()
    kept = [unit for unit, is_likely in zip(units, likely, strict=True) if is_likely]
    unplaced = tuple(unit.text for unit, is_likely in zip(units, likely, strict=True) if not is_likely)
    if not kept:
        return (), unplaced
    try:
        return scorer.score(samples, between.join(unit.text for unit in kept), language).words, unplaced
    except ModelError:
        return (), tuple(unit.text for unit in units)


def _likely(words: Sequence[Word], units: Sequence[_Unit]) -> list[bool]:
    """Tell of each unit whether it is heard; the words have the same signs, divided perhaps otherwise."""
    sure = [word.confidence or 0.0 for word in words for _ in "".join(word.text.split())]
    found = []
    first = 0
    for unit in units:
        last = first + len(unit.text)
        found.append(unit.is_heard or max(sure[first:last], default=0.0) >= LIKELY)
        first = last
    return found
