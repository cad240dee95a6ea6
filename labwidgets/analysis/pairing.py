"""References and hypotheses brought side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labwidgets.errors import SourceError
from labwidgets.records import Refusal


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one side, with what is known of each.

    Attributes:
        texts: One an utterance; None where there is none.
        ids: One an utterance; None where only their order counts.
        columns: Further values by name, each as long as ``texts``.
        refused: What could not be taken, and why.
    """

    texts: Sequence[str | None]
    ids: Sequence[str] | None = None
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Pairs:
    """References and hypotheses side by side."""

    ids: Sequence[str]
    references: Sequence[str]
    hypotheses: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


def pair(references: object, hypotheses: object, *, columns: Mapping[str, Sequence[Any]]) -> Pairs:
    """Return both sides side by side, in the order of the references.

    By id where both sides have ids, else by order. A reference without a hypothesis counts as one that was
    not heard at all; a hypothesis without a reference is left out. Both are told.

    Raises:
        SourceError: Neither ids nor the number of texts bring the two together.
    """
    first, second = side(references, role="reference"), side(hypotheses, role="hypothesis")
    _check_columns(columns, len(first.texts))
    first = Texts(first.texts, first.ids, {**first.columns, **columns}, first.refused)
    if first.ids is not None and second.ids is not None:
        return _by_id(first, second)
    return _by_order(first, second)


def _check_columns(columns: Mapping[str, Sequence[Any]], n: int) -> None:
    for name, values in columns.items():
        if len(values) != n:
            raise SourceError(
                "a column is not as long as the references",
                value=name,
                allowed=f"{n} values; it has {len(values)}",
            )


def _by_order(first: Texts, second: Texts) -> Pairs:
    if len(first.texts) != len(second.texts):
        raise SourceError(
            "references and hypotheses differ in number",
            value=f"{len(first.texts)} and {len(second.texts)}",
            allowed="one hypothesis for each reference, or ids on both sides",
            remedy="Give a mapping from id to text, or a file with ids, on both sides",
        )
    ids = first.ids or second.ids or [str(number) for number in range(len(first.texts))]
    return _pairs(first, list(second.texts), ids, (*first.refused, *second.refused))


def _by_id(first: Texts, second: Texts) -> Pairs:
    refused = [*first.refused, *second.refused]
    places = _places(first, "reference", refused)
    said = {key: second.texts[place] for key, place in _places(second, "hypothesis", refused).items()}
    stray = (key for key in said if key not in places)
    refused += [Refusal(key, "a hypothesis without a reference") for key in stray]
    if places and not said.keys() & places.keys():
        raise SourceError(
            "references and hypotheses have no id in common",
            value=f"{next(iter(places))!r} and {next(iter(said), '')!r}",
            remedy="Look whether one side has a folder or a file ending in its ids",
        )
    kept = list(places.values())
    chosen = Texts(
        [first.texts[place] for place in kept],
        list(places),
        {name: [values[place] for place in kept] for name, values in first.columns.items()},
    )
    missing = sum(said.get(key) is None for key in places)
    note = (f"{missing} references have no hypothesis: they count as not heard at all",) if missing else ()
    return _pairs(chosen, [said.get(key) for key in places], list(places), tuple(refused), note)


def _places(texts: Texts, role: str, refused: list[Refusal]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, key in enumerate(texts.ids or ()):
        if key in found:
            refused.append(Refusal(key, f"the {role} with this id is there more than once: the first counts"))
        else:
            found[key] = place
    return found


def _pairs(
    first: Texts,
    said: list[str | None],
    ids: Sequence[str],
    refused: tuple[Refusal, ...],
    notes: tuple[str, ...] = (),
) -> Pairs:
    """Leave out what has no reference at all (None, which is not the same as an empty one)."""
    kept = [place for place, text in enumerate(first.texts) if text is not None]
    if len(kept) == len(said):
        return Pairs(
            ids,
            [text or "" for text in first.texts],
            [text or "" for text in said],
            first.columns,
            refused,
            notes,
        )
    gone = [place for place, text in enumerate(first.texts) if text is None]
    return Pairs(
        [ids[place] for place in kept],
        [first.texts[place] or "" for place in kept],
        [said[place] or "" for place in kept],
        {name: [values[place] for place in kept] for name, values in first.columns.items()},
        (*refused, *(Refusal(ids[place], "there is no reference") for place in gone)),
        notes,
    )


def side(given: object, *, role: str) -> Texts:
    """Return one side as texts.

    Raises:
        SourceError: It holds something that is no text.
    """
    if isinstance(given, Texts):
        return given
    if isinstance(given, Mapping):
        return Texts(_checked(given.values(), role), [str(key) for key in given])
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return Texts(_checked(given, role))
    raise SourceError(
        f"the {role} side is no list of texts",
        value=type(given).__name__,
        allowed="a list of texts, a mapping from id to text, rows, or a file",
    )


def _checked(values: Iterable[object], role: str) -> list[str | None]:
    found: list[str | None] = []
    for place, value in enumerate(values):
        text = value.as_py() if hasattr(value, "as_py") else value
        if text is None or text != text:  # noqa: PLR0124 - NaN, which pandas writes for "none"
            found.append(None)
        elif isinstance(text, str):
            found.append(text)
        else:
            raise SourceError(
                f"a {role} is no text", value=f"number {place}: {type(text).__name__}", allowed="texts"
            )
    return found
