"""Which of a project's references are held against what which models said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from labwidgets.analysis.texts import Texts
from labwidgets.errors import NotFoundError, ProjectError
from labwidgets.records import AnalysedSegment


@dataclass(frozen=True, slots=True)
class Held:
    """Segments with a reference, and the models to hold it against.

    Attributes:
        rows: The segments.
        models: Names, each of which said something of one of them or more.
    """

    rows: Sequence[AnalysedSegment]
    models: tuple[str, ...]

    def by_any(self) -> Held:
        """Return the segments of which one of the models or more said something."""
        return replace(self, rows=[row for row in self.rows if any(name in row.said for name in self.models)])

    def by_all(self) -> Held:
        """Return the segments of which all models said something.

        Raises:
            ProjectError: There is none.
        """
        rows = [row for row in self.rows if all(name in row.said for name in self.models)]
        if not rows:
            raise ProjectError("no segment has a hypothesis of each model", value=", ".join(self.models))
        return replace(self, rows=rows)

    def references(self) -> Texts:
        """Return the references by segment, with what is known of each."""
        names = dict.fromkeys(name for row in self.rows for name in row.columns)
        columns = {name: [row.columns.get(name) for row in self.rows] for name in names}
        known = {
            name: values for name, values in columns.items() if any(value is not None for value in values)
        }
        return Texts(
            [row.reference for row in self.rows],
            [row.id for row in self.rows],
            {
                **known,
                "recording": [row.recording for row in self.rows],
                "duration": [row.duration_s for row in self.rows],
            },
        )

    def said(self) -> dict[str, list[str | None]]:
        """Return, by model, what it said of each segment; None where nothing."""
        return {
            name: [row.said[name].text if name in row.said else None for row in self.rows]
            for name in self.models
        }

    def hypotheses(self) -> dict[str, Texts]:
        """Return, by model, what it said, with the ids of the segments."""
        ids = [row.id for row in self.rows]
        return {name: Texts(texts, ids) for name, texts in self.said().items()}


def held(rows: Iterable[AnalysedSegment], models: Sequence[str] | None) -> Held:
    """Return the segments that have a reference and a hypothesis, and the models asked for, or all.

    Raises:
        ProjectError: No segment has both.
        NotFoundError: A model said nothing of any.
    """
    found = [row for row in rows if row.reference is not None and row.said]
    if not found:
        raise ProjectError(
            "no segment has both a reference and a hypothesis",
            remedy="Label or add references, and draft or add hypotheses",
        )
    there = dict.fromkeys(name for row in found for name in row.said)
    for name in models or ():
        if name not in there:
            raise NotFoundError("this model said nothing here", value=name, allowed=", ".join(there))
    return Held(found, tuple(there if models is None else dict.fromkeys(models)))
