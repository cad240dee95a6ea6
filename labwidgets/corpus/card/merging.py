"""A card anew, without losing what people wrote into the last one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from labwidgets.corpus.card.licence import LICENCE_FIELDS
from labwidgets.errors import CardError

START = "<!-- labwidgets: what stands between these two marks is written anew with every push -->"
END = "<!-- labwidgets: write below (or above the first mark); that stays -->"
MOVED = "## Added by hand"

_OURS = ("configs", "dataset_info", "size_categories")
"""Fields that must say what the files say, whoever wrote something else there."""

_HEAD = re.compile(r"\A\s*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(re.escape(START) + r"(.*?)" + re.escape(END), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Card:
    """A card as labwidgets writes it: the head's fields, and the text between the marks."""

    fields: Mapping[str, Any]
    text: str


def render_card(card: Card) -> str:
    """Return a card that nobody has written in yet."""
    return f"---\n{_dumped(card.fields)}---\n\n{START}\n\n{card.text}\n{END}\n"


def merge_cards(theirs: str, ours: Card, *, base: Card | None) -> str:
    """Return ``theirs`` with our facts brought up to date.

    Fields that a person changed stay, except those that describe the files. Text outside the marks stays
    where it is. Lines that a person wrote between the marks move below them.

    Args:
        theirs: The card as it is in the repository.
        ours: The new one.
        base: What labwidgets wrote last; None where that is not known: then every field of theirs stays.

    Raises:
        CardError: Their YAML cannot be read.
    """
    theirs = theirs.replace("\r\n", "\n")
    head = _HEAD.match(theirs)
    fields = _loaded(head[1]) if head else {}
    merged = _merged_fields(fields, ours.fields, None if base is None else base.fields)
    yaml_text = head[1] if head and merged == fields else _dumped(merged)
    body = _merged_text(theirs[head.end() :] if head else theirs, ours.text, base)
    return f"---\n{yaml_text}---\n\n{body}"


def _loaded(text: str) -> dict[str, Any]:
    remedy = "Correct it on the Hub (the pencil beside README.md), then push again"
    try:
        fields = yaml.safe_load(text)
    except yaml.YAMLError as e:
        place = getattr(e, "problem_mark", None)
        where = f"line {place.line + 2} of README.md" if place else "README.md"
        problem = "the card in the repository has broken YAML at its top"
        raise CardError(problem, value=where, remedy=remedy) from e
    if fields is not None and not isinstance(fields, dict):
        raise CardError("the YAML at the top of the card is no list of fields", remedy=remedy)
    return {str(key): value for key, value in (fields or {}).items()}


def _dumped(fields: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True, width=10_000)


def _merged_fields(
    theirs: Mapping[str, Any], ours: Mapping[str, Any], base: Mapping[str, Any] | None
) -> dict[str, Any]:
    merged = dict(theirs)
    for key, value in ours.items():
        if key in _OURS:
            merged[key] = _with_foreign_configs(theirs.get(key), value)
        elif _is_free(key, theirs, base):
            merged[key] = value
    for key in set(base or ()) - set(ours):
        if theirs.get(key) == (base or {})[key]:
            merged.pop(key, None)
    return merged


def _is_free(key: str, theirs: Mapping[str, Any], base: Mapping[str, Any] | None) -> bool:
    """Return whether no person has decided on this field."""
    together = LICENCE_FIELDS if key in LICENCE_FIELDS else (key,)
    if base is None:
        return all(theirs.get(name) is None for name in together)
    return all(theirs.get(name) == base.get(name) for name in together)


def _with_foreign_configs(theirs: Any, ours: Any) -> Any:
    """Return ours with those configs of theirs that have another name."""
    mine = [item for item in _as_list(ours) if isinstance(item, dict)]
    names = {item.get("config_name", "default") for item in mine} | {"history"}
    foreign = [
        item
        for item in _as_list(theirs)
        if isinstance(item, dict) and item.get("config_name", "default") not in names
    ]
    return ours if not foreign else [*mine, *foreign]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _merged_text(theirs: str, ours: str, base: Card | None) -> str:
    block = f"{START}\n\n{ours}\n{END}"
    found = _BLOCK.search(theirs)
    if found is None:
        above = theirs.strip()
        return f"{above}\n\n{block}\n" if above else f"{block}\n"
    added = _added(found[1], base)
    before, after = theirs[: found.start()], theirs[found.end() :]
    moved = f"\n\n{MOVED}\n\n{added}" if added else ""
    text = f"{before.lstrip()}{block}{moved}{after}"
    return text if text.endswith("\n") else f"{text}\n"


def _added(block: str, base: Card | None) -> str:
    if base is None:
        return ""
    known, now = base.text.strip().splitlines(), block.strip().splitlines()
    steps = difflib.SequenceMatcher(None, known, now, autojunk=False).get_opcodes()
    lines = [
        line for kind, _, _, start, end in steps if kind in {"insert", "replace"} for line in now[start:end]
    ]
    return "\n".join(lines).strip()
