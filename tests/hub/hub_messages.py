"""Requests and answers of the test Hub."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, status: int = 200, **headers: str) -> Answer:
        """Return a JSON answer."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})

    @classmethod
    def error(cls, status: int, message: str, code: str | None = None, **fields: str) -> Answer:
        """Return an error as the Hub words it."""
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        return cls.json({"error": message, **fields}, status, **headers)


class RefusedError(Exception):
    """An error answer, raised from within a route."""

    def __init__(self, status: int, message: str, code: str | None = None, **fields: str) -> None:
        super().__init__(message)
        self.answer = Answer.error(status, message, code, **fields)


def ranged(data: bytes, request: Request) -> Answer:
    """Return the part of ``data`` that the request asks for."""
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if not found:
        return Answer(200, data)
    start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
    return Answer(206, data[start : end + 1], {"Content-Range": f"bytes {start}-{end}/{len(data)}"})
