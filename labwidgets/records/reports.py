"""What long work came to, and what happened when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing out of a batch that was not taken, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``add`` did: new recordings, ones known before, refused ones; hours of the new ones.

    ``notes``: what was guessed about the source, one line each.
    """

    added: int
    known: int
    refused: tuple[Refusal, ...]
    hours: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What ``draft`` did. ``rtfx``: seconds of audio drafted per second of work; None if none was."""

    drafted: int
    cached: int
    failed: tuple[Refusal, ...]
    rtfx: float | None
    model: str


@dataclass(frozen=True, slots=True)
class Status:
    """The project in numbers."""

    recordings: int
    segments: int
    drafted: int
    submitted: int
    flagged: int
    hours: float
    speakers: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Whether a rebuild from the events equals what is stored."""

    events: int
    ok: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a project's history, ``at_us`` in microseconds since 1970."""

    seq: int
    event_id: str
    stream_id: str
    stream_version: int
    kind: str
    actor: str | None
    at_us: int
    client_at_us: int | None
    payload: Mapping[str, Any]
