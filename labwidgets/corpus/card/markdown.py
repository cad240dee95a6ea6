"""The few forms of Markdown that a card needs, safe for names that come from outside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def inline(text: str) -> str:
    r"""Return ``text`` as one line that opens no HTML, table cell, heading or emphasis.

    >>> inline("a|b <i>\n# c")
    'a\\|b &lt;i> # c'
    """
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace("`", "'")
    return "".join(f"\\{sign}" if sign in "|*_[]" else sign for sign in flat)


def code(text: str) -> str:
    """Return ``text`` as code within a line."""
    return "`" + " ".join(text.split()).replace("`", "'").replace("|", "\\|") + "`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shares(
    counts: Counter[str], names: Mapping[str, str] | None = None, *, empty: str = "not stated"
) -> list[tuple[str, str, str]]:
    """Return (name, count, share) for each, largest first; ``empty`` is the name of ``""``."""
    total = counts.total()
    known = {"": empty, **(names or {})}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(inline(known.get(key, key)), str(n), f"{n / total:.1%}") for key, n in ordered if n]


def listed(lines: Iterable[str]) -> str:
    """Return a list, one line a point."""
    return "\n".join(f"- {line}" for line in lines)


def fenced_json(value: Any) -> str:
    """Return a block of JSON that no text in it can close."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = text.replace("`", "\\u0060").replace("<", "\\u003c")
    return f"```json\n{text}\n```"


def length(hours: float) -> str:
    """Return an amount of sound.

    >>> length(0.5), length(3), length(0.002)
    ('30.0 min', '3.0 h', '7.2 s')
    """
    minutes = hours * 60
    if minutes >= 1:
        return f"{hours:.1f} h" if hours >= 1 else f"{minutes:.1f} min"
    return f"{minutes * 60:.1f} s"


def counted(n: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "speaker"), counted(2, "speaker")
    ('1 speaker', '2 speakers')
    """
    return f"{n} {noun}{'s' * (n != 1)}"
