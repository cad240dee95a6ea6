"""Nothing typed is lost: dead lines, dead kernels, reloads, two tabs, several people, no storage."""

from __future__ import annotations

import re
import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from desks import ADD, LABEL, SHOW, THIRD, Desk, kernel_of
from labs import kernels
from waiting import wait_equal, wait_until

from labwidgets.project import Project
from labwidgets.records import QueueQuery

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


NO_STORAGE = """
Object.defineProperty(window, "indexedDB", {get() { throw new DOMException("no", "SecurityError"); }});
"""


class Line:
    """The way from a page to its kernel, which can be cut."""

    def __init__(self, page: Any) -> None:
        self.is_cut = False
        self.open: list[Any] = []
        page.route_web_socket(re.compile("/channels"), self._connect)

    def _connect(self, connection: Any) -> None:
        if self.is_cut:
            connection.close()
            return
        connection.connect_to_server()
        self.open.append(connection)

    def cut(self) -> None:
        self.is_cut = True
        for connection in self.open:
            connection.close()
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


def wait_unsaved(at: Desk, *entries: list[str]) -> None:
    """Wait until the browser keeps just these, sorted: their kind and their text."""
    wait_equal(lambda: sorted(at.page.evaluate(UNSAVED)), list(entries))


def save_notebook(at: Desk) -> None:
    at.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def kill(at: Desk) -> None:
    """The kernel dies where the page cannot see it, and Jupyter starts another one."""
    kernel = kernel_of(at.opened)
    kernel.send_signal(signal.SIGKILL)
    wait_until(
        lambda: [one for one in kernels(at.opened.lab) if one != kernel], lambda: "no kernel after the kill"
    )


def test_what_is_typed_in_devanagari_outlasts_line_kernel_and_page_and_is_saved_once(
    desk: Callable[..., Desk],
) -> None:
    at = desk()
    line = Line(at.page)
    at.opened.reload()
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
    wait_unsaved(at, ["submit", "नमस्ते"], ["typed", "दुनि"])
    kill(at)
    line.mend()
    at.opened.reload()
    at.opened.run(ADD)
    at.opened.run(LABEL)
    at.wait_row(2)
    at.wait_text("दुनि")
    at.wait_state("edited, not submitted")
    at.wait_stored(1, "नमस्ते")
    at.focus()
    at.press("End")
    compose(at, "या")
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_stored(2, "दुनिया")
    at.wait_stored(1, "नमस्ते")
    wait_unsaved(at)


def second_tab(at: Desk) -> Desk:
    """The same notebook in another tab of the same browser, with a view of its own."""
    opened = type(at.opened)(at.page.context.new_page(), at.opened.lab)
    opened.page.add_init_script("localStorage.setItem('labwidgets.hints', 'seen')")
    opened.open(f"{at.project.name}.ipynb")
    return Desk(opened, at.project)


def show(at: Desk, number: int) -> None:
    at.opened.run(LABEL)
    at.wait_row(number)
    at.focus()


def both_type_into_one(one: Desk, two: Desk) -> None:
    """The second to submit is shown both texts, and lets its own count."""
    one.wait_row(3)
    one.write("the first says")
    two.page.bring_to_front()
    two.wait_text("एक")
    two.focus()
    two.press("Alt+ArrowDown")
    two.wait_row(2)
    two.press("Alt+ArrowDown")
    two.wait_row(3)
    two.write("the second says")
    two.press("Control+Enter")
    two.wait_state("saved")
    one.page.bring_to_front()
    one.focus()
    one.press("Control+Enter")
    one.wait_state("1 edit not accepted")
    banner = one.root.locator(".lw-banner")
    for text in ("the first says", "the second says"):
        banner.get_by_text(text, exact=True).wait_for()
    banner.get_by_role("button", name="Submit mine").click()
    one.wait_state("saved")


def test_what_two_tabs_hold_is_saved_once_each_and_a_conflict_shows_both_texts(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    save_notebook(one)
    two = second_tab(one)
    lines = [Line(at.page) for at in (one, two)]
    for at in (one, two):
        at.opened.reload()
        show(at, 1)
    two.press("Alt+ArrowDown")
    two.wait_row(2)
    for line in lines:
        line.cut()
    clear(two)
    compose(two, "द", "दो")
    two.press("Control+Enter")
    two.wait_state("no connection, 1 edit kept in this browser")
    one.page.bring_to_front()
    clear(one)
    compose(one, "ए", "एक")
    one.wait_state("no connection, 1 edit kept in this browser")
    kill(one)
    for line in lines:
        line.mend()
    for at in (one, two):
        at.opened.reload()
    one.opened.run(ADD)
    show(one, 1)
    one.wait_text("एक")
    show(two, 1)
    two.wait_stored(2, "दो")
    one.page.bring_to_front()
    one.focus()
    one.press("Control+Enter")
    one.wait_state("saved")
    one.wait_stored(1, "एक")

    both_type_into_one(one, two)
    one.wait_stored(3, "the second says", "the first says")
    wait_unsaved(one)
    assert not one.opened.page_errors()


def test_the_same_output_twice_saves_once_and_each_view_sees_what_the_other_saved(
    desk: Callable[..., Desk],
) -> None:
    at = desk()
    at.page.evaluate(
        """async () => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
            await window.jupyterapp.commands.execute("notebook:create-output-view");
        }"""
    )
    other = Desk(at.opened, at.project)
    other.root = at.page.locator(".jp-LinkedOutputView .lw-frame")
    other.wait_row(1)
    other.focus()
    other.write("from the second view")
    other.press("Control+Enter")
    other.wait_state("saved")
    at.wait_stored(1, "from the second view")
    at.wait_text("from the second view")
    other.wait_row(2)
    other.write("half typed")
    wait_unsaved(at, ["typed", "half typed"])
    at.page.locator(".jp-LinkedOutputView").evaluate(
        """() => window.jupyterapp.shell.currentWidget.close()"""
    )
    at.wait_row(2)
    at.wait_text("half typed")
    at.wait_state("edited, not submitted")


def test_people_at_one_computer_never_get_each_others_text_but_are_told_of_it(
    desk: Callable[..., Desk],
) -> None:
    mine = desk(third=SHOW.format(annotator="ravi"))
    mine.write("half of mine")
    wait_unsaved(mine, ["typed", "half of mine"])
    save_notebook(mine)
    kill(mine)
    mine.opened.reload()
    mine.opened.run(ADD)
    mine.opened.run(THIRD)
    his = Desk(mine.opened, mine.project, cell=THIRD, annotator="ravi")
    his.wait_row(1)
    his.wait_text("draft number 1")
    his.wait_state("ready")
    his.root.get_by_role("button", name="What is kept, and where: +1 kept elsewhere").click()
    his.root.get_by_text("1 edit of me is kept too").wait_for()
    assert "half of mine" not in his.root.inner_text()
    show(mine, 1)
    mine.wait_text("half of mine")


def test_a_submit_for_a_retired_segment_keeps_its_text_until_it_is_discarded(
    desk: Callable[..., Desk],
) -> None:
    at = desk()
    at.write("for a segment that goes")
    with Project.open(at.project) as project:
        project.store.retire(project.queue(QueueQuery()).rows[0].segment_id)
    at.press("Control+Enter")
    at.wait_state("1 edit not accepted")
    save_notebook(at)
    at.opened.reload()
    at.opened.run(LABEL)
    banner = at.root.locator(".lw-banner")
    banner.get_by_text("for a segment that goes", exact=True).wait_for()
    wait_until(lambda: "retired" in banner.inner_text(), banner.inner_text)
    banner.get_by_role("button", name="Discard it").click()
    at.wait_state("ready")
    wait_unsaved(at)


def test_where_the_browser_keeps_nothing_the_project_does_and_the_page_says_so(
    desk: Callable[..., Desk],
) -> None:
    at = desk()
    save_notebook(at)
    at.page.add_init_script(NO_STORAGE)
    at.opened.reload()
    show(at, 1)
    clear(at)
    compose(at, "न", "नम", "नमस्ते")
    at.wait_state("edited, not submitted, kept in the project")
    at.root.get_by_role("button", name="What is kept, and where").click()
    at.root.get_by_text("This browser keeps nothing here").wait_for()
    kill(at)
    at.opened.reload()
    at.opened.run(ADD)
    show(at, 1)
    at.wait_text("नमस्ते")
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_stored(1, "नमस्ते")
    with Project.open(at.project) as project:
        wait_equal(lambda: list(project.kept(annotator="me")), [])


@pytest.fixture
def other_port(lab: Any) -> Iterator[int]:
    """A second port that leads to the same server: another address for the browser."""
    _, target = lab.url.rsplit(":", 1)

    class Pipe(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", int(target))) as server:
                back = threading.Thread(target=pump, args=(server, self.request), daemon=True)
                back.start()
                pump(self.request, server)
                back.join(5)

    class Pipes(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Pipes(("127.0.0.1", 0), Pipe) as pipes:
        threading.Thread(target=pipes.serve_forever, daemon=True).start()
        yield pipes.server_address[1]
        pipes.shutdown()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def test_under_another_port_the_page_says_where_the_edits_are(
    desk: Callable[..., Desk], other_port: int
) -> None:
    at = desk()
    at.write("half typed")
    wait_until(lambda: "labwidgets-unsaved-" in at.page.evaluate("document.cookie"), lambda: "no cookie")
    moved = replace(at.opened.lab, url=f"http://127.0.0.1:{other_port}")
    opened = type(at.opened)(at.page.context.new_page(), moved)
    opened.open(f"{at.project.name}.ipynb")
    opened.run(LABEL)
    there = Desk(opened, at.project)
    there.root.get_by_role("button", name="What is kept, and where: +1 kept elsewhere").click()
    there.root.get_by_text(f"1 edit lies under another address, {at.opened.lab.url}").wait_for()
    wait_unsaved(there)
