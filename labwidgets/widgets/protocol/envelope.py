"""What each message looks like on the wire."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict


class Envelope(TypedDict):
    """What each message looks like on the wire."""

    kind: Literal["request", "reply", "error", "cancel", "event"]
    id: str
    name: str
    payload: dict[str, Any]


class ErrorPayload(TypedDict):
    """Payload of an ``error``: ``code`` for programs, ``message`` for people, details by code."""

    code: str
    message: str
    details: NotRequired[dict[str, Any]]
