"""From a decoder's attention to times: which stretch of sound each token and each word came from."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.records import Span, Word
from labwidgets.timeline import merge_spans

_SHORTEST_WORD_S = 0.02
_EDGE_SLACK_S = 0.05
_PAUSE_S = 0.4


@dataclass(frozen=True, slots=True)
class TokenGroup:
    """The tokens ``first..last`` (last excluded) that spell one word; ``text`` may hold white space."""

    text: str
    first: int
    last: int


def path_starts(cost: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return for every row the column where the cheapest monotonic path enters it, int64[n_rows].

    Dynamic time warping with the steps right, down and diagonal, worked off by anti-diagonals, which is
    some hundred times faster in numpy than cell by cell.

    Args:
        cost: float32[n_rows, n_columns], both at least 1.

    References:
        Sakoe and Chiba, Dynamic programming algorithm optimization for spoken word recognition, 1978.
    """
    n_rows, n_columns = cost.shape
    # total[d, i] is the cost of reaching row i on diagonal d = i + j; a guard column in front holds infinity.
    before = np.full(n_rows + 1, np.inf)
    last = np.full(n_rows + 1, np.inf)
    step = np.zeros((n_rows + n_columns - 1, n_rows), dtype=np.int8)
    for diagonal in range(n_rows + n_columns - 1):
        low, high = max(0, diagonal - n_columns + 1), min(n_rows, diagonal + 1)
        rows = np.arange(low, high)
        # choices: diagonal step, from the row above, from the column before
        choices = np.stack([before[low:high], last[low:high], last[low + 1 : high + 1]])
        best = choices.argmin(axis=0)
        reached = choices[best, rows - low]
        if diagonal == 0:
            reached = np.zeros(1)
        step[diagonal, low:high] = best
        now = np.full(n_rows + 1, np.inf)
        now[low + 1 : high + 1] = reached + cost[rows, diagonal - rows]
        before, last = last, now
    return _walk_back(step, n_rows, n_columns)


def _walk_back(step: npt.NDArray[np.int8], n_rows: int, n_columns: int) -> npt.NDArray[np.int64]:
    starts = np.zeros(n_rows, dtype=np.int64)
    row, column = n_rows - 1, n_columns - 1
    while row > 0:
        move = step[row + column, row]
        if move < 2:
            starts[row] = column
            row -= 1
        if move != 1:
            column -= 1
    return starts


def group_words(pieces: Sequence[TokenGroup], *, spaceless: bool) -> list[TokenGroup]:
    """Return the pieces grouped to words; punctuation stays with the word that it touches.

    Args:
        pieces: Whole characters, a leading space where white space comes before.
        spaceless: False: a word begins at white space only, so that the words are ``text.split()``. True, for
            scripts that do not divide words: every piece is a word of its own, but punctuation, combining
            marks and runs of ASCII letters and digits stay together.
    """
    words: list[TokenGroup] = []
    for piece in pieces:
        if words and (not words[-1].text.strip() or not _begins_word(words[-1].text, piece.text, spaceless)):
            before = words.pop()
            piece = TokenGroup(before.text + piece.text, before.first, piece.last)  # noqa: PLW2901 - grown
        words.append(piece)
    if len(words) > 1 and not words[-1].text.strip():
        rest, before = words.pop(), words.pop()
        words.append(TokenGroup(before.text, before.first, rest.last))
    return [word for word in words if word.text.strip()]


def _begins_word(before: str, piece: str, spaceless: bool) -> bool:
    if piece[:1].isspace() or before[-1:].isspace():
        return True
    if not spaceless or _is_bare(piece) or _is_bare(before) or unicodedata.category(piece[0])[0] == "M":
        return False
    return not (_is_ascii_word(before[-1]) and _is_ascii_word(piece[0]))


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_bare(text: str) -> bool:
    return not any(unicodedata.category(character)[0] in "LNS" for character in text)


def place_words(
    groups: Sequence[TokenGroup],
    *,
    starts_s: Sequence[float],
    confidences: Sequence[float],
    speech: Sequence[Span],
    duration_s: float,
) -> tuple[Word, ...]:
    """Return the words with their times, in order, inside the clip, without the silence around them.

    Args:
        groups: One a word.
        starts_s: Where each token starts, and one more value: where the last one ends.
        confidences: One a group, 0..1.
        speech: Where something is heard.
        duration_s: Of the clip.
    """
    words: list[Word] = []
    earliest_s = 0.0
    for group, confidence in zip(groups, confidences, strict=True):
        start_s = min(max(starts_s[group.first], earliest_s), duration_s)
        end_s = min(max(starts_s[group.last], start_s), duration_s)
        start_s, end_s = _without_silence(start_s, end_s, speech)
        words.append(
            Word(" ".join(group.text.split()), round(float(start_s), 3), round(float(end_s), 3), confidence)
        )
        earliest_s = end_s
    return tuple(_widened(words, duration_s))


def _without_silence(start_s: float, end_s: float, speech: Sequence[Span]) -> Span:
    """Shrink a word to the sound inside it, leaving a little slack; a word in silence stays as it is."""
    inside = [
        (max(first, start_s), min(last, end_s)) for first, last in speech if first < end_s and last > start_s
    ]
    if not inside:
        return start_s, end_s
    # What lies beyond a real pause is a neighbour's tail: the longest stretch is the word itself.
    half_s = _PAUSE_S / 2
    stretches = merge_spans((first - half_s, last + half_s) for first, last in inside)
    first, last = max(stretches, key=lambda span: span[1] - span[0])
    return max(start_s, first + half_s - _EDGE_SLACK_S), min(end_s, last - half_s + _EDGE_SLACK_S)


def _widened(words: Sequence[Word], duration_s: float) -> list[Word]:
    """Give words without length the room up to the next one, at most 20 ms."""
    if not words:
        return []
    limits = [word.start_s for word in words[1:]] + [duration_s]
    return [
        word
        if word.end_s - word.start_s >= _SHORTEST_WORD_S
        else Word(
            word.text,
            word.start_s,
            round(max(word.end_s, min(limit, word.start_s + _SHORTEST_WORD_S)), 3),
            word.confidence,
        )
        for word, limit in zip(words, limits, strict=True)
    ]


def group_confidences(
    groups: Sequence[TokenGroup], token_texts: Sequence[str], log_probs: Sequence[float]
) -> list[float]:
    """Return the confidence of each group: the geometric mean of its tokens' probabilities.

    Tokens of bare punctuation do not count where the word has letters: whether a comma stands there says
    little about whether the word was heard right.
    """
    means: list[float] = []
    for group in groups:
        tokens = range(group.first, group.last)
        spoken = [index for index in tokens if not _is_bare(token_texts[index])] or list(tokens)
        means.append(float(np.exp(np.mean([log_probs[index] for index in spoken]))))
    return means


def groups_of(texts: Sequence[str], n_tokens: Sequence[int]) -> list[TokenGroup]:
    """Return the groups of consecutive words that take up ``n_tokens`` tokens each."""
    bounds = list(itertools.accumulate(n_tokens, initial=0))
    return [
        TokenGroup(text, first, last)
        for text, (first, last) in zip(texts, itertools.pairwise(bounds), strict=True)
    ]
