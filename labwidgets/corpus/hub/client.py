"""How huggingface_hub is made patient but not endless, and asked how much it sent.

By itself its client has no timeout at all, and the uploader of xet storage stays silent for minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from labwidgets.errors import HubError

MAX_TRIES = 4
"""Tries of one request that get no answer at all; answers that say "later" are tried as the library likes."""

XET_TRIES = 1
"""Further tries of one request to xet storage."""

XET_PATIENCE = 1.5
"""Times the timeout: while it checks an upload, xet storage gives a sign of life every 20 s only."""

_BODIES = ("PUT", "POST")


class Line:
    """What goes over the line during one push.

    Args:
        repo_id: Named when the line is dead.
        timeout_s: Longest silence of one request; one that is tried again may take twice that in all.
    """

    def __init__(self, repo_id: str, timeout_s: float) -> None:
        self.repo_id = repo_id
        self.timeout_s = timeout_s
        self.n_sent = 0
        self._lock = threading.Lock()
        self._unanswered: dict[tuple[str, str], list[float]] = {}
        self._uploads: list[Any] = []

    def asked(self, request: Any) -> None:
        """Note a request; called by the client before it is sent.

        Raises:
            HubError: It was tried often or long enough, without any answer.
        """
        key, now = (request.method, str(request.url)), time.monotonic()
        with self._lock:
            tries = self._unanswered.setdefault(key, [])
            if len(tries) >= MAX_TRIES or (tries and now - tries[0] > 2 * self.timeout_s):
                raise HubError(
                    "the Hub cannot be reached or does not answer",
                    value=self.repo_id,
                    remedy="Look at the network, then push again: what was sent already is not sent twice",
                )
            tries.append(now)

    def answered(self, response: Any) -> None:
        """Note an answer, and count what its request carried."""
        request = response.request
        with self._lock:
            self._unanswered.pop((request.method, str(request.url)), None)
            if request.method in _BODIES and _carries_files(str(request.url)):
                self.n_sent += int(request.headers.get("content-length") or 0)

    def new_upload_commit(self, **options: Any) -> Any:
        """Return what huggingface_hub asks of an ``XetSession``, in a session with our own patience."""
        import hf_xet

        config = hf_xet.XetConfig().with_config(
            {
                "client.retry_max_attempts": XET_TRIES,
                "client.retry_base_delay": "500ms",
                "client.connect_timeout": f"{self.timeout_s:g}s",
                "client.read_timeout": f"{round(1000 * XET_PATIENCE * self.timeout_s)}ms",
            }
        )
        upload = hf_xet.XetSession(config).new_upload_commit(**options)
        self._uploads.append(upload)
        return upload

    def total_sent(self) -> int:
        """Return how many bytes of files went over the line so far, chunks included."""
        return self.n_sent + sum(
            int(upload.progress().total_transfer_bytes_completed) for upload in self._uploads
        )


def _carries_files(url: str) -> bool:
    path = url.partition("?")[0]
    return ("/api/" not in path and "/info/lfs/" not in path) or "/commit/" in path


@contextmanager
def patient(line: Line) -> Iterator[None]:
    """Let all that huggingface_hub does in the block go over ``line``."""
    from huggingface_hub import set_client_factory
    from huggingface_hub.utils import _http, _xet

    before: Callable[[], Any] = _http._GLOBAL_CLIENT_FACTORY  # noqa: SLF001 - there is no public way to read it
    session_before = _xet.get_xet_session

    def client() -> Any:
        made = before()
        made.timeout = line.timeout_s
        hooks = made.event_hooks
        made.event_hooks = {
            "request": [*hooks["request"], line.asked],
            "response": [*hooks["response"], line.answered],
        }
        return made

    set_client_factory(client)
    _xet.get_xet_session = lambda: line
    try:
        yield
    finally:
        _xet.get_xet_session = session_before
        set_client_factory(before)
