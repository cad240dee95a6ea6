"""The transcript editor as a widget of its own, in a real JupyterLab."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOW = """import labwidgets as lw
editor = lw.TranscriptEditor("one two")
editor"""
SHOWN, SET, READ = range(3)


@pytest.fixture
def opened(lab: Any, open_page: Any) -> Any:
    name = f"editor-{time.monotonic_ns()}.ipynb"
    lab.write_notebook(name, [SHOW, "editor.text = 'from the kernel'", "editor.text"])
    page = open_page(lab)
    page.open(name)
    page.run(SHOWN)
    page.page.locator(".lw-editor .cm-content", has_text="one two").wait_for(timeout=30_000)
    return page


def test_what_is_typed_reaches_the_kernel(opened: Any) -> None:
    opened.page.locator(".lw-editor .cm-content").click()
    opened.page.keyboard.press("Control+End")
    opened.page.keyboard.type(" three")
    opened.run(READ)
    assert opened.output(READ).endswith("'one two three'")
    assert not opened.page_errors()


def test_what_the_kernel_sets_is_shown(opened: Any) -> None:
    opened.run(SET)
    opened.page.locator(".lw-editor .cm-content", has_text="from the kernel").wait_for(timeout=30_000)


def test_a_tag_from_the_palette_is_one_step_and_one_delete(opened: Any) -> None:
    page = opened.page
    page.locator(".lw-editor .cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Alt+t")
    page.get_by_role("menuitem", name="sound: noise").wait_for()
    page.keyboard.press("n")
    page.locator(".lw-editor .lw-tag", has_text="noise").wait_for()
    page.keyboard.type("three")
    for key in ["ArrowLeft"] * 7 + ["Shift+ArrowLeft", "Alt+t", "Escape", "ArrowRight"]:
        page.keyboard.press(key)
    page.keyboard.type("[uh]")
    page.get_by_role("img", name="tag: uh").wait_for()
    page.keyboard.press("Backspace")
    page.get_by_role("img", name="tag: uh").wait_for(state="detached")
    opened.run(READ)
    assert opened.output(READ).endswith("'one two [noise] three'")
    assert not opened.page_errors()


def test_keys_typed_here_change_nothing_in_the_notebook(opened: Any) -> None:
    opened.page.locator(".lw-editor .cm-content").click()
    cells = opened.page.locator(".jp-Notebook .jp-Cell").count()
    for key in ["a", "b", "x", "d", "d", "m", "Shift+Enter", "Enter", "Control+b"]:
        opened.page.keyboard.press(key)
    assert opened.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert opened.page.locator(".lw-editor .cm-focused").count() == 1
