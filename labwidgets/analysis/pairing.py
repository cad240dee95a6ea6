"""References and hypotheses brought side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from labwidgets.analysis.inputs import side
from labwidgets.analysis.texts import Texts, TimedWord
from labwidgets.errors import SourceError
from labwidgets.records import Refusal


@dataclass(frozen=True, slots=True)
class Pairs:
    """References and hypotheses side by side; ``missing`` are ids that have no hypothesis at all."""

    ids: Sequence[str]
    references: Sequence[str]
    hypotheses: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()


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
    if second.timed and "start_s" in first.columns:
        return _by_time(first, second)
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
    if first.ids == second.ids and len(set(first.ids or ())) == len(first.ids or ()):
        missing = sum(text is None for text in second.texts)
        return _pairs(first, list(second.texts), first.ids or (), tuple(refused), _not_heard(missing))
    places = _places(first, "reference", refused)
    said = {key: second.texts[place] for key, place in _places(second, "hypothesis", refused).items()}
    if not said.keys() & places.keys():
        places, said = _by_name(places, said)
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
    return _pairs(
        chosen, [said.get(key) for key in places], list(places), tuple(refused), _not_heard(missing)
    )


def _not_heard(n: int) -> tuple[str, ...]:
    return (f"{n} references have no hypothesis: they count as not heard at all",) if n else ()


def _by_name(
    places: dict[str, int], said: dict[str, str | None]
) -> tuple[dict[str, int], dict[str, str | None]]:
    """Try the ids without folder and ending, as the same clip has them on two machines."""
    names: list[Callable[[str], str]] = [lambda key: PurePath(key).name, lambda key: PurePath(key).stem]
    for name in names:
        renamed = {name(key): place for key, place in places.items()}
        heard = {name(key): text for key, text in said.items()}
        is_sound = len(renamed) == len(places) and len(heard) == len(said)
        if is_sound and renamed.keys() & heard.keys():
            return renamed, heard
    return places, said


def _by_time(first: Texts, second: Texts) -> Pairs:
    """Put words with times into the segments that their middles lie in, as sclite does with STM and CTM."""
    spans: dict[tuple[str, str], list[tuple[float, float, int]]] = {}
    columns = (first.columns[name] for name in ("recording", "channel", "start_s", "end_s"))
    for place, (recording, channel, start_s, end_s) in enumerate(zip(*columns, strict=True)):
        spans.setdefault((recording, channel), []).append((start_s, end_s, place))
    said: list[list[str]] = [[] for _ in first.texts]
    outside: Counter[str] = Counter()
    for key in {(word.recording, word.channel) for word in second.timed}:
        words = [word for word in second.timed if (word.recording, word.channel) == key]
        _place_words(words, sorted(spans.get(key, [])), said, outside)
    note = f"{outside.total()} words lie outside all segments and are not scored" if outside else ""
    texts: list[str | None] = [" ".join(words) for words in said]
    ids = first.ids or [str(number) for number in range(len(texts))]
    return _pairs(first, texts, ids, (*first.refused, *second.refused), (note,) if note else ())


def _place_words(
    words: Sequence[TimedWord],
    spans: Sequence[tuple[float, float, int]],
    said: list[list[str]],
    outside: Counter[str],
) -> None:
    """Give each word to the first segment that its middle lies in; both in the order of time."""
    at = 0
    for word in words:
        middle_s = (word.start_s + word.end_s) / 2
        while at < len(spans) and spans[at][1] < middle_s:
            at += 1
        here = next((place for start_s, end_s, place in spans[at:] if start_s <= middle_s <= end_s), None)
        if here is None:
            outside[word.recording] += 1
        else:
            said[here].append(word.text)


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
    missing = frozenset[str]()
    heard: list[str] = said  # type: ignore[assignment] # as is seen next
    if None in said:
        missing = frozenset(key for key, text in zip(ids, said, strict=True) if text is None)
        heard = [text or "" for text in said]
    if None not in first.texts:
        return Pairs(ids, first.texts, heard, first.columns, refused, notes, missing)  # type: ignore[arg-type] # as was just seen
    kept = [place for place, text in enumerate(first.texts) if text is not None]
    gone = [place for place, text in enumerate(first.texts) if text is None]
    return Pairs(
        [ids[place] for place in kept],
        [first.texts[place] or "" for place in kept],
        [heard[place] for place in kept],
        {name: [values[place] for place in kept] for name, values in first.columns.items()},
        (*refused, *(Refusal(ids[place], "there is no reference") for place in gone)),
        notes,
        missing,
    )
