"""A labeller over a new project in a notebook, as somebody at the keyboard sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from labwidgets.project import Project
from labwidgets.records import ModelRun, Opinion, QueueQuery, Transcription, Word

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
WAIT = 30_000


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
        wait_until(lambda: self.text() == text, lambda: f"{self.text()!r} is not {text!r}")

    def state(self) -> str:
        return str(self.root.locator(".lw-state-words").inner_text())

    def wait_state(self, words: str) -> None:
        """Wait until the line of the top says exactly that."""
        wait_until(lambda: self.state() == words, lambda: f"{self.state()!r} is not {words!r}")

    def wait_row(self, number: int) -> None:
        """Wait until the row of that number is the open one."""
        row = self.root.locator(".lw-row[aria-selected=true] .lw-number", has_text=str(number))
        row.wait_for(timeout=WAIT)
        self.root.locator(".lw-work[aria-busy=false]").wait_for(timeout=WAIT)

    def news(self) -> str:
        return str(self.root.locator(".lw-news").inner_text())

    def is_playing(self) -> bool:
        return bool(self.root.get_by_role("button", name="Pause").count())

    def has_sounded(self) -> bool:
        """Whether the playhead has moved: on a busy machine the first sound takes a moment."""
        return not self.root.locator(".lw-transport-clock").inner_text().startswith("0:00.0 ")

    def has_focus(self, within: str = "") -> bool:
        return bool(self.root.evaluate(f"root => !!document.activeElement.closest('.lw-labeller {within}')"))

    def rows(self) -> list[str]:
        return [str(row) for row in self.root.locator(".lw-row:visible .lw-text").all_inner_texts()]

    def stored(self, number: int) -> list[Opinion]:
        with Project.open(self.project) as project:
            row = project.queue(QueueQuery()).rows[number - 1]
            return list(project.store.thread(row.segment_id, self.annotator))


def wait_until(is_so: Callable[[], bool], why: Callable[[], str]) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(why())
        time.sleep(0.05)


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
    opened.run(ADD)
    for number in range(1, n + 1 if has_drafts else 1):
        draft(lab.root / name, number, f"draft number {number}")
    opened.run(LABEL, then=THIRD if is_third_queued else None)
    made = Desk(opened, lab.root / name)
    made.root.locator(".cm-content").wait_for(timeout=WAIT)
    if n:
        made.wait_row(1)
        made.focus()
    return made


def kernel_of(opened: Any) -> psutil.Process:
    [kernel] = [
        child
        for child in psutil.Process(opened.lab.process.pid).children(recursive=True)
        if "ipykernel_launcher" in " ".join(child.cmdline())
    ]
    return kernel
