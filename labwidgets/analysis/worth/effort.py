"""How long a segment takes a person: from this team's own times, or from published ones before there are.

With a draft: so many seconds, a share of the sound, and the mending of each error. Without: so many seconds,
a share of the sound, and the typing of each word. Both by a fit of non-negative weights that single odd times
do not move, and that leans on the published figures as long as there are few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import regex
from scipy.optimize import nnls

from labwidgets.analysis.scoring import score
from labwidgets.records import DoneItem
from labwidgets.text import scripts_of

Floats = npt.NDArray[np.float64]

BLANK = (2.0, 1.0, 1.2)
"""Seconds a segment, a second of sound, a word: at 140 words a minute 3.8 times the sound and 2 s; people who
are no captioners take 3 to 4 times (Gaur, Metze, Miao, Bigham, ASSETS 2015)."""
DRAFTED = (2.0, 1.2, 3.7)
"""Seconds a segment, a second of sound, an error: at 140 words a minute as long as without at 30 % WER, from
where on drafts slow people down (Gaur, Lasecki, Metze, Bigham, W4A 2016, doi 10.1145/2899475.2899478)."""
CROSSING = 0.30
"""WER from which on a draft slows people down, before this team's times tell."""

FEWEST = 20
"""Own times of a kind until they count."""
FEWEST_BOTH = 30
"""Own times of each kind until they say where drafts begin to slow people down."""
_BAD, _FEWEST_BAD = 0.2, 10
_LEAN = 5.0
_CLEARING = 3.0
"""Seconds, to see that a draft is no good and to clear the box."""
_HUBER = 1.345
_ROUNDS = 20
_FAR = 1.5
"""What takes e to this power times as long as most says no more than that."""
_SPACELESS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long segments take.

    Attributes:
        drafted: Seconds a segment, a second of sound, and an error in its draft.
        blank: Seconds a segment, a second of sound, and a word, without a draft.
        scripts: By script, how many times as long as that.
        crossing: WER from which on a draft takes longer than none.
        is_own: The crossing comes from this team's times.
        n_drafted: Own times with a draft.
        n_blank: Own times without.
    """

    drafted: tuple[float, ...] = DRAFTED
    blank: tuple[float, ...] = BLANK
    scripts: Mapping[str, float] = field(default_factory=dict)
    crossing: float = CROSSING
    is_own: bool = False
    n_drafted: int = 0
    n_blank: int = 0

    def seconds(
        self, duration_s: Floats, errors: Floats, n_words: Floats, *, is_drafted: npt.NDArray[np.bool_]
    ) -> Floats:
        """Return the seconds of work for segments of a script that takes as long as most; float64[n]."""
        with_draft = _features(duration_s, errors) @ np.array(self.drafted)
        without = _features(duration_s, n_words) @ np.array(self.blank)
        # Nobody mends word by word what is quicker to clear away and type; own times are not held against
        # published ones.
        is_alike = (self.n_drafted < FEWEST) == (self.n_blank < FEWEST)
        most = without + _CLEARING if is_alike else with_draft
        found: Floats = np.where(is_drafted, np.minimum(with_draft, most), without)
        return found

    def factors(self, languages: Sequence[str | None]) -> Floats:
        """Return how many times as long segments take in their languages' scripts."""
        by_language = {one: self.scripts.get(script(one), 1.0) for one in set(languages)}
        return np.array([by_language[one] for one in languages], dtype=np.float64)

    @property
    def notes(self) -> tuple[str, ...]:
        """What it goes by, in words."""
        kinds = (("with a draft", self.n_drafted), ("without one", self.n_blank))
        own = [f"{n} {kind}" for kind, n in kinds if n >= FEWEST]
        few = [f"{n} {kind}" for kind, n in kinds if n < FEWEST]
        times = f"this team's own times ({', '.join(own)})" if own else "published times"
        lack = f"; own times so far: {', '.join(few)} of {FEWEST} needed" if few else ""
        where = (
            "by this team's times"
            if self.is_own
            else f"as published: it takes {FEWEST_BOTH} own times of each kind, {_FEWEST_BAD} of bad drafts"
        )
        return (
            f"Minutes by {times}{lack}.",
            f"Drafts slow people down from {self.crossing:.0%} WER on, {where}.",
        )


def n_words(text: str) -> float:
    """Return how many words a text is to type; two signs of a script without spaces are one.

    >>> n_words("the cat"), n_words("電柱に電球")
    (2, 2.5)
    """
    if text.isascii():
        return len(text.split())
    n_signs = len(_SPACELESS.findall(text))
    return len(_SPACELESS.sub("", text).split()) + n_signs / 2


def script(language: str | None) -> str:
    """Return the script that a language is mostly written in; ``Latn`` where none is known.

    >>> script("hi-IN"), script(None)
    ('Deva', 'Latn')
    """
    return next(iter(scripts_of(language or "und")), "Latn")


def fit_effort(done: Sequence[DoneItem]) -> Effort:
    """Return how long segments take, by what people did so far; by published times where that is little.

    Who is quick or slow is told from what they did, so that it makes no difference who got the drafts.
    What started empty and was mended from a draft all the same is neither kind.
    """
    drafted = [one for one in done if one.draft is not None and not one.is_blank]
    blank = [one for one in done if one.draft is None]
    mended = np.array(_errors(drafted), dtype=np.float64)
    typed = np.array([n_words(one.text) for one in blank], dtype=np.float64)
    sides = [
        _Side(items, n, start, start, np.ones(len(items)))
        for items, n, start in ((drafted, mended, DRAFTED), (blank, typed, BLANK))
    ]
    for _ in range(2):
        sides = [side.fitted() for side in sides]
        sides = _even(sides)
    found = Effort(
        drafted=sides[0].weights,
        blank=sides[1].weights,
        scripts=_scripts(sides),
        n_drafted=len(drafted),
        n_blank=len(blank),
    )
    return _with_crossing(found, sides, drafted)


def _errors(drafted: Sequence[DoneItem]) -> list[int]:
    if not drafted:
        return []
    edits = score(
        [one.text for one in drafted], [one.draft or "" for one in drafted], normalize="basic"
    ).edits
    return [int(n) for n in edits]


def _features(duration_s: Floats, n: Floats) -> Floats:
    return np.stack([np.ones(len(duration_s)), duration_s, n], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Times of one kind; ``speeds`` of those who took them, by item: 2 is half as fast as most."""

    items: Sequence[DoneItem]
    n: Floats
    start: tuple[float, ...]
    weights: tuple[float, ...]
    speeds: Floats

    @property
    def features(self) -> Floats:
        return _features(np.array([one.duration_s for one in self.items], dtype=np.float64), self.n)

    @property
    def seconds(self) -> Floats:
        return np.array([one.active_s for one in self.items], dtype=np.float64)

    @property
    def ratios(self) -> Floats:
        """How many times as long it took as it should have."""
        found: Floats = self.seconds / np.maximum(1e-9, self.features @ np.array(self.weights))
        return found

    def fitted(self) -> _Side:
        if len(self.items) < FEWEST:
            return self
        return replace(self, weights=_fit(self.features, self.seconds / self.speeds, self.start))


def _fit(features: Floats, seconds: Floats, start: Sequence[float]) -> tuple[float, ...]:
    """Return weights by Huber's loss on relative errors, leaning on ``start``; in sum as long as it took."""
    first = np.array(start)
    scale = features @ first
    x, y = features / scale[:, None], seconds / scale
    lean = np.diag(np.sqrt(_LEAN) / first)
    weights = first
    for _ in range(_ROUNDS):
        off = y - x @ weights
        spread = 1.4826 * float(np.median(np.abs(off))) or 1e-6
        pull = np.sqrt(np.minimum(1.0, _HUBER * spread / np.maximum(1e-12, np.abs(off))))
        rows = np.concatenate([x * pull[:, None], lean])
        weights = nnls(rows, np.concatenate([y * pull, lean @ first]))[0]
    expected = features @ weights
    ratios = seconds / np.maximum(1e-9, expected)
    low, high = np.quantile(ratios, (0.05, 0.95))
    weights = weights * float(np.average(np.clip(ratios, low, high), weights=np.maximum(1e-9, expected)))
    return tuple(float(weight) for weight in weights)


def _even(sides: Sequence[_Side]) -> list[_Side]:
    """Return the sides with how fast their people are, told apart from the kind of work each of them got."""
    items = [one for side in sides for one in side.items]
    people = {name: at for at, name in enumerate(dict.fromkeys(one.annotator for one in items))}
    if len(people) < 2:
        return list(sides)
    logs = np.concatenate([np.clip(np.log(np.maximum(1e-9, side.ratios)), -_FAR, _FAR) for side in sides])
    x = np.zeros((len(items), len(sides) + len(people)))
    x[np.arange(len(items)), np.repeat(np.arange(len(sides)), [len(side.items) for side in sides])] = 1
    x[np.arange(len(items)), [len(sides) + people[one.annotator] for one in items]] = 1
    # Of few times little is believed.
    lean = np.diag([1e-3] * len(sides) + [np.sqrt(_LEAN)] * len(people))
    solved = np.linalg.lstsq(
        np.concatenate([x, lean]), np.concatenate([logs, np.zeros(len(lean))]), rcond=None
    )[0][len(sides) :]
    own = np.array([people[one.annotator] for one in items])
    speeds = np.exp(solved - solved[own].mean())[own]
    ends = np.cumsum([len(side.items) for side in sides])[:-1]
    return [replace(side, speeds=part) for side, part in zip(sides, np.split(speeds, ends), strict=True)]


def _shrunk(ratios: Sequence[float]) -> float:
    n = len(ratios)
    return float(np.exp((n * np.log(max(1e-3, float(np.median(ratios))))) / (n + FEWEST)))


def _scripts(sides: Sequence[_Side]) -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for side in sides:
        for one, ratio in zip(side.items, (side.ratios / side.speeds).tolist(), strict=True):
            found[script(one.language)].append(ratio)
    return {name: _shrunk(ratios) for name, ratios in found.items() if len(ratios) >= FEWEST}


def _with_crossing(found: Effort, sides: Sequence[_Side], drafted: Sequence[DoneItem]) -> Effort:
    words = np.array([n_words(one.text) for one in drafted], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        n_bad = int((sides[0].n >= _BAD * words).sum())
    if min(found.n_drafted, found.n_blank) < FEWEST_BOTH or n_bad < _FEWEST_BAD:
        return found
    durations = np.concatenate([side.features[:, 1] for side in sides])
    all_words = np.concatenate([words, sides[1].n])
    blank = float(np.mean(_features(durations, all_words) @ np.array(found.blank)))
    right = float(np.mean(_features(durations, 0 * durations) @ np.array(found.drafted)))
    an_error = found.drafted[2] * float(np.mean(all_words))
    crossing = (blank - right) / an_error if an_error > 0 else 1.0
    return replace(found, crossing=float(np.clip(crossing, 0.05, 1.0)), is_own=True)
