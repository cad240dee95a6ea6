"""From a key to its letter on the screen, in JupyterLab: a project of 1,000 segments, some of 60 minutes.

Run from the checkout: ``python benchmarks/key_to_letter.py [--keys 60]``. The text of a long segment comes
near the 20,000 characters that a segment may have; one has the word times of a draft, one none, one is
Japanese. Keys go to the end, the start and the middle, and into a clip of ordinary length beside them.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from _browser_lab import jupyter_lab, lab_page, show

from labwidgets.project import Project
from labwidgets.records import ModelRun, QueueQuery, Transcription, Word

LONG_CHARACTERS = 19_800
LONG_S = 3600.0
N_SEGMENTS = 1000
SENTENCES = {
    "en": "and so he had then leisure to consider how much there might be prudently in his power to do. ",
    "ja": "今朝は雨が降っていたので、バスが少し遅れて来ました。",
}
CASES = ("ordinary", "timed", "untimed", "ja")

# Times count from the key event's own stamp; "painted" is the first task after the frame that shows it.
PROBE = """
const text = () => document.querySelector(".lw-frame .cm-content");
const painted = done => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
});
window.echoes = [];
addEventListener("keydown", event => {
  if (event.key.length !== 1) return;
  const from = event.timeStamp;
  const observer = new MutationObserver(() => {
    observer.disconnect();
    painted(now => window.echoes.push(now - from));
  });
  observer.observe(text(), {subtree: true, childList: true, characterData: true});
}, true);
"""

SETUP = f"""
import pathlib
import numpy as np, soundfile
import labwidgets as lw

folder = pathlib.Path("clips")
folder.mkdir()
hiss = 0.01 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
for n in range({N_SEGMENTS}):
    seconds = {LONG_S} if 0 < n < {len(CASES)} else 1
    # Known bytes are not stored twice.
    soundfile.write(folder / f"{{n:04d}}.flac", np.tile(hiss * (1 - n / 2000), int(seconds)), 16_000)
project = lw.Project.create("corpus", language="en")
project.add("clips")
"""
SHOW = "lw.Labeller(project, annotator='me')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=60)
    arguments = parser.parse_args()
    with jupyter_lab() as lab:
        lab.write_notebook("labeller.ipynb", [SETUP, SHOW])
        with lab_page(lab, script=PROBE) as opened:
            opened.page.add_init_script("localStorage.setItem('labwidgets.hints', 'seen')")
            opened.open("labeller.ipynb")
            opened.run(0, timeout_ms=600_000)
            draft(lab.root / "corpus")
            opened.run(1)
            print(f"{N_SEGMENTS} segments, load {os.getloadavg()[0]:.1f}")
            for case in CASES:
                type_into(opened.page, case, n_keys=arguments.keys)


def draft(folder: Path) -> None:
    """Write a draft for each of the first clips."""
    with Project.open(folder) as project:
        run = ModelRun(f"run_{time.monotonic_ns()}", "test-model", "r1", {})
        project.store.begin_run(run)
        rows = project.queue(QueueQuery()).rows
        for row, case in zip(rows, CASES, strict=False):
            project.store.add_hypothesis(
                run_id=run.id,
                segment_id=row.segment_id,
                cache_key=case,
                transcription=transcription(case),
            )


def transcription(case: str) -> Transcription:
    sentence = SENTENCES.get(case, SENTENCES["en"])
    n_characters = len(sentence) if case == "ordinary" else LONG_CHARACTERS
    text = (sentence * (n_characters // len(sentence) + 1))[:n_characters].strip()
    parts = text.split() if case != "ja" else [text[at : at + 2] for at in range(0, len(text), 2)]
    step_s = LONG_S / len(parts)
    words = tuple(
        Word(part, at * step_s, (at + 0.9) * step_s, 0.3 if at % 3 == 2 else 0.9)
        for at, part in enumerate(parts)
    )
    return Transcription(text, () if case == "untimed" else words, 0.7, case if case == "ja" else "en", ())


def type_into(page: Any, case: str, *, n_keys: int) -> None:
    """Type into the start, the middle and the end of the open text; then go on to the next."""
    content = page.locator(".lw-frame .cm-content")
    content.wait_for(timeout=30_000)
    page.locator(".lw-work[aria-busy=false]").wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    content.click()
    places = {
        "end": ["Control+End"],
        "start": ["Control+Home"],
        "middle": ["Control+Home", *["PageDown"] * 6],
    }
    for place, keys in places.items():
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(300)
        page.evaluate("window.echoes.length = 0")
        for number in range(n_keys):
            page.keyboard.press("abcdefgh "[number % 9])
            page.wait_for_timeout(40)
        page.wait_for_timeout(500)
        show(f"key to letter, {case}, {place}", page.evaluate("window.echoes"), of=n_keys)
    page.keyboard.press("Control+Enter")


if __name__ == "__main__":
    main()
