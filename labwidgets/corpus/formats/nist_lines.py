"""What the line formats of NIST's scoring tools have in common: names of recordings and channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from labwidgets.corpus.formats.carrying import stem, token
from labwidgets.records import Refusal, TranscribedSpan

CHANNEL = "channel_name"
"""Key in the metadata of a channel's name that is none of the usual ones."""

COMMENT = ";;"
_CHANNELS: Mapping[str, int] = {"1": 0, "2": 1, "A": 0, "B": 1}

Line = TypeVar("Line")


def channel_of(name: str) -> tuple[int | None, dict[str, Any]]:
    """Return a channel's number from 0, and its name as metadata where it is not ``1``, ``2`` and so on.

    >>> channel_of("1"), channel_of("B"), channel_of("left")
    ((0, {}), (1, {'channel_name': 'B'}), (None, {'channel_name': 'left'}))
    """
    number = _CHANNELS.get(name)
    if number is None and name.isascii() and name.isdecimal() and name != "0":
        number = int(name) - 1
    return number, {} if number is not None and name == str(number + 1) else {CHANNEL: name}


def channel_name(span: TranscribedSpan) -> str:
    """Return the name of the span's channel: as it came, else its number from 1."""
    name = span.metadata.get(CHANNEL)
    if isinstance(name, str) and name == token(name) != "" and channel_of(name)[0] == span.channel:
        return name
    return "1" if span.channel is None or span.channel < 0 else str(span.channel + 1)


def recording_name(name: str) -> str:
    """Return the name of a recording as one word, without folders and ending."""
    bare = token(stem(name)) or "recording"
    return f"_{bare}" if bare.startswith(COMMENT) else bare


def apart(items: Iterable[Line | Refusal]) -> tuple[list[Line], tuple[Refusal, ...]]:
    """Return lines and refusals apart."""
    lines, refused = list[Line](), list[Refusal]()
    for item in items:
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            lines.append(item)
    return lines, tuple(refused)
