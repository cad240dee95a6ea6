"""Rows gathered into columns once, from which both sides of a comparison can be taken."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from labwidgets.records import Refusal


@dataclass(frozen=True, slots=True)
class Places(Sequence[str]):
    """Where rows stand, such as ``file.jsonl:7``; spelt out only for those that somebody asks about."""

    name: str
    numbers: Sequence[int]
    sign: str = ":"

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Places(self.name, self.numbers[index], self.sign)
        return f"{self.name}{self.sign}{self.numbers[index]}"


def numbered(n: int) -> Places:
    """Return the places of rows that have but their number, from 1."""
    return Places("row", range(1, n + 1), " ")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one length.

    Attributes:
        values: By name.
        places: Where each row stands, for what is refused.
        refused: What was no row.
        typed: False where every value is written as a text: some are numbers, and none is an empty text.
    """

    values: Mapping[str, Sequence[Any]]
    places: Sequence[str]
    refused: tuple[Refusal, ...] = field(default=())
    typed: bool = True


def gathered(rows: Iterable[tuple[int, Mapping[Any, Any]]]) -> tuple[dict[str, list[Any]], array[int]]:
    """Return rows, each with its number, as columns and numbers; None where a row has no such value."""
    columns: dict[Any, list[Any]] = {}
    numbers = array("q")
    names: tuple[Any, ...] = ()
    adding: list[Callable[[Any], None]] = []
    for number, row in rows:
        if tuple(row) != names:
            names = tuple(row)
            _level(columns, len(numbers))
            adding = [columns.setdefault(name, [None] * len(numbers)).append for name in names]
        for add, value in zip(adding, row.values(), strict=True):
            add(value)
        numbers.append(number)
    _level(columns, len(numbers))
    return {str(name): values for name, values in columns.items()}, numbers


def _level(columns: Mapping[Any, list[Any]], n: int) -> None:
    """Make up for values that rows did not have."""
    for values in columns.values():
        values.extend([None] * (n - len(values)))
