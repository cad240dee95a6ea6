"""One side of a comparison: texts with their ids and what else is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labwidgets.records import Refusal


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one side, with what is known of each.

    Attributes:
        texts: One an utterance; None where there is none.
        ids: One an utterance; None where only their order counts.
        columns: Further values by name, each as long as ``texts``.
        refused: What could not be taken, and why.
        timed: Words with times, where the source has them but no utterances (CTM).
    """

    texts: Sequence[str | None]
    ids: Sequence[str] | None = None
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    timed: tuple[TimedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word with its place in a channel of a recording."""

    recording: str
    channel: str
    start_s: float
    end_s: float
    text: str
