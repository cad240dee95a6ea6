"""How much a model's confidence is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labwidgets.errors import ConfigError, ProjectError
from labwidgets.records import HeardDraft
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.analysis.calibration import CalibrationReport, Judged
    from labwidgets.analysis.calibration.fitting import Calibration

UNITS = ("word", "segment")
_FEW_AUDITS = 30
_FEW_WORDS = 100
SAFE = "basic"


class Calibrating(StoreSource):
    """The part of a project that holds confidences against what came out right."""

    def calibration(
        self, model: str | None = None, *, unit: str = "word", method: str = "beta"
    ) -> CalibrationReport:
        """Return how a model's confidences compare with what people heard, before and after calibration.

        Audits are what it goes by, where thirty or more are labelled: nobody saw a draft there. Else all that
        people labelled counts, each segment by one over the chance that it was chosen. ``report.curve.apply``
        turns confidences into chances.

        Args:
            model: Whose; default: the model with the most drafts.
            unit: ``word``: is the word right; ``segment``: is all of the draft right.
            method: ``beta``, ``platt`` or ``isotonic``.

        Raises:
            ConfigError: No such unit or method, or too little to go by.
            ProjectError: There are no drafts.
        """
        from labwidgets.analysis.calibration import calibrated

        if unit not in UNITS:
            raise ConfigError("no such unit of confidence", value=unit, allowed=", ".join(UNITS))
        known = self.store.drafting_models() if model is None else [model]
        if not known:
            raise ProjectError("no drafts", remedy="Name a model, or draft first: project.draft()")
        rows = self.store.heard_drafts(known[0])
        audits = [row for row in rows if row.is_audit]
        is_blind = len(audits) >= _FEW_AUDITS
        used = audits if is_blind else rows
        source = f"{len(used)} audits" if is_blind else f"{len(used)} labelled segments"
        judged = _words(used) if unit == "word" else _segments(used)
        return calibrated(judged, model=known[0], unit=unit, source=source, method=method)


def word_curve(rows: list[HeardDraft]) -> tuple[Calibration | None, int]:
    """Return the curve for confidences of words, none by fewer than a hundred, and how many it goes by."""
    from labwidgets.analysis.calibration import fit

    judged = _words(rows)
    n = len(judged.confidences)
    return (fit(judged.confidences, judged.is_right, weights=judged.weights) if n >= _FEW_WORDS else None), n


def _words(rows: list[HeardDraft]) -> Judged:
    from labwidgets.analysis.calibration import judged_words

    found = judged_words([row.words for row in rows], [row.text for row in rows], normalize=SAFE)
    return _judged(rows, found)


def _segments(rows: list[HeardDraft]) -> Judged:
    from labwidgets.analysis.scoring import score

    edits = score([row.text for row in rows], [row.draft for row in rows], normalize=SAFE).edits
    return _judged(
        rows,
        [
            [] if row.confidence is None else [(row.confidence, n == 0)]
            for row, n in zip(rows, edits.tolist(), strict=True)
        ],
    )


def _judged(rows: list[HeardDraft], found: list[list[tuple[float, bool]]]) -> Judged:
    import numpy as np

    from labwidgets.analysis.calibration import Judged

    groups = {row.recording_id: number for number, row in enumerate(rows)}
    flat = [
        (confidence, is_right, groups[row.recording_id], 1 / row.inclusion_p)
        for row, some in zip(rows, found, strict=True)
        for confidence, is_right in some
    ]
    confidences, is_right, group, weights = zip(*flat, strict=True) if flat else ((), (), (), ())
    return Judged(
        np.array(confidences, dtype=np.float64),
        np.array(is_right, dtype=np.bool_),
        np.array(group, dtype=np.int64),
        np.array(weights, dtype=np.float64),
    )
