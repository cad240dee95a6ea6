"""Rounds on a page: a table and lines, which load nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labwidgets.analysis.markup import Child, Element, element

if TYPE_CHECKING:
    from labwidgets.analysis.loop.measuring import ModelRate
    from labwidgets.analysis.loop.rounds import Round


@dataclass(frozen=True, slots=True, repr=False)
class Rounds:
    """All rounds of a project, the first one first; a notebook shows a page of them.

    Attributes:
        rounds: They.
        slice_by: Column by which errors are told as well.
        start: Errors of the model that the first round began with; None where it was not measured.
    """

    rounds: tuple[Round, ...]
    slice_by: str = "accent"
    start: ModelRate | None = None

    def __len__(self) -> int:
        return len(self.rounds)

    def __iter__(self) -> Iterator[Round]:
        return iter(self.rounds)

    def __getitem__(self, place: int) -> Round:
        return self.rounds[place]

    def __repr__(self) -> str:
        """What came of each, in lines."""
        return "\n".join(map(str, self.rounds)) or "No round was begun yet: project.round()."


def card(one: Round) -> str:
    """Return one round as HTML."""
    rows = [element("tr", element("th", name), element("td", value)) for name, value in one.facts()]
    parts: list[Child] = [element("strong", f"Round {one.number}: {one.step}"), element("p", one.to_do)]
    made: Element = element("div", *parts, element("table", *rows))
    return made.markup
