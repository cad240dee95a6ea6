"""The word error rate of a draft that nobody checked, from its confidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.calibration.fitting import Calibration, fit
from labwidgets.analysis.scoring import score
from labwidgets.records import JudgedDraft

Floats = npt.NDArray[np.float64]

FEWEST = 30
"""Labelled drafts of a model until its confidences are held against them."""
UNSURE = 0.25
"""WER of a draft whose model gave no confidence, before any is labelled."""
ALARMED = 0.6
"""Least WER of a draft with an alarm, before enough of them are labelled."""
_LEAN = 10.0
_N_STEPS = 51
DEFAULT = Calibration("platt", (1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Curve:
    """What the confidences of a model are worth.

    Attributes:
        calibration: From confidence to the chance that a word is right.
        unsure: WER where there is no confidence.
        alarmed: Least WER where there is an alarm.
        n: Drafts that it was held against.
        n_audits: Audits among them; 0 where too few were labelled, and all labelled drafts counted.
    """

    calibration: Calibration = DEFAULT
    unsure: float = UNSURE
    alarmed: float = ALARMED
    n: int = 0
    n_audits: int = 0

    def wer(self, confidences: Sequence[float | None], has_alarm: Sequence[bool]) -> Floats:
        """Return the word error rates of drafts, 0..1."""
        known = np.array([np.nan if one is None else one for one in confidences], dtype=np.float64)
        found = 1 - self.calibration.apply(np.nan_to_num(known, nan=0.5))
        found = np.where(np.isnan(known), self.unsure, found)
        return np.asarray(np.where(has_alarm, np.maximum(found, self.alarmed), found), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values: ``wer`` at confidences from 0 to 1, so that a page needs no curve."""
        steps = 1 - self.calibration.apply(np.linspace(0, 1, _N_STEPS))
        return {
            "wer": [round(float(one), 4) for one in steps],
            "unsure": self.unsure,
            "alarmed": self.alarmed,
        }


@dataclass(frozen=True, slots=True)
class Quality:
    """Curves by model; one of all models, or the published guess, for those with too little to go by."""

    models: Mapping[str, Curve] = field(default_factory=dict)
    other: Curve = Curve()

    def of(self, model: str | None) -> Curve:
        """Return the curve for a model's drafts."""
        return self.models.get(model or "", self.other)

    def wer(
        self, models: Sequence[str | None], confidences: Sequence[float | None], has_alarm: Sequence[bool]
    ) -> Floats:
        """Return the word error rates of drafts, 0..1."""
        found = np.zeros(len(models))
        names = np.array([model or "" for model in models], dtype=object)
        for name in set(names.tolist()):
            at = np.flatnonzero(names == name).tolist()
            some = self.of(name).wer([confidences[i] for i in at], [has_alarm[i] for i in at])
            found[at] = some
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: curve.to_json() for name, curve in self.models.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What it goes by, in words."""
        if not self.models:
            return (
                f"Errors of drafts by confidence as it is; it takes {FEWEST} labelled drafts of a model.",
            )
        said = (
            f"{name}: {one.n_audits} audits" if one.n_audits else f"{name}: {one.n} labelled drafts"
            for name, one in sorted(self.models.items())
        )
        return (f"Errors of drafts by confidence, held against {'; '.join(said)}.",)


def fit_quality(judged: Sequence[JudgedDraft]) -> Quality:
    """Return what confidences are worth, by model, going by what people made of drafts.

    Audits are what it goes by, where there are enough: nobody saw a draft there. Else all that people
    labelled counts, each draft by one over the chance that it was chosen.
    """
    by_model: defaultdict[str, list[JudgedDraft]] = defaultdict(list)
    for one in judged:
        by_model[one.model].append(one)
    return Quality({name: _curve(some) for name, some in by_model.items() if len(some) >= FEWEST})


def _curve(judged: Sequence[JudgedDraft]) -> Curve:
    audits = [one for one in judged if one.is_audit]
    used = audits if len(audits) >= FEWEST else judged
    found = score([one.text for one in used], [one.draft for one in used], normalize="basic")
    n = np.maximum(1, found.lengths).astype(np.float64)
    wrong = np.minimum(found.edits, n)
    weights = np.array([1 / one.inclusion_p for one in used])
    has_alarm = np.array([one.has_alarm for one in used])
    is_sure = np.array([one.confidence is not None for one in used])
    plain = is_sure & ~has_alarm
    return Curve(
        _calibration(used, plain, wrong, n, weights),
        _rate(~is_sure, wrong, n, weights, start=float((weights @ wrong) / (weights @ n))),
        _rate(has_alarm, wrong, n, weights, start=ALARMED),
        len(used),
        len(audits) if used is audits else 0,
    )


def _calibration(
    used: Sequence[JudgedDraft], plain: npt.NDArray[np.bool_], wrong: Floats, n: Floats, weights: Floats
) -> Calibration:
    """Return the curve to which each word counts: right or wrong, with the confidence of its draft."""
    at = np.flatnonzero(plain).tolist()
    if len(at) < FEWEST:
        return DEFAULT
    confidences = np.array([used[i].confidence for i in at], dtype=np.float64)
    both = np.concatenate([n[at] - wrong[at], wrong[at]]) * np.tile(weights[at], 2)
    is_right = np.repeat([True, False], len(at))
    kept = both > 0
    return fit(np.tile(confidences, 2)[kept], is_right[kept], weights=both[kept], method="platt")


def _rate(which: npt.NDArray[np.bool_], wrong: Floats, n: Floats, weights: Floats, *, start: float) -> float:
    """Return the WER of some drafts, leaning on ``start`` while they are few."""
    w = weights * which
    lean = _LEAN * float(n.mean()) * float(weights.mean())
    return float((w @ wrong + lean * start) / (w @ n + lean))
