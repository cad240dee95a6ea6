"""Two models on real clips: sorted by errors, heard, a reference mended, the revision in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desks import kernel_of
from waiting import wait_equal, wait_until

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "data" / "sample"
SCREENSHOTS = CHECKOUT / ".screenshots"
# What tiny.en and base made of the clips, with the times that they measured.
HEARD = {
    "tiny.en": [
        "1-2-345-678910.|0.0 2.68",
        "Hello world.|0.0 0.42|0.42 0.84",
        (
            "The quick brown fox jumps over the lazy dog.|0.0 0.22|0.22 0.46|0.46 0.8|0.8 1.18|1.18 1.56"
            "|1.56 1.8|1.8 2.2|2.2 2.2|2.2 2.58"
        ),
    ],
    "base": [
        "1-2-3-4-5-6-7-8-9-10.|0.0 2.68",
        "Hello world.|0.0 0.26|0.26 0.84",
        (
            "The quick brown fox jumps over the lazy dog.|0.0 0.1|0.1 0.28|0.28 0.6|0.6 0.86|0.86 1.4"
            "|1.4 1.68|1.68 1.84|1.84 2.04|2.04 2.58"
        ),
    ],
}
SETUP = """
import pathlib
import labwidgets as lw
from labwidgets.records import ModelRun, QueueQuery, Transcription, Word

project = lw.Project.create("explored", language="en", exist_ok=True)
texts = {{
    "counting": "One two three four five six seven eight nine ten.",
    "hello_world": "Hello world.",
    "quick_brown_fox": "The quick brown box jumps over the lazy dog.",
}}
heard = {heard!r}
rows = [{{"audio": str(pathlib.Path({sample!r}) / "en" / f"{{name}}.wav"), "text": text, "speaker": name[0]}}
        for name, text in texts.items()]
project.add(rows, text_as="reference")
segments = [row.segment_id for row in project.queue(QueueQuery()).rows]
for model, said in heard.items():
    run = ModelRun(f"run_{{model}}", model, "r", {{}})
    project.store.begin_run(run)
    for segment, one in zip(segments, said, strict=True):
        text, *spans = one.split("|")
        timed = tuple(Word(word, *map(float, span.split()), 0.9)
                      for word, span in zip(text.split(), spans, strict=True))
        project.store.add_hypothesis(run_id=run.id, segment_id=segment, cache_key=run.id,
                                     transcription=Transcription(text, timed, 0.9, "en"))
project.add_hypotheses({{"hello_world": "hello word"}}, model="vendor")
"""
SHOW = 'explorer = lw.ErrorExplorer(project, annotator="me")\nexplorer'
LOOK = "print(len(explorer.filtered()), explorer.export('found.csv'))"


@pytest.mark.skipif(not (SAMPLE / "en").is_dir(), reason="no sample: make lab fetches it")
def test_an_error_is_found_heard_and_mended(lab: Any, open_page: Any) -> None:
    lab.write_notebook("errors.ipynb", [SETUP.format(sample=str(SAMPLE), heard=HEARD), SHOW, LOOK])
    opened = open_page(lab, width=1600, height=1100)
    opened.open("errors.ipynb")
    opened.run(0)
    cell = opened.run(1)
    page = opened.page
    root = cell.locator(".lw-x-frame")
    root.locator(".lw-x-stack").first.wait_for()

    def totals() -> list[str]:
        return [str(text) for text in root.locator(".lw-x-model b").all_inner_texts()]

    # Ten words and one of the wrong reference, of 21; of the vendor's two words one.
    wait_equal(totals, ["52 %", "52 %", "50 %"])
    sort_at_once(opened, root)
    first = root.locator(".lw-x-row[aria-selected=true]")
    first.filter(has_text="counting").wait_for()
    root.locator(".lw-x-stack[aria-label*='base: 1, heard otherwise']").wait_for()
    # The bars tell the errors of whichever model is chosen.
    root.locator("[data-kind=text] button[aria-label^='h: 1 row, WER 0.0 %']").wait_for()
    root.get_by_label("WER in the bars").select_option("vendor")
    root.locator("[data-kind=text] button[aria-label^='h: 1 row, WER 50 %']").wait_for()

    # Down to the row whose reference is wrong: the substituted word alone sounds, and stops at its end.
    root.locator(".lw-x-table").focus()
    mark_ahead_of_the_kernel(opened, root)
    page.keyboard.press("ArrowRight")
    root.locator(".lw-x-stack[aria-current=true]").wait_for()
    clock = root.locator(".lw-transport-clock")
    wait_until(lambda: not clock.inner_text().startswith("0:00.0 "), lambda: str(clock.inner_text()))
    root.get_by_role("button", name="Play").wait_for()

    # It is mended and counted anew.
    root.get_by_role("button", name="reference wrong", pressed=True).wait_for()
    page.screenshot(path=SCREENSHOTS / "explorer-light.png")
    mend(page, root, "The quick brown fox jumps over the lazy dog.")
    wait_equal(totals, ["48 %", "48 %", "50 %"])
    wait_equal(first.locator("[role=gridcell]").nth(4).inner_text, "0.0 %")
    with Project.open(lab.root / "explored") as project:
        segment = project.queue(QueueQuery()).rows[2].segment_id
        [opinion] = project.store.thread(segment, "me")
        assert opinion.text == "The quick brown fox jumps over the lazy dog."
        assert project.store.marks()[segment].mark == "reference-wrong"
        counting = project.queue(QueueQuery()).rows[0].segment_id
        assert project.store.marks()[counting].mark == "both-fine"

    # A confusion is a filter, and what is filtered is what Python takes along.
    page.keyboard.press("ArrowUp")
    root.locator(".lw-x-stack[aria-label*='base: 1, heard otherwise']").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    root.locator(".lw-x-chip", has_text="tiny.en: one → nothing").wait_for()
    wait_equal(root.locator(".lw-x-count").inner_text, "1 of 3 rows")
    # None of the keys reached the notebook.
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    assert cells == 3
    opened.run(2)
    assert opened.output(2) == "1 1"

    assert opened.page_errors() == []
    look_at(opened, root)


def sort_at_once(opened: Any, root: Any) -> None:
    """The heading answers to the click itself, the rows come as soon as the kernel gives them."""
    kernel = kernel_of(opened)
    kernel.suspend()
    try:
        root.locator("[data-column='wer:tiny.en'] button").click()
        root.locator("[data-column='wer:tiny.en'][aria-sort=descending]").wait_for()
        root.locator(".lw-x-table[aria-busy=true]").wait_for()
    finally:
        kernel.resume()
    root.locator(".lw-x-table[aria-busy=false]").wait_for()


def mark_ahead_of_the_kernel(opened: Any, root: Any) -> None:
    """Keys reach the row that was chosen when they were pressed, also where the kernel takes its time."""
    kernel = kernel_of(opened)
    kernel.suspend()
    try:
        for key in ("3", "ArrowDown", "1"):
            opened.page.keyboard.press(key)
        root.locator(".lw-x-row[aria-selected=true]", has_text="brown").wait_for()
    finally:
        kernel.resume()
    root.locator(".lw-x-stack[aria-label^='box; tiny.en: fox']").wait_for()
    root.get_by_role("button", name="reference wrong", pressed=True).wait_for()


def mend(page: Any, root: Any, text: str) -> None:
    """Write another reference into the open row, by keys."""
    page.keyboard.press("e")
    root.locator(".lw-x-mend .cm-content").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    root.locator(".lw-x-notice", has_text="saved as revision 1").wait_for()


def look_at(opened: Any, root: Any) -> None:
    """Leave pictures of both themes and of a narrow page, where nothing sticks out."""
    page = opened.page
    root.locator(".lw-x-chip").click()
    # The chip went with the focus: no key may fall through to the notebook.
    wait_equal(lambda: root.evaluate("root => root.contains(document.activeElement)"), True)
    wait_equal(root.locator(".lw-x-count").inner_text, "3 rows")
    root.scroll_into_view_if_needed()
    opened.theme("JupyterLab Dark")
    page.screenshot(path=SCREENSHOTS / "explorer-dark.png")
    page.set_viewport_size({"width": 900, "height": 1000})
    root.scroll_into_view_if_needed()
    wait_equal(lambda: root.evaluate("root => root.scrollWidth <= root.clientWidth"), True)
    page.screenshot(path=SCREENSHOTS / "explorer-narrow.png")
