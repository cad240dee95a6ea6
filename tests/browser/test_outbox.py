"""Nothing typed is lost: dead lines, dead kernels, reloads, two tabs, several people, no storage."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from desks import ADD, LABEL, Desk, kernel_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNSAVED = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("labwidgets", 1);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const all = opening.result.transaction("unsaved").objectStore("unsaved").getAll();
        all.onsuccess = () => {
            opening.result.close();
            resolve(all.result.map(entry => [entry.kind, entry.content?.text ?? entry.submission.text]));
        };
    };
})"""


class Line:
    """The way from a page to its kernel, which can be cut."""

    def __init__(self, page: Any) -> None:
        self.is_cut = False
        self.open: list[Any] = []
        page.route_web_socket(re.compile("/channels"), self._connect)

    def _connect(self, socket: Any) -> None:
        if self.is_cut:
            socket.close()
            return
        socket.connect_to_server()
        self.open.append(socket)

    def cut(self) -> None:
        self.is_cut = True
        for socket in self.open:
            socket.close()
        self.open.clear()

    def mend(self) -> None:
        self.is_cut = False


def compose(at: Desk, *steps: str, is_done: bool = True) -> None:
    """Type with an input method: each step replaces the one before."""
    ime = at.page.context.new_cdp_session(at.page)
    for text in steps:
        ime.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    if is_done:
        ime.send("Input.insertText", {"text": steps[-1]})
    ime.detach()


def clear(at: Desk) -> None:
    at.press("Control+a", "Delete")


def unsaved(at: Desk) -> list[list[str]]:
    return sorted(at.page.evaluate(UNSAVED))


def save_notebook(at: Desk) -> None:
    at.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def reload(at: Desk) -> None:
    at.page.reload()
    at.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    at.opened.wait_for_kernel()


def kill(at: Desk) -> None:
    """The kernel dies where the page cannot see it."""
    kernel = kernel_of(at.opened)
    kernel.send_signal(signal.SIGKILL)
    wait_until(lambda: not kernel.is_running() or kernel.status() == "zombie", lambda: "the kernel lives")


def texts(at: Desk, number: int) -> list[str]:
    return [opinion.text for opinion in at.stored(number)]


def test_what_is_typed_in_devanagari_outlasts_line_kernel_and_page_and_is_saved_once(
    desk: Callable[..., Desk],
) -> None:
    at = desk()
    line = Line(at.page)
    reload(at)
    at.opened.run(LABEL)
    at.wait_row(1)
    save_notebook(at)
    at.focus()
    clear(at)
    compose(at, "न", "नम", "नमस्", "नमस्ते")
    line.cut()
    at.wait_state("no connection, 1 edit kept in this browser")
    at.press("Control+Enter")
    at.wait_row(2)
    clear(at)
    compose(at, "द", "दु", "दुनि", is_done=False)
    at.wait_state("no connection, 2 edits kept in this browser")
    wait_until(lambda: unsaved(at) == [["submit", "नमस्ते"], ["typed", "दुनि"]], lambda: str(unsaved(at)))
    kill(at)
    line.mend()
    reload(at)
    at.opened.run(ADD)
    at.opened.run(LABEL)
    at.wait_row(2)
    at.wait_text("दुनि")
    at.wait_state("edited, not submitted")
    assert texts(at, 1) == ["नमस्ते"]
    at.focus()
    at.press("End")
    compose(at, "या")
    at.press("Control+Enter")
    at.wait_state("saved")
    assert texts(at, 2) == ["दुनिया"]
    assert texts(at, 1) == ["नमस्ते"]
    assert unsaved(at) == []
