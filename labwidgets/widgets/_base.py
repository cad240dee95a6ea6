"""What all widgets share: the envelope, one answer to each request, slow answers off the message thread."""

from __future__ import annotations

import contextvars
import gzip
import hashlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from pydantic import TypeAdapter, ValidationError

from labwidgets.errors import LabError, MessageError, MissingExtraError, NotFoundError
from labwidgets.widgets.protocol import PROTOCOL_VERSION, REQUESTS

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parents[1] / "static"
ASSETS = {"app": "app.js", "typing": "typing.js", "recorder": "recorder.js"}

Answer = tuple[Mapping[str, Any], list[bytes]]
Handler = Callable[[dict[str, Any]], Answer]
Receiver = Callable[[dict[str, Any], list[bytes]], Answer]
"""Answers a request that brings buffers."""


def bundle(name: str) -> Path:
    """Return where the built front-end file ``name`` lies.

    Raises:
        MissingExtraError: It was not built.
    """
    path = STATIC / name
    if not path.is_file():
        raise MissingExtraError(
            "the front end is not built",
            value=name,
            remedy="Install the package with pip (pip install -e . in a checkout): that builds it",
        )
    return path


@lru_cache(maxsize=8)
def _asset(path: Path, _changed_ns: int, is_packed: bool) -> tuple[bytes, str]:
    data = path.read_bytes()
    return gzip.compress(data) if is_packed else data, hashlib.sha256(data).hexdigest()


def let_page_choose_loop(comm: Any) -> None:
    """Have the kernel answer a message where the page asked for it, whatever loop spoke on ``comm`` last.

    JupyterLab opens a loop beside the cells (a subshell) for widgets and names it in each message. ipykernel
    7.4 overrules that by the loop that the widget's newest message seems to come from: the main one for the
    cell that showed it, and for each thread. A save then waits for the running cell.
    """
    if not hasattr(comm, "_reply_subshell_for"):
        return
    answered = vars(comm).get("_reply_subshell_ids", {})

    def route(_data: object, chosen: str | None) -> str | None:
        answered.clear()  # It would only grow.
        return chosen

    vars(comm)["_reply_subshell_for"] = route


class LabWidget(anywidget.AnyWidget):
    """A widget that speaks ``labwidgets.widgets.protocol``. Subclasses fill ``handlers``.

    Attributes:
        kind: Which part of the front end it shows.
    """

    kind = traitlets.Unicode().tag(sync=True)

    slow: ClassVar[frozenset[str]] = frozenset(
        {
            "peaks",
            "spectrogram",
            "window",
            "segment",
            "place",
            "asset",
            "words",
            "find",
            "replace",
            "undo_replace",
            "recordings",
            "recording",
            "regions",
            "wave",
            "speech",
        }
    )
    """Requests answered by the pool, so that a save never waits behind an encode."""

    # ipywidgets closes what was never finished, too, when it is collected.
    _pool: ThreadPoolExecutor | None = None

    def __init__(self, *, kind: str, **traits: Any) -> None:
        # Set here and not on the class: importing the module must work without the bundle.
        self._esm = bundle("entry.js").read_text(encoding="utf-8")
        self.handlers: dict[str, Handler] = {"asset": self._answer_asset}
        self.receivers: dict[str, Receiver] = {}
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix=f"labwidgets {kind}")
        self._waiting: dict[str, Future[None]] = {}
        super().__init__(kind=kind, **traits)
        let_page_choose_loop(self.comm)
        self.on_msg(self._on_message)

    def close(self) -> None:
        """Take the widget off the page and let its threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        super().close()

    def is_slow(self, name: str, _payload: Any, /) -> bool:
        """Return whether a request is one for the pool."""
        return name in self.slow

    def emit(self, name: str, payload: Mapping[str, Any]) -> None:
        """Send the event ``name`` to every view."""
        self.send({"kind": "event", "id": "", "name": name, "payload": payload})

    def _answer_asset(self, payload: dict[str, Any]) -> Answer:
        name = payload["name"]
        if name not in ASSETS:
            raise NotFoundError("no such asset", value=name, allowed=", ".join(ASSETS))
        path = bundle(ASSETS[name])
        is_packed = bool(payload["gzip"])
        data, digest = _asset(path, path.stat().st_mtime_ns, is_packed)
        return {"name": name, "hash": digest, "gzip": is_packed}, [data]

    def _on_message(self, _widget: object, message: Any, buffers: list[memoryview]) -> None:
        if not isinstance(message, dict) or message.get("kind") not in ("request", "cancel"):
            return
        request_id = str(message.get("id", ""))
        if message["kind"] == "cancel":
            waiting = self._waiting.pop(request_id, None)
            if waiting is not None:
                waiting.cancel()
            return
        name, payload = str(message.get("name", "")), message.get("payload")
        sent = [bytes(buffer) for buffer in buffers]
        if self._pool is not None and self.is_slow(name, payload):
            # What the kernel knows of this message (who asked, on which loop) goes with the answer.
            context = contextvars.copy_context()
            future = self._pool.submit(context.run, self._answer, request_id, name, payload, sent)
            self._waiting[request_id] = future
            # Runs at once if the answer is out already.
            future.add_done_callback(lambda _: self._waiting.pop(request_id, None))
        else:
            self._answer(request_id, name, payload, sent)

    def _answer(self, request_id: str, name: str, payload: Any, sent: list[bytes]) -> None:
        buffers: list[bytes] = []
        try:
            reply, buffers = self._handle(name, payload, sent)
            kind, content = "reply", dict(reply)
        except LabError as error:
            kind, content = "error", {"code": error.code, "message": str(error), **_details(error)}
        except Exception as error:
            # The browser gets no traceback; the log gets the place, and no text of anybody.
            logger.exception("request %s failed", name)
            message = f"labwidgets failed at this ({type(error).__name__}): see the kernel's log"
            kind, content = "error", {"code": "internal", "message": message}
        self.send({"kind": kind, "id": request_id, "name": name, "payload": content}, buffers)

    def _handle(self, name: str, payload: Any, sent: list[bytes]) -> Answer:
        known = {**self.handlers, **self.receivers}
        if name not in known:
            raise MessageError("no such request here", value=name, allowed=", ".join(sorted(known)))
        check_payload(name, payload)
        if name in self.receivers:
            return self.receivers[name](payload, sent)
        return self.handlers[name](payload)


@lru_cache(maxsize=32)
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(REQUESTS[name][0])


def check_payload(name: str, payload: Any) -> None:
    """Refuse a payload that is not of the type that the protocol gives it.

    Raises:
        MessageError: A field is missing or of another type, or the page speaks another version.
    """
    try:
        _adapter(name).validate_python(payload)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise MessageError(f"malformed {name} request", value=place, allowed=first["msg"]) from error
    if name == "ready" and payload["version"] != PROTOCOL_VERSION:
        raise MessageError(
            "the page was made by another labwidgets",
            value=payload["version"],
            allowed=str(PROTOCOL_VERSION),
            remedy="Reload the page",
        )


def _details(error: LabError) -> dict[str, Any]:
    names = ("current_revision", "stored_text")
    found = {name: getattr(error, name) for name in names if hasattr(error, name)}
    return {"details": found} if found else {}
