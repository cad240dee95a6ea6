"""Which references are likely wrong themselves: utterances ranked for a second look."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.characters import character_edits
from labwidgets.analysis.features import edge_deletions
from labwidgets.analysis.results import Score
from labwidgets.errors import SourceError

Floats = npt.NDArray[np.float64]

WEIGHTS = {"agreement": 1.0, "edge": 0.3, "fit": 1.0, "rate": 0.5}
"""What each kind of evidence counts in the order. That of the fit was measured on 74 turns and sentences that
tiny.en drafted (WER 22 %), four of them spoilt, ten times over: of the first four suspects 0.38 are wrong
without listening, 0.45 with this weight, 0.42 with twice or four times it (``label_errors.py --listen``)."""
_SAYS = 0.1


@dataclass(frozen=True, slots=True)
class Suspect:
    """An utterance whose reference may be wrong.

    Attributes:
        id: Of the utterance.
        index: Its place in the scores.
        suspicion: The higher, the likelier; only the order means something.
        reasons: What speaks against the reference, the strongest first (see :func:`evidence`).
        proposal: What most models say in its place.
    """

    id: str
    index: int
    suspicion: float
    reasons: tuple[str, ...]
    proposal: str


def rank_suspects(
    scores: Mapping[str, Score], *, fits: Sequence[float | None] | None = None, n: int | None = None
) -> list[Suspect]:
    """Return the utterances by how likely their references are wrong, the likeliest first.

    Args:
        scores: By model, all of the same utterances; two models or more tell far more than one.
        fits: How much better the models' own words fit the sound than the reference, by utterance (see
            ``labwidgets.asr.fit``); None where it is not known.
        n: Most suspects to return; None for all.

    Raises:
        SourceError: No scores, or not of the same utterances.
    """
    known = evidence(scores, fits=fits)
    total = sum(WEIGHTS[name] * values for name, values in known.items())
    assert isinstance(total, np.ndarray)  # noqa: S101 - there is always the evidence of agreement
    ids = next(iter(scores.values())).ids
    order = np.argsort(-total, kind="stable")[:n].tolist()
    return [
        Suspect(
            ids[place],
            place,
            float(total[place]),
            tuple(
                sorted(
                    (name for name, values in known.items() if WEIGHTS[name] * values[place] >= _SAYS),
                    key=lambda name: -WEIGHTS[name] * known[name][place],
                )
            ),
            _proposal(scores, place),
        )
        for place in order
    ]


def evidence(scores: Mapping[str, Score], *, fits: Sequence[float | None] | None = None) -> dict[str, Floats]:
    """Return what speaks against each reference, float64[n_utterances] each, 0 for nothing.

    ``agreement``: how many characters models change alike, over the root of the length (a long text has more
    chances to differ), times the share that this is of all that they change; of all pairs of models the
    quarter that agrees least counts. With one model, half of what it changes. ``edge``: the share of models
    that find three words in a row, or two at an end, added or left out. ``rate``: far more or fewer letters a
    second than usual here (needs ``duration``). ``fit``: the sound fits the models' words better, against
    what is usual here.

    Raises:
        SourceError: No scores, or not of the same utterances.
    """
    first = _checked(scores)
    found = {"agreement": _agreement(scores), "edge": _edge(scores)}
    rate = _rate(first)
    if rate is not None:
        found["rate"] = rate
    if fits is not None:
        values = np.array([np.nan if value is None else value for value in fits], dtype=np.float64)
        found["fit"] = np.clip(_unusual(values), 0.0, 4.0) / 4.0
    return found


def _checked(scores: Mapping[str, Score]) -> Score:
    if not scores:
        raise SourceError("there are no models to hold the references against", allowed="one or more")
    first = next(iter(scores.values()))
    for name, score in scores.items():
        if list(score.ids) != list(first.ids):
            raise SourceError(
                "the models were not scored on the same utterances",
                value=name,
                remedy="Compare them on what all of them said something of",
            )
    return first


def _texts(score: Score) -> tuple[list[str], list[str]]:
    """Return both sides of a score as they were compared."""
    words = score.vocabulary.words
    return tuple(  # type: ignore[return-value] # two of them
        [" ".join(words[number] for number in packed[place]) for place in range(len(score))]
        for packed in (score.words, score.heard)
    )


def _agreement(scores: Mapping[str, Score]) -> Floats:
    texts = [_texts(score) for score in scores.values()]
    away = np.array([character_edits(*both) for both in texts], dtype=np.float64)
    longest = np.maximum(1, np.array([[*map(len, side)] for both in texts for side in both]).max(axis=0))
    shared = np.quantile(_shared(texts, away), 0.25, axis=0) if len(texts) > 1 else away[0] / 2
    return np.asarray(shared / np.sqrt(longest) * shared / (away.mean(axis=0) + 1), dtype=np.float64)


def _shared(texts: Sequence[tuple[list[str], list[str]]], away: Floats) -> Floats:
    """Return how many characters each pair of models changes alike, float64[n_pairs, n_utterances].

    Half of the edits to the one and to the other less those between them: in any metric this product of
    Gromov's is how far two ways from one point run side by side.
    """
    found = []
    for one, other in itertools.combinations(range(len(texts)), 2):
        between = character_edits(texts[one][1], texts[other][1])
        # Where a reference accepts several wordings the two models may stand against different ones.
        apart = character_edits(texts[one][0], texts[other][0])
        found.append(np.maximum(0.0, away[one] + away[other] - between - apart) / 2)
    return np.array(found)


def _edge(scores: Mapping[str, Score]) -> Floats:
    """Return the share of models that find a run of three words added or left out."""
    found = np.zeros(len(next(iter(scores.values()))))
    for score in scores.values():
        edges = edge_deletions(score, n=2)
        found += edges["cut_start"] | edges["cut_end"] | _has_run(score, 3)
    return found / len(scores)


def _has_run(score: Score, n: int) -> npt.NDArray[np.bool_]:
    """Tell where ``n`` words in a row were added, or left out."""
    ops = score.ops.values
    found = np.zeros(len(score), dtype=np.bool_)
    for op in (2, 3):
        is_op = (ops == op).astype(np.int64)
        before = np.concatenate([[0], np.cumsum(is_op)])
        full = np.flatnonzero(before[n:] - before[:-n] == n) if len(ops) >= n else np.zeros(0, dtype=np.int64)
        start = np.searchsorted(score.ops.offsets, full, side="right") - 1
        end = np.searchsorted(score.ops.offsets, full + n - 1, side="right") - 1
        found[start[start == end]] = True
    return found


def _rate(score: Score) -> Floats | None:
    durations = score.columns.get("duration")
    if durations is None:
        return None
    seconds = np.array(
        [value if isinstance(value, int | float) and value > 0 else np.nan for value in durations],
        dtype=np.float64,
    )
    letters = score.table[:, 4].astype(np.float64)
    with np.errstate(invalid="ignore"):
        rates = np.log((letters + 1) / seconds)
    return np.asarray(np.clip(np.abs(_unusual(rates)) - 2.0, 0.0, 4.0) / 4.0, dtype=np.float64)


def _unusual(values: Floats) -> Floats:
    """Return how many (robust) standard deviations a value lies from the middle; 0 where it is not known."""
    known = values[np.isfinite(values)]
    if known.size < 3:
        return np.zeros(len(values))
    middle = float(np.median(known))
    spread = 1.4826 * float(np.median(np.abs(known - middle)))
    if spread == 0.0:
        spread = float(known.std()) or 1.0
    return np.nan_to_num((values - middle) / spread, nan=0.0)


def _proposal(scores: Mapping[str, Score], place: int) -> str:
    """Return the hypothesis that is nearest to all others."""
    said = [score.hypotheses[place] for score in scores.values()]
    if len(said) < 3:
        return said[0]
    far = [int(character_edits([one] * len(said), said).sum()) for one in said]
    return said[int(np.argmin(far))]


def precision_at(ranked: Sequence[str], wrong: set[str], ks: Sequence[int]) -> dict[int, float]:
    """Return, for each ``k``, the share of the first ``k`` ids that are among the ``wrong`` ones.

    >>> precision_at(["a", "b", "c"], {"a", "c"}, [1, 2])
    {1: 1.0, 2: 0.5}
    """
    return {k: sum(key in wrong for key in ranked[:k]) / k for k in ks if 0 < k <= len(ranked)}
