"""The labeller in a real JupyterLab: a day's work by keyboard, and what happens when things go wrong."""

from __future__ import annotations

import re
import signal
import string
import time
from typing import Any

import pytest
from desks import ADD, LABEL, THIRD, draft, kernel_of
from waiting import wait_equal, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_clips_are_played_corrected_flagged_and_skipped_by_keyboard(desk: Any) -> None:
    at = desk()
    at.wait_text("draft number 1")
    # Round and round, so that it does not end by itself while somebody types.
    at.press("Alt+l", "Tab")
    at.wait_playing()
    at.write("first while it plays")
    wait_until(at.has_sounded, lambda: "nothing sounds")
    assert at.is_playing()
    at.press("Tab")
    at.wait_playing(False)
    at.wait_text("first while it plays")
    at.press("Control+Enter")

    at.wait_row(2)
    at.wait_text("draft number 2")
    at.write("draft number two")
    at.press("Alt+d")
    at.root.locator(".lw-draft ins", has_text="two").wait_for()
    at.press("Alt+d")
    at.root.locator(".lw-draft").wait_for(state="hidden")
    at.press("Alt+1", "Control+Enter")

    at.wait_row(3)
    at.press("Alt+s", "2")
    at.wait_row(4)
    wait_equal(lambda: [len(at.stored(number)) for number in (1, 2, 3)], [1, 1, 1])
    at.wait_state("saved")
    [first], [second], [third] = (at.stored(number) for number in (1, 2, 3))
    assert (first.text, second.text) == ("first while it plays", "draft number two")
    assert first.listened
    assert len(second.flags) == 1
    assert third.skip_reason is not None
    assert not at.opened.page_errors()


def test_the_way_back_goes_by_the_list_and_by_undo(desk: Any) -> None:
    at = desk()
    for number in (1, 2, 3):
        at.wait_row(number)
        at.write(f"text {number}")
        at.press("Alt+1", "Control+Enter")
    at.wait_row(4)
    at.press("Alt+ArrowUp")
    at.wait_row(3)
    at.wait_text("text 3")
    at.press("Alt+ArrowUp")
    at.wait_row(2)
    at.press("Alt+ArrowUp")
    at.wait_row(1)
    at.press("Alt+ArrowUp")
    at.wait_news("first")
    at.press("Control+z")
    at.wait_row(3)
    at.press("Control+z")
    at.wait_row(2)
    at.wait_text("text 2")
    wait_equal(at.root.locator(".lw-flags [aria-pressed=true]").count, 1)
    at.press("Control+Shift+z")
    at.wait_row(3)
    at.press("Alt+ArrowUp")
    at.wait_row(2)
    at.write("second again")
    at.press("Control+Shift+Enter")
    at.wait_stored(2, "text 2", "second again")
    at.wait_state("saved")


def test_help_guidelines_and_search_give_the_focus_back(desk: Any) -> None:
    at = desk()
    at.press("F1")
    at.root.get_by_role("dialog", name="Keys").wait_for()
    at.press("Escape")
    at.press("Alt+g")
    at.root.get_by_text("write them as words").wait_for()
    at.press("Escape")
    at.wait_focus(".cm-content")
    at.press("Alt+f")
    at.page.keyboard.type("number 5")
    at.wait_rows("draft number 5")
    at.press("Control+a", "Delete")
    wait_equal(lambda: len(at.rows()), 5)
    at.press("Escape")
    at.wait_focus(".cm-content")


def test_the_open_row_stays_marked_under_every_order_and_filter(desk: Any) -> None:
    at = desk()
    at.press("Control+Enter")
    at.wait_row(2)
    at.press("Alt+s", "1")
    at.wait_row(3)
    at.root.get_by_label("Order", exact=True).select_option("recent")
    wait_equal(lambda: at.rows()[:2], ["draft number 2", "draft number 1"])
    at.root.locator(".lw-row:visible[aria-selected=true]", has_text="draft number 3").wait_for()
    at.root.get_by_label("Show", exact=True).select_option("open")
    wait_equal(lambda: len(at.rows()), 3)
    at.root.locator(".lw-row:visible[aria-selected=true]", has_text="draft number 3").wait_for()
    at.root.get_by_label("Show", exact=True).select_option("skipped")
    at.wait_rows("draft number 2")
    at.wait_text("draft number 3")


def test_what_is_typed_is_what_stands_there(desk: Any) -> None:
    at = desk()
    typed = string.printable.strip()
    at.press("Control+a", "Delete")
    for key in typed:
        at.press(key)
    at.wait_text(typed)


def test_saving_the_notebook_still_works_from_the_text(desk: Any) -> None:
    at = desk()
    dirty = "window.jupyterapp.shell.currentWidget.context.model.dirty"
    at.page.evaluate(f"() => {{ {dirty} = true; }}")
    at.press("Control+s")
    at.page.wait_for_function(f"() => !{dirty}")
    at.wait_focus(".cm-content")


UNTIL_TOLD = """
import time
while not (folder / "go").exists(): time.sleep(0.1)
"""


@pytest.mark.parametrize("is_queued", [False, True], ids=["started later", "queued behind the view's cell"])
def test_a_submit_is_saved_while_a_cell_runs(desk: Any, is_queued: bool) -> None:
    at = desk(third=UNTIL_TOLD, is_third_queued=is_queued)
    prompt = at.page.locator(".jp-CodeCell").nth(THIRD).locator(".jp-InputPrompt")
    if not is_queued:
        at.page.locator(".jp-CodeCell").nth(THIRD).locator(".jp-InputArea .cm-content").click()
        at.press("Control+Enter")
        prompt.filter(has_text="[*]").wait_for()
    at.focus()
    at.write("while it runs")
    at.press("Control+Enter")
    at.wait_state("saved")
    assert "[*]" in prompt.inner_text()
    at.wait_stored(1, "while it runs")
    (at.project.with_name(f"{at.project.name}-audio") / "go").touch()
    prompt.filter(has_text=re.compile(r"\[\d+\]")).wait_for()


def test_what_a_dead_kernel_did_not_save_is_saved_once_after_running_the_cell_again(desk: Any) -> None:
    at = desk()
    at.write("known to the kernel")
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_ahead(4)
    kernel_of(at.opened).send_signal(signal.SIGSTOP)
    at.write("on its way")
    at.press("Control+Enter")
    at.wait_row(3)
    at.write("half typed")
    at.root.locator(".lw-state[data-tone=warn]").wait_for()
    at.opened.kill_kernel()
    at.wait_state("kernel gone, 2 edits kept in this browser: run the cell again")
    at.opened.run(ADD)
    at.opened.run(LABEL)
    at.wait_row(3)
    at.wait_text("half typed")
    at.wait_state("edited, not submitted")
    at.wait_stored(2, "on its way")
    at.focus()
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_stored(3, "half typed")
    assert not at.opened.page_errors()


def test_a_kernel_that_stands_still_is_said_and_the_submit_saved_once_afterwards(desk: Any) -> None:
    at = desk()
    at.wait_ahead(3)
    kernel = kernel_of(at.opened)
    kernel.send_signal(signal.SIGSTOP)
    try:
        at.write("patience")
        at.press("Control+Enter")
        at.wait_state("kernel busy; kept in this browser, not saved yet: 1")
        time.sleep(12)
        assert at.stored(1) == []
    finally:
        kernel.send_signal(signal.SIGCONT)
    at.wait_state("saved")
    at.wait_stored(1, "patience")


def test_a_clip_whose_file_is_gone_says_so_and_can_still_be_labelled(desk: Any) -> None:
    third = "import shutil; shutil.rmtree(folder); shutil.rmtree(project.folder / 'audio')"
    at = desk(third=third)
    at.opened.run(THIRD)
    at.opened.run(LABEL)
    at.root.locator(".lw-sound-error", has_text="cannot be read").wait_for()
    at.focus()
    at.write("from memory")
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_stored(1, "from memory")


def test_an_input_method_is_not_disturbed_by_the_sound(desk: Any) -> None:
    at = desk()
    at.press("Control+a", "Delete")
    at.press("Tab")
    at.wait_playing()
    at.page.keyboard.type("ek ")
    ime = at.page.context.new_cdp_session(at.page)
    for text in ("न", "नम", "नमस", "नमस्", "नमस्त", "नमस्ते"):
        ime.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
        at.wait_text(f"ek {text}")
        # The playhead goes on meanwhile.
        at.page.wait_for_timeout(250)
        assert at.text() == f"ek {text}"
    ime.send("Input.insertText", {"text": "नमस्ते"})
    at.page.keyboard.type(" do")
    at.wait_text("ek नमस्ते do")
    at.press("Control+Enter")
    at.wait_state("saved")
    at.wait_stored(1, "ek नमस्ते do")


def test_an_empty_project_says_what_to_do_and_goes_on_by_itself(desk: Any) -> None:
    third = """times = np.arange(16_000 * 2) / 16_000
soundfile.write(folder / "late.wav", 0.2 * np.sin(2 * np.pi * 330 * times), 16_000)
project.add(folder)"""
    at = desk(n=0, third=third)
    at.root.get_by_text("There is nothing in this project yet").wait_for()
    at.opened.run(THIRD)
    at.wait_row(1)
    at.focus()
    at.write("the only one")
    at.press("Control+Enter")
    at.root.get_by_text("Nothing left to do").wait_for()
    at.wait_state("saved")
    at.wait_stored(1, "the only one")
    at.wait_rows("the only one")


def test_drafts_that_come_in_never_take_away_what_is_typed(desk: Any) -> None:
    at = desk(has_drafts=False)
    at.wait_text("")
    at.page.keyboard.type("typed before")
    draft(at.project, 1, "too late")
    draft(at.project, 2, "in time")
    at.wait_news("beside what you typed")
    at.wait_text("typed before")
    at.press("Alt+d")
    at.root.locator(".lw-draft-text", has_text="too late").wait_for()
    at.press("Control+Enter")
    at.wait_text("in time")
    at.press("Control+Enter")
    at.wait_row(3)
    draft(at.project, 3, "while it is open")
    at.wait_text("while it is open")
    at.wait_stored(1, "typed before")
