"""A labeller over clips in five languages, for tests that look at it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from waiting import wait_equal

from labwidgets.project import Project
from labwidgets.records import ModelRun, QueueQuery, Transcription, Word

TEXTS = {
    "ta": "வணக்கம், இன்று காலை மழை பெய்ததால் பேருந்து கொஞ்சம் தாமதமாக வந்தது.",
    "ur": "آج صبح بارش کی وجہ سے بس کچھ دیر سے آئی، مگر سب لوگ وقت پر پہنچ گئے۔",  # noqa: RUF001 - Urdu
    "ja": "今朝は雨が降っていたので、バスが少し遅れて来ました。",
    "en": "mister john dashwood had then leisure to consider how much there might be in his power",
    "hi": "आज सुबह बारिश की वजह से बस थोड़ी देर से आई, पर सब लोग समय पर पहुँच गए।",
}

SETUP = """
import pathlib
import numpy as np, soundfile
import labwidgets as lw
from labwidgets.config import save_settings

def voice(seconds, pitch_hz, seed):
    # A buzz through moving formants, in syllables with pauses: looks and sounds a little like speech.
    rng, rate = np.random.default_rng(seed), 16_000
    t = np.arange(int(seconds * rate)) / rate
    swing = lambda hz, shift=0: np.sin(2 * np.pi * hz * t + shift)
    syllable = np.clip(swing(2.2) + 0.35, 0, 1) * (swing(0.35, seed) > -0.7)
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.12 * swing(0.9))) / rate
    formants = [500 + 250 * swing(1.1), 1500 + 500 * swing(0.7), 2600 + 0 * t]
    wave = 0
    for n in range(1, int(3800 / pitch_hz)):
        wave = wave + sum(np.exp(-(((n * pitch_hz - f) / 160) ** 2)) for f in formants) * np.sin(n * phase)
    hiss = rng.standard_normal(len(t)) * (swing(1.1) > 0.93) * 0.5
    return (0.08 * syllable * wave + 0.1 * hiss + 0.002 * rng.standard_normal(len(t))).astype(np.float32)

project = lw.Project.create("{name}", language="en", exist_ok=True)
guidelines = {{"guidelines": "# Numbers\\n- write them as words"}}
save_settings(project.settings.model_copy(update=guidelines), project.folder)
with open("{name}/project.yaml", "a", encoding="utf-8") as settings:
    settings.write({yaml!r})
project = lw.Project.open("{name}")
for n, language in enumerate({languages!r}):
    folder = pathlib.Path(f"{name}-{{n}}-{{language}}")
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / f"{{n}}.wav", voice(5.0 + n, 110 + 35 * n, n), 16_000)
    project.add(folder, language=language, speaker=f"spk{{n}}")
"""
SHOW = "import labwidgets as lw\nlw.Labeller(project, annotator='me')"


def draft(folder: Path, texts: list[str]) -> None:
    """Write a draft for each clip, as a drafting job does; every third word is a doubtful one."""
    with Project.open(folder) as project:
        run = ModelRun(f"run_{time.monotonic_ns()}", "test-model", "r1", {})
        project.store.begin_run(run)
        for row, text in zip(project.queue(QueueQuery()).rows, texts, strict=True):
            words = tuple(
                Word(word, 0.5 * at, 0.5 * at + 0.4, 0.3 if at % 3 == 2 else 0.9)
                for at, word in enumerate(text.split())
            )
            project.store.add_hypothesis(
                run_id=run.id,
                segment_id=row.segment_id,
                cache_key=f"{run.id}-{row.segment_id}",
                transcription=Transcription(text, words, 0.7, "en", ()),
            )


class Screen:
    """One labeller on the screen."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.page = opened.page
        self.root = self.page.locator(".jp-CodeCell").nth(1).locator(".lw-labeller")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_open(self, number: int) -> None:
        row = self.root.locator(".lw-row[aria-selected=true] .lw-number")
        wait_equal(row.all_inner_texts, [str(number)])
        self.root.locator(".lw-work[aria-busy=false]").wait_for()

    def state(self) -> str:
        return str(self.root.locator(".lw-state-words").inner_text())

    def wait_state(self, words: str) -> None:
        """Wait until the line of the top says exactly that."""
        wait_equal(self.state, words)

    def picture(self, path: Path) -> None:
        self.root.screenshot(path=path, animations="disabled")


def show(
    lab: Any, open_page: Any, languages: tuple[str, ...], *, width: int = 1600, yaml: str = ""
) -> Screen:
    """Open a labeller over one clip a language; ``yaml`` is added to the project's settings."""
    name = f"scripts-{time.monotonic_ns()}"
    lab.write_notebook(f"{name}.ipynb", [SETUP.format(name=name, languages=languages, yaml=yaml), SHOW])
    opened = open_page(lab, width=width)
    opened.page.add_init_script("localStorage.setItem('labwidgets.hints', 'seen')")
    opened.open(f"{name}.ipynb")
    opened.run(0)
    draft(lab.root / name, [TEXTS[language] for language in languages])
    opened.run(1)
    screen = Screen(opened)
    screen.root.locator(".cm-content").first.wait_for()
    screen.wait_open(1)
    screen.root.locator(".cm-content").first.click()
    return screen
