"""A labeller over a new project in a notebook, as somebody at the keyboard sees it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psutil
from labs import only_kernel
from waiting import WAIT, wait_equal, wait_until

from labwidgets.project import Project
from labwidgets.records import ModelRun, Opinion, QueueQuery, Transcription, Word

__all__ = [
    "ADD",
    "LABEL",
    "SHOW",
    "THIRD",
    "WAIT",
    "Desk",
    "draft",
    "kernel_of",
    "open_desk",
    "wait_equal",
    "wait_until",
]

SETUP = """
import pathlib
import numpy as np, soundfile
import labwidgets as lw
from labwidgets.config import save_settings

folder = pathlib.Path("{name}-audio")
folder.mkdir(exist_ok=True)
for n in range({n}):
    times = np.arange(16_000 * 4) / 16_000
    tone = np.sin(2 * np.pi * (220 + 55 * n) * times) * (0.15 + 0.1 * np.sin(2 * np.pi * 3 * times))
    soundfile.write(folder / f"{{n}}.wav", tone, 16_000)
project = lw.Project.create("{name}", language="en", exist_ok=True)
guidelines = {{"guidelines": "# Numbers\\n- write them as words"}}
save_settings(project.settings.model_copy(update=guidelines), project.folder)
project = lw.Project.open("{name}")
if {n}: project.add(folder)
"""
SHOW = "import labwidgets as lw\nlw.Labeller(project, annotator={annotator!r})"
ADD, LABEL, THIRD = range(3)
# Notes from here on what the page asks of the kernel, and what it got.
WATCH = """() => {
    window.unanswered = new Set();
    window.answered = [];
    const {kernel} = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    kernel.anyMessage.connect((_, {msg}) => {
        const {kind, id, name} = msg.content?.data?.content ?? {};
        if (kind === "request") unanswered.add(id);
        if ((kind === "reply" || kind === "error") && unanswered.delete(id)) answered.push(name);
    });
}"""


class Desk:
    """The labeller in a notebook, as somebody at the keyboard sees it."""

    def __init__(self, opened: Any, project: Path, *, cell: int = LABEL, annotator: str = "me") -> None:
        self.opened = opened
        self.page = opened.page
        self.project = project
        self.annotator = annotator
        self.root = self.page.locator(".jp-CodeCell").nth(cell).locator(".lw-frame")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.press("Control+a")
        self.page.keyboard.type(text)

    def focus(self) -> None:
        self.root.locator(".cm-content").click()

    def text(self) -> str:
        content = self.root.locator(".cm-content").inner_text()
        return "" if "Type what you hear" in content else str(content).strip()

    def wait_text(self, text: str) -> None:
        wait_equal(self.text, text)

    def state(self) -> str:
        return str(self.root.locator(".lw-state-words").inner_text())

    def wait_state(self, words: str) -> None:
        """Wait until the line of the top says exactly that."""
        wait_equal(self.state, words)

    def wait_row(self, number: int) -> None:
        """Wait until the row of that number is the open one."""
        row = self.root.locator(".lw-row[aria-selected=true] .lw-number")
        wait_equal(row.all_inner_texts, [str(number)])
        self.root.locator(".lw-work[aria-busy=false]").wait_for()

    def wait_ahead(self, n: int) -> None:
        """Wait until ``n`` segments have come, some ahead of their turn, and nothing more is on its way."""
        self.page.wait_for_function(
            "n => !unanswered.size && answered.filter(name => name === 'segment').length >= n", arg=n
        )

    def news(self) -> str:
        return str(self.root.locator(".lw-news").inner_text())

    def wait_news(self, words: str) -> None:
        wait_until(lambda: words in self.news(), lambda: f"{self.news()!r} has no {words!r}")

    def is_playing(self) -> bool:
        return bool(self.root.get_by_role("button", name="Pause").count())

    def wait_playing(self, is_playing: bool = True) -> None:
        wait_equal(self.is_playing, is_playing)

    def has_sounded(self) -> bool:
        """Whether the playhead has moved: on a busy machine the first sound takes a moment."""
        return not self.root.locator(".lw-transport-clock").inner_text().startswith("0:00.0 ")

    def has_focus(self, within: str = "") -> bool:
        return bool(self.root.evaluate(f"root => !!document.activeElement.closest('.lw-labeller {within}')"))

    def wait_focus(self, within: str = "") -> None:
        wait_until(lambda: self.has_focus(within), lambda: f"the focus is not in {within!r}")

    def rows(self) -> list[str]:
        return [str(row) for row in self.root.locator(".lw-row:visible .lw-text").all_inner_texts()]

    def wait_rows(self, *texts: str) -> None:
        wait_equal(self.rows, list(texts))

    def stored(self, number: int) -> list[Opinion]:
        with Project.open(self.project) as project:
            row = project.queue(QueueQuery()).rows[number - 1]
            return list(project.store.thread(row.segment_id, self.annotator))

    def stored_texts(self, number: int) -> list[str]:
        return [opinion.text for opinion in self.stored(number)]

    def wait_stored(self, number: int, *texts: str) -> None:
        """Wait until these are the texts of that row in the store, the newest last."""
        wait_equal(lambda: self.stored_texts(number), list(texts))


def draft(folder: Path, number: int, text: str, *, confidence: float = 0.7) -> None:
    """Write a draft as a drafting job in a process of its own does."""
    words = tuple(Word(word, 0.6 * at, 0.6 * at + 0.5, 0.3) for at, word in enumerate(text.split()))
    with Project.open(folder) as project:
        row = project.queue(QueueQuery()).rows[number - 1]
        run = ModelRun(f"run_{time.monotonic_ns()}", "test-model", "r1", {})
        project.store.begin_run(run)
        project.store.add_hypothesis(
            run_id=run.id,
            segment_id=row.segment_id,
            cache_key=run.id,
            transcription=Transcription(text, words, confidence, "en", ()),
        )


def open_desk(
    lab: Any,
    open_page: Any,
    *,
    n: int = 5,
    has_drafts: bool = True,
    third: str = "1",
    is_third_queued: bool = False,
) -> Desk:
    """Open a labeller over a new project of ``n`` clips, with drafts "draft number 1" ..."""
    name = f"corpus-{time.monotonic_ns()}"
    lab.write_notebook(f"{name}.ipynb", [SETUP.format(name=name, n=n), SHOW.format(annotator="me"), third])
    opened = open_page(lab)
    opened.page.add_init_script("localStorage.setItem('labwidgets.hints', 'seen')")
    opened.open(f"{name}.ipynb")
    opened.page.evaluate(WATCH)
    opened.run(ADD)
    for number in range(1, n + 1 if has_drafts else 1):
        draft(lab.root / name, number, f"draft number {number}")
    opened.run(LABEL, then=THIRD if is_third_queued else None)
    made = Desk(opened, lab.root / name)
    made.root.locator(".cm-content").wait_for()
    if n:
        made.wait_row(1)
        made.focus()
    return made


def kernel_of(opened: Any) -> psutil.Process:
    return only_kernel(opened.lab)
