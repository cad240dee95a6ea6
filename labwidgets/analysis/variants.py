"""References that accept more than one wording: ``{ okay / ok }``, and lists of wordings that are the same.

As in NIST's sclite, ``{ a / b c / @ }`` accepts each alternative, where ``@`` is "nothing said"; alternatives
may hold alternatives. The wording that is cheapest to align with what was heard becomes the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from numba import njit

from labwidgets.analysis.alignment import Ids
from labwidgets.errors import SourceError

NOTHING = "@"
"""The alternative that is accepted when nothing is said."""

Wording = tuple["str | Choice", ...]
Steps = npt.NDArray[np.int32]

_START, _NULL, _END = -1, -2, -3
# A thousand times the costs of ``alignment``, so that a nothing can cost next to nothing, as in sclite.
_SUB_COST, _GAP_COST, _NULL_COST = 4000, 3000, 1
_MOST_CELLS = 8_000_000
_FAR = 2_000_000_000
# Braces any deeper are no alternatives that somebody wrote.
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A place where each of several wordings is accepted."""

    wordings: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Variants:
    """Groups of phrases that count as the same wherever one of them stands in a reference.

    Attributes:
        phrases: For the first word of a phrase, the phrases with that word, longest first, each with all
            phrases of its group.
    """

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Choice], ...]]

    def expand(self, words: Sequence[str]) -> Wording:
        """Return ``words`` with a :class:`Choice` for each phrase that has variants."""
        found: list[str | Choice] = []
        at = 0
        while at < len(words):
            for phrase, choice in self.phrases.get(words[at], ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    found.append(choice)
                    at += len(phrase)
                    break
            else:
                found.append(words[at])
                at += 1
        return tuple(found)

    def touch(self, words: Iterable[str]) -> bool:
        """Tell whether a phrase might start at one of ``words``."""
        return not self.phrases.keys().isdisjoint(words)


def parse(text: str) -> Wording:
    """Return the wordings that ``text`` accepts; braces that do not match are words like any other.

    >>> parse("so { okay / all right } then")
    ('so', Choice(wordings=(('okay',), ('all', 'right'))), 'then')
    """
    if not may_choose(text):
        return tuple(text.split())
    tokens = re.sub(
        r"[{}]", r" \g<0> ", re.sub(r"(?<=[\s}])/(?=[\s{])|(?<=[\s}])/(?=\S)", " / ", text)
    ).split()
    if not _is_sound(tokens):
        return tuple(text.split())
    return _sequence(tokens, 0, is_inside=False)[0]


def may_choose(text: str) -> bool:
    """Tell whether ``text`` could hold alternatives."""
    return "{" in text and "}" in text and "/" in text


def _is_sound(tokens: Sequence[str]) -> bool:
    depth = 0
    for word in tokens:
        depth += (word == "{") - (word == "}")
        if not 0 <= depth <= _DEEPEST:
            return False
    return depth == 0


def _sequence(tokens: Sequence[str], at: int, *, is_inside: bool) -> tuple[Wording, int]:
    found: list[str | Choice] = []
    while at < len(tokens) and not (is_inside and tokens[at] in ("/", "}")):
        if tokens[at] == "{":
            wordings, at = _alternatives(tokens, at + 1)
            found.append(Choice(wordings))
        else:
            found.append(tokens[at])
            at += 1
    return tuple(found), at


def _alternatives(tokens: Sequence[str], at: int) -> tuple[tuple[Wording, ...], int]:
    wordings = []
    while True:
        wording, at = _sequence(tokens, at, is_inside=True)
        wordings.append(wording)
        if at >= len(tokens) or tokens[at] == "}":
            return tuple(wordings), at + 1
        at += 1


def each_word(wording: Wording, change: Callable[[str], str]) -> Wording:
    """Return the wording with the words that ``change`` makes of each stretch of words; ``@`` stays."""
    found: list[str | Choice] = []
    stretch: list[str] = []
    for part in (*wording, Choice(())):
        if isinstance(part, str) and part != NOTHING:
            stretch.append(part)
            continue
        found += change(" ".join(stretch)).split() if stretch else []
        stretch = []
        if isinstance(part, Choice) and part.wordings:
            found.append(Choice(tuple(each_word(one, change) for one in part.wordings)))
        elif part == NOTHING:
            found.append(NOTHING)
    return tuple(found)


def variants(groups: Iterable[Iterable[str]] | str | Path, change: Callable[[str], str]) -> Variants:
    """Return groups of wordings for lookup; ``change`` normalises them as it does the texts.

    Args:
        groups: Each a list of phrases, such as ``["okay", "ok"]``; or a file with one group a line, as
            ``okay / ok`` or ``[okay] => [ok]``, where ``;`` begins a comment and ``@`` is "nothing said".
        change: From text to text.

    Raises:
        SourceError: The file cannot be read, or a line has one phrase only.
    """
    found: dict[str, list[tuple[tuple[str, ...], Choice]]] = {}
    for group in _read(Path(groups)) if isinstance(groups, str | Path) else groups:
        phrases = [
            (NOTHING,) if phrase.strip() == NOTHING else tuple(change(phrase).split()) for phrase in group
        ]
        choice = Choice(tuple(dict.fromkeys(phrase for phrase in phrases if phrase)))
        for phrase in choice.wordings:
            words = tuple(word for word in phrase if isinstance(word, str))
            if words != (NOTHING,) and len(choice.wordings) > 1:
                found.setdefault(words[0], []).append((words, choice))
    longest = {first: sorted(those, key=lambda one: -len(one[0])) for first, those in found.items()}
    return Variants({first: tuple(those) for first, those in longest.items()})


def _read(path: Path) -> list[list[str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError("no list of variants can be read here", value=path, remedy=str(error)) from error
    groups = []
    for number, line in enumerate(lines, 1):
        rule = line.split(";")[0].split("__")[0].strip()
        if not rule or rule.startswith("*"):
            continue
        left, arrow, right = rule.partition("=>")
        parts = [left, *right.split("/")[:1], *right.split("/")[1:]] if arrow else rule.split("/")
        group = [re.sub(r"[\[\]{}]", " ", part).strip() or NOTHING for part in parts]
        if len(group) < 2:
            raise SourceError(
                "a line of the list of variants has one phrase only",
                value=f"{path}:{number}",
                allowed="okay / ok, or [okay] => [ok]",
            )
        groups.append(group)
    return groups


# ---- which wording was said ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Net:
    """Words as arcs of a net: ``before[i]`` are the arcs that may stand in front of arc ``i``."""

    words: list[str | int] = field(default_factory=lambda: [_START])
    before: list[list[int]] = field(default_factory=lambda: [[]])

    def arc(self, word: str | int, before: list[int]) -> list[int]:
        self.words.append(word)
        self.before.append(before)
        return [len(self.words) - 1]

    def follow(self, wording: Wording, ends: list[int]) -> list[int]:
        for part in wording:
            if isinstance(part, Choice):
                ends = list(dict.fromkeys(end for one in part.wordings for end in self.follow(one, ends)))
            else:
                ends = self.arc(_NULL if part == NOTHING else part, ends)
        return ends


def said_wording(wording: Wording, heard: Sequence[str]) -> list[str]:
    """Return the words of the accepted wording that is cheapest to align with the words ``heard``.

    >>> said_wording(parse("{ going to / gonna } be"), ["gonna", "be"])
    ['gonna', 'be']
    """
    net = _Net()
    net.arc(_END, net.follow(wording, [0]))
    numbers: dict[str, int] = {}
    hypothesis = np.array([numbers.setdefault(word, len(numbers)) for word in heard], dtype=np.int32)
    words = [word if isinstance(word, int) else numbers.get(word, _FAR) for word in net.words]
    offsets = np.cumsum([0, *map(len, net.before)])
    before = np.array([arc for arcs in net.before for arc in arcs], dtype=np.int64)
    path = _cheapest(np.array(words, dtype=np.int32), offsets, before, hypothesis, _bands(net, len(heard)))
    return [word for word in (net.words[arc] for arc in path) if isinstance(word, str)]


def _bands(net: _Net, n_heard: int) -> npt.NDArray[np.int64]:
    """Return arcs that every path takes, at distances that keep the table of a stretch small."""
    reach = list(range(len(net.words)))
    for arc in range(len(net.words) - 1, 0, -1):
        reach[arc - 1] = min(reach[arc], *net.before[arc])
    most = max(1, _MOST_CELLS // (n_heard + 1))
    bounds = [0]
    last = 0
    for arc in range(1, len(net.words)):
        is_shared = reach[arc] >= arc
        if is_shared and arc - bounds[-1] > most and last > bounds[-1]:
            bounds.append(last)
        if is_shared:
            last = arc
    return np.array([*bounds, len(net.words) - 1], dtype=np.int64)


@njit(cache=True, nogil=True)
def _cheapest(
    words: Ids,
    offsets: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    hypothesis: Ids,
    bounds: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the arcs of the cheapest path, in order."""
    width = len(hypothesis) + 1
    height = np.max(bounds[1:] - bounds[:-1]) + 1
    costs = np.empty((height, width), dtype=np.int32)
    steps = np.empty((height, width), dtype=np.int32)
    tops = np.empty((len(bounds), width), dtype=np.int32)
    for column in range(width):
        tops[0, column] = column * _GAP_COST
    for band in range(len(bounds) - 1):
        _fill(words, offsets, before, hypothesis, bounds[band], bounds[band + 1], tops[band], costs, steps)
        tops[band + 1] = costs[bounds[band + 1] - bounds[band]]
    path = np.empty(len(words), dtype=np.int64)
    n_arcs, arc, column = 0, bounds[-1], width - 1
    for band in range(len(bounds) - 2, -1, -1):
        first = bounds[band]
        if band < len(bounds) - 2:
            _fill(words, offsets, before, hypothesis, first, bounds[band + 1], tops[band], costs, steps)
        while arc > first:
            step = steps[arc - first, column]
            if step < 0:
                column -= 1
                continue
            path[n_arcs] = arc
            n_arcs += 1
            column -= step & 1
            arc = before[offsets[arc] + (step >> 1)]
    return path[:n_arcs][::-1].copy()


@njit(cache=True, nogil=True)
def _fill(  # noqa: C901, PLR0913, PLR0917 - compiled, without records
    words: Ids,
    offsets: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    hypothesis: Ids,
    first: int,
    last: int,
    top: npt.NDArray[np.int32],
    costs: npt.NDArray[np.int32],
    steps: Steps,
) -> None:
    """Work out the costs of the arcs after ``first`` up to ``last``.

    A step is -1 for an insertion; else twice the place of the arc before, plus one where a word was heard.
    """
    costs[0] = top
    for arc in range(first + 1, last + 1):
        row = arc - first
        word = words[arc]
        gap = 0 if word == _END else (_NULL_COST if word == _NULL else _GAP_COST)
        if gap == _GAP_COST and offsets[arc + 1] - offsets[arc] == 1:
            _fill_plain(word, costs[before[offsets[arc]] - first], hypothesis, costs[row], steps[row])
            continue
        for column in range(costs.shape[1]):
            both, deleted = _FAR, _FAR
            both_from, deleted_from = 0, 0
            for place in range(offsets[arc + 1] - offsets[arc]):
                previous = before[offsets[arc] + place] - first
                if column > 0 and costs[previous, column - 1] < both:
                    both, both_from = costs[previous, column - 1], place
                if costs[previous, column] < deleted:
                    deleted, deleted_from = costs[previous, column], place
            if column > 0 and both < _FAR:
                both += 0 if word == hypothesis[column - 1] else _SUB_COST
            deleted += gap
            inserted = _FAR
            if column > 0 and gap == _GAP_COST:
                inserted = costs[row, column - 1] + _GAP_COST
            if gap == _GAP_COST and both <= deleted and both <= inserted:
                costs[row, column], steps[row, column] = both, 2 * both_from + 1
            elif deleted < inserted:
                costs[row, column], steps[row, column] = deleted, 2 * deleted_from
            else:
                costs[row, column], steps[row, column] = inserted, -1


@njit(cache=True, nogil=True)
def _fill_plain(
    word: int, previous: npt.NDArray[np.int32], hypothesis: Ids, costs: npt.NDArray[np.int32], steps: Steps
) -> None:
    """Work out the costs of a word with but one arc before it, as nearly all are, many times as fast."""
    diagonal = previous[0]
    before = diagonal + _GAP_COST
    costs[0], steps[0] = before, 0
    for column in range(1, len(costs)):
        both = diagonal + (0 if word == hypothesis[column - 1] else _SUB_COST)
        diagonal = previous[column]
        deleted, inserted = diagonal + _GAP_COST, before + _GAP_COST
        is_both = both <= deleted and both <= inserted
        before = both if is_both else min(deleted, inserted)
        costs[column] = before
        steps[column] = 1 if is_both else (0 if deleted < inserted else -1)
