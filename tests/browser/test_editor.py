"""The transcript editor as a widget of its own, in a real JupyterLab."""

from __future__ import annotations

import time
from typing import Any

import pytest
from waiting import wait_equal

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
    page.page.locator(".lw-editor .cm-content", has_text="one two").wait_for()
    return page


def wait_kernel(opened: Any, text: str) -> None:
    """Wait until the kernel has that text; it learns of it a moment after the box."""

    def read() -> str:
        opened.run(READ)
        return str(opened.output(READ))

    wait_equal(read, repr(text))


def test_what_is_typed_reaches_the_kernel(opened: Any) -> None:
    opened.page.locator(".lw-editor .cm-content").click()
    opened.page.keyboard.press("Control+End")
    opened.page.keyboard.type(" three")
    wait_kernel(opened, "one two three")
    assert not opened.page_errors()


def test_what_the_kernel_sets_is_shown(opened: Any) -> None:
    opened.run(SET)
    opened.page.locator(".lw-editor .cm-content", has_text="from the kernel").wait_for()


PASTE = """(content, data) => {
    const clipboardData = new DataTransfer();
    for (const [type, text] of Object.entries(data)) clipboardData.setData(type, text);
    const from = performance.now();
    content.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
    return performance.now() - from;
}"""


def test_only_text_comes_in_by_paste_and_no_more_than_a_segment_holds(opened: Any) -> None:
    content = opened.page.locator(".lw-editor .cm-content")
    notice = opened.page.locator(".lw-editor-notice")
    content.click()
    opened.page.keyboard.press("Control+End")
    content.evaluate(PASTE, {"text/html": "<b>six</b><img src=x onerror='window.ran = 1'>", "text/plain": ""})
    content.evaluate(PASTE, {"text/plain": "\r\ncafe\u0301\0\u202e"})
    notice.get_by_text("Control characters were left out").wait_for()
    wait_kernel(opened, "one twosix caf\u00e9")
    assert opened.page.evaluate("window.ran") is None
    content.click()
    opened.page.keyboard.press("Control+a")
    took_ms = content.evaluate(PASTE, {"text/plain": "many words " * 9_091})
    notice.get_by_text("cut to its first 20,000 characters").wait_for()
    # Far less; but a machine may be busy. What grows faster than the text would take minutes.
    assert took_ms < 20_000
    opened.page.keyboard.type("x")
    notice.get_by_text("what is more was left out").wait_for()
    opened.page.keyboard.press("Control+z")
    content.get_by_text("one twosix").wait_for()
    assert not opened.page_errors()


COMPOSED = {
    "hi": ["न", "नम", "नमस", "नमस्", "नमस्त", "नमस्ते"],
    "ta": ["வ", "வண", "வணக", "வணக்", "வணக்க", "வணக்கம", "வணக்கம்"],
    "ja": ["k", "か", "かn", "かん", "かんj", "かんじ", "漢字"],
}


def test_an_input_method_is_not_disturbed_and_takes_nothing_along(opened: Any) -> None:
    page = opened.page
    content = page.locator(".lw-editor .cm-content")
    content.click()
    session = page.context.new_cdp_session(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("कल [noise] x")
    page.get_by_role("img", name="tag: noise").wait_for()
    text = "कल [noise] x"
    # Before a letter, between tag and space, at the end.
    for place, steps in zip((0, text.index("]") + 1, len(text)), COMPOSED.values(), strict=True):
        page.keyboard.press("Control+Home")
        for _ in range(len(text[:place].replace("[noise]", "."))):
            page.keyboard.press("ArrowRight")
        node = None
        for step in steps:
            session.send(
                "Input.imeSetComposition",
                {"text": step, "selectionStart": len(step), "selectionEnd": len(step)},
            )
            content.get_by_text(step).wait_for()
            # The node that composes stays in the page: else the input method is thrown out.
            now = page.evaluate_handle("getSelection().focusNode")
            assert node is None or page.evaluate("([one, two]) => one === two", [node, now])
            node = now
        session.send("Input.insertText", {"text": steps[-1]})
        expected = text[:place] + steps[-1] + text[place:]
        content.get_by_text(expected.replace("[noise]", "noise"), exact=True).wait_for()
        for _ in range(2):
            page.keyboard.press("Control+z")
            if content.inner_text() == text.replace("[noise]", "noise"):
                break
        content.get_by_text(text.replace("[noise]", "noise"), exact=True).wait_for()
    assert not opened.page_errors()


def test_the_caret_gets_through_text_that_runs_both_ways(opened: Any) -> None:
    page = opened.page
    page.locator(".lw-editor .cm-content").click()
    page.keyboard.press("Control+a")
    parts = ["آج صبح ", "[noise]", " بس 25 منٹ ", "<lang:en>", "bus", "</lang>", " Delhi سے"]
    page.keyboard.insert_text("".join(parts))
    page.get_by_role("img", name="until here").wait_for()
    n_steps = sum(1 if part[0] in "[<" else len(part) for part in parts)
    page.keyboard.press("Control+Home")
    for _ in range(n_steps):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("X")
    for _ in range(n_steps + 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("Y")
    wait_kernel(opened, f"Y{''.join(parts)}X")
    assert not opened.page_errors()


LONG_TEXTS = {
    "en": "many words that somebody said, and then. " * 50,
    "ur": "آج صبح بس نہیں آئی اور پھر\u06d4 " * 70,
    "ja": "今日は天気がいいですから。" * 80,
}
CARET = """(content) => {
    const {focusNode, focusOffset} = getSelection();
    const range = document.createRange();
    range.setStart(focusNode, focusOffset);
    const caret = range.getClientRects()[0];
    const line = (focusNode.nodeType === 3 ? focusNode.parentElement : focusNode).closest(".cm-line");
    range.selectNodeContents(line);
    const first = range.getClientRects()[0];
    const isRightToLeft = getComputedStyle(line).direction === "rtl";
    return {
        block: [...content.querySelectorAll(".cm-line")].indexOf(line),
        row: Math.round((caret.top - first.top) / caret.height),
        x: Math.round(isRightToLeft ? first.right - caret.right : caret.left - first.left),
    };
}"""
CHOSEN = "() => getSelection().toString()"


@pytest.mark.parametrize("language", LONG_TEXTS)
def test_keys_keep_to_the_lines_of_a_long_text(opened: Any, language: str) -> None:
    page, keyboard = opened.page, opened.page.keyboard
    content = page.locator(".lw-editor .cm-content")
    content.click()
    keyboard.press("Control+a")
    keyboard.insert_text(LONG_TEXTS[language])
    block = content.locator(".cm-line").nth(1)
    block.wait_for()

    def pressed(*keys: str) -> dict[str, int]:
        for key in keys:
            keyboard.press(key)
        caret: dict[str, int] = content.evaluate(CARET)
        return caret

    start = {"block": 1, "row": 0, "x": 0}
    block.click(position={"x": 200, "y": 12})
    assert pressed("Home") == start
    assert pressed("Home") == start
    inside = pressed(*["ArrowLeft" if language == "ur" else "ArrowRight"] * 2)
    above = pressed("ArrowUp")
    assert above["block"] == 0
    assert abs(above["x"] - inside["x"]) < 12
    assert pressed("ArrowDown", "Home") == start
    end = pressed("End")
    assert (end["block"], end["row"]) == (1, 0)
    assert pressed("End") == end
    assert pressed("Shift+Home") == start
    chosen = page.evaluate(CHOSEN)
    assert chosen
    assert block.inner_text().startswith(chosen)
    assert pressed("End", "PageUp")["block"] == 0
    block.click(position={"x": 200, "y": 12})
    assert pressed("Home") == start
    session = page.context.new_cdp_session(page)
    for step in ("か", "かん"):
        session.send(
            "Input.imeSetComposition", {"text": step, "selectionStart": len(step), "selectionEnd": len(step)}
        )
        block.get_by_text(step).wait_for()
    session.send("Input.insertText", {"text": "漢 "})
    block.get_by_text("漢 ").wait_for()
    assert block.inner_text().startswith("漢 ")
    assert not opened.page_errors()


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
    wait_kernel(opened, "one two [noise] three")
    assert not opened.page_errors()


def test_keys_typed_here_change_nothing_in_the_notebook(opened: Any) -> None:
    opened.page.locator(".lw-editor .cm-content").click()
    cells = opened.page.locator(".jp-Notebook .jp-Cell")
    n_cells = cells.count()
    for key in ["a", "b", "x", "d", "d", "m", "Shift+Enter", "Enter", "Control+b"]:
        opened.page.keyboard.press(key)
    # Whatever the notebook made of them would have come before the next answer of the kernel.
    opened.page.locator(".lw-editor .cm-focused").wait_for()
    wait_kernel(opened, "one twoabxddm")
    # JupyterLab adds one below the last that is run.
    assert cells.count() == n_cells + 1
