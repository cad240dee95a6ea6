"""A comm that records, in the place of the kernel's, and a labeller on it."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import numpy as np
import pytest
import soundfile
from comm.base_comm import BaseComm

from labwidgets.project import Project
from labwidgets.widgets.labeller import Labeller

sys.path.insert(0, str(Path(__file__).parent))

WAIT_S = 60.0


class RecordingComm(BaseComm):
    """Keeps what Python sends; ``receive`` plays the browser."""

    def __init__(self, **keywords: Any) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(**keywords)

    def publish_msg(
        self, msg_type: str, data: Any = None, _metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        content = (data or {}).get("content")
        if msg_type == "comm_msg" and content is not None:
            self.sent.append((content, [bytes(buffer) for buffer in buffers or []]))


class Page:
    """The browser's end of one widget."""

    def __init__(self, widget: Any) -> None:
        self.widget = widget

    @property
    def sent(self) -> list[tuple[dict[str, Any], list[bytes]]]:
        return self.widget.comm.sent

    def send(self, message: Any, buffers: tuple[bytes, ...] = ()) -> None:
        data = {"method": "custom", "content": message}
        sent = [memoryview(buffer) for buffer in buffers]
        self.widget.comm.handle_msg({"content": {"data": data}, "buffers": sent})

    def ask(
        self, name: str, payload: Any, buffers: tuple[bytes, ...] = ()
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Send a request; return its one reply or error with the buffers."""
        request_id = str(uuid.uuid4())
        self.send({"kind": "request", "id": request_id, "name": name, "payload": payload}, buffers)
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            answers = [answer for answer in self.sent if answer[0]["id"] == request_id]
            if answers:
                assert len(answers) == 1
                return answers[0]
            time.sleep(0.005)
        pytest.fail(f"no answer to {name}")

    def events(self, name: str, *, n: int) -> list[dict[str, Any]]:
        """Wait for the first ``n`` events of a name; return their payloads."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            found = [
                message for message, _ in self.sent if (message["kind"], message["name"]) == ("event", name)
            ]
            if len(found) >= n:
                return [message["payload"] for message in found[:n]]
            time.sleep(0.005)
        pytest.fail(f"fewer than {n} events {name}")

    def reply(self, name: str, payload: Any, *buffers: bytes) -> dict[str, Any]:
        message, _ = self.ask(name, payload, buffers)
        assert message["kind"] == "reply", message
        return message["payload"]

    def error(self, name: str, payload: Any, *buffers: bytes) -> dict[str, Any]:
        message, _ = self.ask(name, payload, buffers)
        assert message["kind"] == "error", message
        return message["payload"]


@pytest.fixture
def page_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Any]], Page]]:
    """Builds a widget on a recording comm and returns its page; closes it afterwards."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    widgets: list[Any] = []

    def build(make: Callable[[], Any]) -> Page:
        widget = make()
        widgets.append(widget)
        return Page(widget)

    yield build
    for widget in widgets:
        widget.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "audio"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(3):
        soundfile.write(folder / f"{number}.wav", rng.uniform(-0.2, 0.2, 16_000 * (number + 1)), 16_000)
    made = Project.create(tmp_path / "corpus", language="en")
    made.add(folder)
    return made


@pytest.fixture
def page(project: Project, page_of: Callable[..., Any]) -> Any:
    return page_of(lambda: Labeller(project, annotator="a1"))
