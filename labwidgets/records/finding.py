"""Finding and replacing over many segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from labwidgets.records.base import Span
from labwidgets.records.labels import Word

TextKind = Literal["draft", "own", "imported"]
"""Whose text: a model's, this annotator's own submit, or one that came with the recording."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; see :func:`labwidgets.text.find_all`.

    Attributes:
        text: Taken literally.
        whole_word: Only whole words.
        match_case: ``a`` is not ``A``.
        match_accents: ``e`` is not ``é``.
        own: Also in what this annotator submitted, where that is the text that counts.
    """

    text: str
    whole_word: bool = False
    match_case: bool = False
    match_accents: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A segment whose text shows what was looked for.

    Attributes:
        segment_id: The segment.
        duration_s: Of the segment.
        kind: Whose text it is.
        base: What the text is known by: the draft's id, the revision of the own thread; empty where it cannot
            be changed from here.
        text: Whole.
        words: With their times; may be empty.
        places: Start and end of each find in the text, in characters.
        times: Of each place: start and end in seconds, and whether they are only estimated.
    """

    segment_id: str
    duration_s: float
    kind: TextKind
    base: str
    text: str
    words: tuple[Word, ...]
    places: tuple[tuple[int, int], ...]
    times: tuple[tuple[float, float, bool], ...]


@dataclass(frozen=True, slots=True)
class FindPage:
    """Some segments in the order of adding.

    Attributes:
        found: Segments with at least one place.
        after: Where the next page begins; None when there is none.
        n_segments: How many segments may show it, at most; None but on the first page.
    """

    found: tuple[Found, ...]
    after: str | None
    n_segments: int | None


@dataclass(frozen=True, slots=True)
class Replace:
    """One person's replace, of which any number of batches are parts.

    Attributes:
        id: From ``Store.begin_replace``.
        annotator: Whose it is.
        wanted: What is looked for.
        text: What takes its place, as it is.
        rules: By layer, the names of the rules that make it out of the main text.
    """

    id: str
    annotator: str
    wanted: Wanted
    text: str
    rules: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Places of one segment that shall be replaced.

    Attributes:
        segment_id: The segment.
        kind: As it was found.
        base: As it was found.
        starts: Of the places, in characters.
        heard: Spans that were played since it was found, seconds from the segment's start.
    """

    segment_id: str
    kind: TextKind
    base: str
    starts: tuple[int, ...]
    heard: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of one segment.

    Attributes:
        found: Its text now, with the places that are left.
        n: Places that were replaced.
        refused: Why nothing was done; empty where all went well.
    """

    found: Found
    n: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class HotWord:
    """A correction that people made in more than one segment.

    Attributes:
        wrong: Words of a draft, one to three.
        right: What they became.
        n: Segments in which they did.
    """

    wrong: str
    right: str
    n: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What one batch of taking a replace back did.

    Attributes:
        segment_ids: Whose texts are as they were before.
        n_left: How many can still be brought back.
    """

    segment_ids: tuple[str, ...]
    n_left: int
