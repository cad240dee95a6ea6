"""The worker's side of a job."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from typing import IO, Any

from labwidgets.errors import LabError
from labwidgets.jobs.messages import error_to_json


class WorkerChannel:
    """The worker's side: reports go to the parent, ``stopped`` turns true when the parent lets go.

    Standard output belongs to the channel; whatever a library prints goes to standard error instead.

    Args:
        is_given: Whether the parent says something first.

    Attributes:
        given: What it said; nothing where it let go before it was done.
    """

    def __init__(self, *, is_given: bool = False) -> None:
        line = _first_line() if is_given else b"{}\n"
        is_whole = line.endswith(b"\n")
        self.given: dict[str, Any] = json.loads(line) if is_whole else {}
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._stop = threading.Event()
        if not is_whole:
            self._stop.set()
        threading.Thread(target=self._watch, name="job parent watch", daemon=True).start()

    def stopped(self) -> bool:
        """Whether the parent asked to stop, or is gone."""
        return self._stop.is_set()

    def progress(self, done: int, total: int, note: str) -> None:
        """Tell the parent how far the work is."""
        self._send({"progress": [done, total, note]})

    def point(self, point: Mapping[str, float]) -> None:
        """Tell the parent of a point of a curve."""
        self._send({"point": point})

    def result(self, result: Mapping[str, Any]) -> None:
        """Tell the parent what came out."""
        self._send({"result": result})

    def error(self, error: LabError) -> None:
        """Tell the parent what went wrong."""
        self._send({"error": error_to_json(error)})

    def _watch(self) -> None:
        while os.read(0, 4096):
            pass
        self._stop.set()

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            print(json.dumps(message, ensure_ascii=False), file=self._out, flush=True)
        except BrokenPipeError:
            self._stop.set()


def _first_line() -> bytes:
    """Return the first line of standard input; less than one where the parent is gone before its end."""
    found = bytearray()
    # Not by a reader with a buffer: what stays unread belongs to the watch.
    while not found.endswith(b"\n") and (some := os.read(0, 65536)):
        found += some
    return bytes(found)
