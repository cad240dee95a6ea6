"""Find and replace over what is not reviewed, by keyboard, in a real JupyterLab."""

from __future__ import annotations

from typing import Any

import pytest
from desks import Desk, draft, open_desk
from waiting import wait_equal, wait_until

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def drafts(at: Desk) -> list[tuple[str, str]]:
    with Project.open(at.project) as project:
        views = [project.view(row.segment_id, annotator="me") for row in project.queue(QueueQuery()).rows]
    return [(view.state, view.draft.text) for view in views if view.draft]


def cells(at: Desk) -> Any:
    model = "window.jupyterapp.shell.currentWidget.content.model"
    source = "cell => [cell.type, cell.sharedModel.getSource()]"
    return at.page.evaluate(f"() => [...{model}.cells].map({source})")


def signs(at: Desk) -> list[str]:
    return [str(sign) for sign in at.root.locator(".lw-hit-sign").all_inner_texts()]


def wait_status(at: Desk, words: str) -> None:
    status = at.root.locator(".lw-find-status")
    wait_until(lambda: words in status.inner_text(), lambda: f"{status.inner_text()!r} has no {words!r}")


def test_places_are_found_heard_replaced_and_taken_back_by_keyboard(lab: Any, open_page: Any) -> None:
    at = open_desk(lab, open_page, n=5)
    draft(at.project, 2, "a number, a number")
    before = cells(at)
    at.write("mine")
    at.press("Alt+Shift+f")
    at.page.keyboard.type("NUMBER")
    at.press("Tab")
    at.page.keyboard.type("figure")
    at.press("Enter")
    wait_status(at, "6 places in 5 segments")
    # The first place sounds as soon as it is reached, and each one that the arrows come to.
    at.root.locator(".lw-hit[data-active] .lw-hit-heard", has_text="♪").wait_for()
    at.press("ArrowDown")
    wait_status(at, "2 heard")
    at.press("ArrowDown", "Enter")
    wait_status(at, "1 replaced")
    wait_equal(lambda: drafts(at)[1], ("open", "a number, a figure"))
    # Keys that mean something to the notebook or the text mean nothing here.
    at.press("j", "d", "d", "x", "0", "0", "Shift+Enter", "Control+b")
    assert cells(at) == before
    at.wait_focus(".lw-hits")
    at.press("s")
    wait_equal(lambda: signs(at), ["☑", "☑", "✓", "☐", "☑", "☑"])
    at.press("Control+Enter")
    wait_status(at, "5 replaced")
    changed = [("open", f"draft {'number' if n == 3 else 'figure'} {n}") for n in (1, 3, 4, 5)]
    changed.insert(1, ("open", "a figure, a figure"))
    wait_equal(lambda: drafts(at), changed)
    at.press("Escape")
    at.wait_text("mine")
    at.wait_focus(".cm-content")

    at.press("Alt+ArrowDown")
    at.wait_row(2)
    at.wait_text("a figure, a figure")
    at.press("Alt+Shift+f", "Enter")
    wait_status(at, "1 place in 1 segment")
    at.press("Control+z")
    wait_status(at, "6 places in 5 segments")
    wait_equal(lambda: drafts(at)[0], ("open", "draft number 1"))
    at.press("Escape")
    at.wait_text("a number, a number")
    assert at.stored(1) == []
    assert not at.opened.page_errors()
