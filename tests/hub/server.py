"""A small Hub for tests: real HTTP, real git history, objects on a second origin, no mock of any client.

It speaks the part of the protocol that pushing and loading data sets needs. Run it by path::

    python tests/hub/server.py --folder /tmp/hub --port 8300

It prints one JSON line with its two addresses. The token ``hf_writer`` may write to ``team`` and ``writer``,
``hf_reader`` may only read. ``POST /-/faults`` orders troubles (see ``hub_faults``), ``GET /-/requests``
tells what was asked, ``POST /-/clear`` forgets both.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from hub_faults import Fault, Troubles
from hub_routes import Answer, Hub, RefusedError, Request

MAX_BODY = 600_000_000


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: ClassVar[Hub]
    troubles: ClassVar[Troubles]
    is_storage: ClassVar[bool] = False

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names of the base class

    def log_message(self, *_: Any) -> None:
        """Keep quiet; the log of requests is asked for over HTTP."""

    def _serve(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        if parts.path.startswith("/-/"):
            self._control(parts.path, body)
            return
        origin = "storage" if self.is_storage else "hub"
        fault = self.troubles.meet(self.command, parts.path, len(body))
        if fault is not None and fault.kind == "silent":
            self.troubles.keep_silent(fault)
        if fault is not None and fault.kind in {"cut", "silent"}:
            self.close_connection = True
            return
        if fault is not None and fault.kind == "race":
            self.hub.race(parts.path)
        if fault is not None and fault.kind == "status":
            self._send(Answer.error(fault.status, fault.message))
            return
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        request = Request(
            self.command, parts.path, query, {k.title(): v for k, v in self.headers.items()}, body
        )
        try:
            answer = self.hub.storage(request) if origin == "storage" else self.hub.answer(request)
        except RefusedError as e:
            answer = e.answer
        if fault is not None and fault.kind == "lost":
            self.close_connection = True
            return
        self._send(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _control(self, path: str, body: bytes) -> None:
        if path == "/-/faults":
            self.troubles.order(Fault(**json.loads(body)))
        elif path == "/-/clear":
            self.troubles.clear()
        found = self.troubles.requests if path == "/-/requests" else []
        self._send(Answer.json(found))


def start(folder: Path, *, port: int = 0) -> tuple[ThreadingHTTPServer, ThreadingHTTPServer]:
    """Return the Hub's server and the object storage's, both bound to loopback and not running yet."""
    troubles = Troubles()
    hub = Hub(folder)
    servers = []
    for is_storage in (True, False):
        fields = {"hub": hub, "troubles": troubles, "is_storage": is_storage}
        handler = type("Handler", (_Handler,), fields)
        server = ThreadingHTTPServer(("127.0.0.1", 0 if is_storage else port), handler)
        server.daemon_threads = True
        servers.append(server)
    storage, main = servers
    hub.storage_url = f"http://127.0.0.1:{storage.server_address[1]}"
    hub.url = f"http://127.0.0.1:{main.server_address[1]}"
    return main, storage


def run() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="A small Hub on loopback, for tests.")
    parser.add_argument("--folder", type=Path, required=True, help="where repositories and objects are kept")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    main, storage = start(options.folder, port=options.port)
    threading.Thread(target=storage.serve_forever, daemon=True).start()
    hub = main.RequestHandlerClass.hub  # type: ignore[attr-defined]
    print(json.dumps({"url": hub.url, "storage": hub.storage_url}), flush=True)  # noqa: T201
    main.serve_forever()


if __name__ == "__main__":
    run()
