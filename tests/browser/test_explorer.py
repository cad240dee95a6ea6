"""Two models on real clips: sorted by errors, heard, a reference mended, the revision in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desks import WAIT, wait_until

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "data" / "sample"
SCREENSHOTS = CHECKOUT / ".screenshots"
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
heard = {{
    "tiny": ["one too three four five six seven eight nine ten", "hello word",
             "the quick brown fox jumps over the lazy dog"],
    "base": ["one two three four five six seven eight nine ten", "hello world",
             "the quick brown fox jumps over lazy dog"],
}}
rows = [{{"audio": str(pathlib.Path({sample!r}) / "en" / f"{{name}}.wav"), "text": text, "speaker": name[0]}}
        for name, text in texts.items()]
project.add(rows, text_as="reference")
segments = [row.segment_id for row in project.queue(QueueQuery()).rows]
for model, said in heard.items():
    run = ModelRun(f"run_{{model}}", model, "r", {{}})
    project.store.begin_run(run)
    for segment, text in zip(segments, said, strict=True):
        length = project.store.segment(segment).duration_s
        words = text.split()
        step = length / len(words)
        timed = tuple(Word(word, at * step, (at + 1) * step, 0.9) for at, word in enumerate(words))
        project.store.add_hypothesis(run_id=run.id, segment_id=segment, cache_key=run.id,
                                     transcription=Transcription(text, timed, 0.9, "en"))
"""
SHOW = 'explorer = lw.ErrorExplorer(project, annotator="me")\nexplorer'
LOOK = "print(len(explorer.filtered()), explorer.export('found.csv'))"


@pytest.mark.skipif(not (SAMPLE / "en").is_dir(), reason="no sample: make lab fetches it")
def test_an_error_is_found_heard_and_mended(lab: Any, open_page: Any) -> None:
    lab.write_notebook("errors.ipynb", [SETUP.format(sample=str(SAMPLE)), SHOW, LOOK])
    opened = open_page(lab, width=1600, height=1100)
    opened.open("errors.ipynb")
    opened.run(0)
    cell = opened.run(1)
    page = opened.page
    root = cell.locator(".lw-x-frame")
    root.locator(".lw-x-stack").first.wait_for(timeout=WAIT)

    def totals() -> list[str]:
        return [str(text) for text in root.locator(".lw-x-model b").all_inner_texts()]

    # 3 of 21 words by tiny (too, word, fox for the wrong reference), 2 by base.
    wait_until(lambda: totals() == ["14 %", "9.5 %"], lambda: str(totals()))
    root.locator("[data-column='wer:tiny'] button").click()
    first = root.locator(".lw-x-row[aria-selected=true]")
    first.filter(has_text="hello_world").wait_for(timeout=WAIT)
    root.locator(".lw-x-stack[aria-label*='tiny: word, heard otherwise']").wait_for(timeout=WAIT)
    sorted_by = root.locator("[data-column='wer:tiny'][aria-sort=descending]")
    assert sorted_by.count() == 1

    # The substituted word alone sounds, and stops at its end.
    root.locator(".lw-x-table").focus()
    page.keyboard.press("ArrowRight")
    root.locator(".lw-x-stack[aria-current=true]").wait_for(timeout=WAIT)
    clock = root.locator(".lw-transport-clock")
    wait_until(lambda: not clock.inner_text().startswith("0:00.0 "), lambda: str(clock.inner_text()))
    root.get_by_role("button", name="Play").wait_for(timeout=WAIT)

    # Down to the row whose reference is wrong; it is marked, mended and counted anew.
    page.keyboard.press("ArrowDown")
    root.locator(".lw-x-stack[aria-label^='box; tiny: fox']").wait_for(timeout=WAIT)
    page.keyboard.press("1")
    root.get_by_role("button", name="reference wrong", pressed=True).wait_for(timeout=WAIT)
    page.screenshot(path=SCREENSHOTS / "explorer-light.png")
    page.keyboard.press("e")
    root.locator(".lw-x-mend .cm-content").wait_for(timeout=WAIT)
    page.keyboard.press("Control+a")
    page.keyboard.type("The quick brown fox jumps over the lazy dog.")
    page.keyboard.press("Control+Enter")
    root.locator(".lw-x-notice", has_text="saved as revision 1").wait_for(timeout=WAIT)
    wait_until(lambda: totals() == ["9.5 %", "4.8 %"], lambda: str(totals()))
    assert first.locator("[role=gridcell]").nth(4).inner_text() == "0.0 %"
    with Project.open(lab.root / "explored") as project:
        segment = project.queue(QueueQuery()).rows[2].segment_id
        [opinion] = project.store.thread(segment, "me")
        assert opinion.text == "The quick brown fox jumps over the lazy dog."
        assert project.store.marks()[segment].mark == "reference-wrong"

    # A confusion is a filter, and what is filtered is what Python takes along.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    root.locator(".lw-x-chip", has_text="base: the → nothing").wait_for(timeout=WAIT)
    root.locator(".lw-x-count", has_text="1 of 3 rows").wait_for(timeout=WAIT)
    # None of the keys reached the notebook.
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    assert cells == 3
    opened.run(2)
    assert opened.output(2).strip() == "1 1"

    assert opened.page_errors() == []
    look_at(opened, root)


def look_at(opened: Any, root: Any) -> None:
    """Leave pictures of both themes and of a narrow page, where nothing sticks out."""
    page = opened.page
    root.locator(".lw-x-chip").click()
    # The chip went with the focus: no key may fall through to the notebook.
    assert root.evaluate("root => root.contains(document.activeElement)")
    root.locator(".lw-x-count", has_text="3 rows").wait_for(timeout=WAIT)
    root.scroll_into_view_if_needed()
    opened.theme("JupyterLab Dark")
    page.screenshot(path=SCREENSHOTS / "explorer-dark.png")
    page.set_viewport_size({"width": 900, "height": 1000})
    root.scroll_into_view_if_needed()
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    page.screenshot(path=SCREENSHOTS / "explorer-narrow.png")
