"""The test set of a project, and what the models of its rounds make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labwidgets.errors import NotFoundError
from labwidgets.records import AnalysedSegment, KeptRound

if TYPE_CHECKING:
    from labwidgets.analysis.loop import ModelRate
    from labwidgets.analysis.results import Score
    from labwidgets.project.rounding import Rounding

SAFE = "basic"
_HALF = 0.5


class TestSet:
    """The segments that no model of the rounds learned from, and that measure all of them.

    Those of the newest training's test split, with their references as they are now. What not all models
    have heard is left out, so that all are measured on the same; a model that has heard less than half is
    not measured.

    Args:
        project: Whose.
        kept: Its rounds.
        slice_by: Column that is looked at as well.
    """

    __test__ = False
    """For pytest: this is none of its own."""

    def __init__(self, project: Rounding, kept: Sequence[KeptRound], *, slice_by: str | None = None) -> None:
        self._slice_by = slice_by
        self._rows = _rows(project, kept)
        told = [one.noted.get(key) for one in kept for key in ("drafted_by", "run")]
        wanted = dict.fromkeys(name for name in told if name)
        heard = {name: [row for row in self._rows if _said(row, name) is not None] for name in wanted}
        least = max(1.0, _HALF * len(self._rows))
        self._names = names = [name for name, some in heard.items() if len(some) >= least]
        self._common = [row for row in self._rows if all(_said(row, name) is not None for name in names)]
        self._scores: dict[str, Score] = {}

    def unheard_by(self, model: str) -> list[str]:
        """Return the segments of which a model has said nothing yet."""
        return [row.id for row in self._rows if _said(row, model) is None]

    def score(self, model: str) -> Score | None:
        """Return the errors of a model; None where it was not heard."""
        if model not in self._names or not self._common:
            return None
        if model not in self._scores:
            from labwidgets.analysis.scoring import score

            self._scores[model] = score(
                {row.id: row.reference for row in self._common},
                {row.id: _said(row, model) for row in self._common},
                normalize=SAFE,
                columns=self._columns(),
            )
        return self._scores[model]

    def rate(self, model: str) -> ModelRate | None:
        """Return the errors of a model in short."""
        from labwidgets.analysis.loop import rate_of

        found = self.score(model)
        return None if found is None else rate_of(model, found, slice_by=self._slice_by)

    def _columns(self) -> Mapping[str, list[object]]:
        names = ["speaker", *([self._slice_by] if self._slice_by else [])]
        found: dict[str, list[object]] = {
            name: [row.columns.get(name) for row in self._common] for name in dict.fromkeys(names)
        }
        known = {name: values for name, values in found.items() if any(value is not None for value in values)}
        return {**known, "recording": [row.recording for row in self._common]}


def first_model(kept: Sequence[KeptRound]) -> str:
    """Return the name of the model that the first round began with; empty for none."""
    first = kept[0]
    return first.settings.model or str(first.noted.get("drafted_by", ""))


def _rows(project: Rounding, kept: Sequence[KeptRound]) -> list[AnalysedSegment]:
    for one in reversed(kept):
        run = one.noted.get("run")
        if run is None:
            continue
        try:
            ids = set(project.run_segments(run)["test"])
        except (NotFoundError, OSError):
            continue
        return [
            row for row in project.store.analysed_segments() if row.id in ids and row.reference is not None
        ]
    return []


def _said(row: AnalysedSegment, model: str) -> str | None:
    """Return what a model said; where several shared the work by language, the one that did."""
    return next((row.said[name].text for name in model.split(", ") if name in row.said), None)
