"""Troubles that a test orders from the test Hub, and the log of what it was asked."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """One trouble.

    Attributes:
        route: Pattern that "METHOD /path" has to match.
        kind: ``status`` (answer ``status``), ``cut`` (close the line before doing anything), ``lost`` (do
            it, then close the line), ``silent`` (no answer for ``seconds``, or until troubles are
            forgotten) or ``race`` (somebody commits first).
        at: First matching request that it hits, counted from 1.
        times: How many it hits.
        status: For ``status``.
        seconds: For ``silent``.
        message: For ``status``.
    """

    route: str
    kind: str
    at: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 60.0
    message: str = "ordered by the test"
    seen: int = 0


@dataclass
class Troubles:
    """All ordered faults, and every request so far."""

    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, fault: Fault) -> None:
        """Add a trouble."""
        with self.lock:
            self.faults.append(fault)

    def clear(self) -> None:
        """Forget troubles and log."""
        with self.lock:
            self.faults.clear()
            self.requests.clear()

    def keep_silent(self, fault: Fault) -> None:
        """Wait as long as a silence lasts."""
        end_s = time.monotonic() + fault.seconds
        while time.monotonic() < end_s and any(one is fault for one in self.faults):
            time.sleep(0.05)

    def meet(self, method: str, path: str, length: int) -> Fault | None:
        """Note a request; return the trouble that hits it."""
        with self.lock:
            self.requests.append({"method": method, "path": path, "length": length})
            hit = None
            for fault in self.faults:
                if re.search(fault.route, f"{method} {path}"):
                    fault.seen += 1
                    if hit is None and fault.at <= fault.seen < fault.at + fault.times:
                        hit = fault
            return hit
