"""From Ctrl+Enter to the next text on the screen and its sound, in JupyterLab.

Run from the checkout: ``python benchmarks/submit_to_next.py [FOLDER] [--clips 40]``.
FOLDER holds sound files; each gets a made-up text as its draft. The next segments are fetched meanwhile, as
they are while somebody listens. Chromium is headless and has no sound card.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
from pathlib import Path
from typing import Any

from _browser_lab import CHECKOUT, jupyter_lab, lab_page, show

SOUNDS = {".wav", ".flac", ".mp3", ".ogg", ".opus"}
SENTENCE = "and so he had then leisure to consider how much there might be prudently in his power to do"
WARM_UP = 2

# Times count from the key event's own stamp; "painted" is the first task after the frame that shows it.
PROBE = """
window.trips = [];
let trip = null;
const text = () => document.querySelector(".lw-frame .cm-content");
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  const mine = trip;
  if (mine && !mine.audio) {
    mine.audio = this;
    mine.asked = performance.now() - mine.from;
    this.addEventListener("playing", () => {
      mine.playing = performance.now() - mine.from;
      const start = this.currentTime;
      const look = () => {
        if (this.currentTime > start) mine.advancing = performance.now() - mine.from;
        else requestAnimationFrame(look);
      };
      look();
    }, {once: true});
  }
  return play.call(this);
};
addEventListener("keydown", event => {
  if (event.key !== "Enter" || !event.ctrlKey) return;
  const mine = trip = {from: event.timeStamp, before: text().innerText, handled: 0};
  window.trips.push(mine);
  queueMicrotask(() => { mine.handled = performance.now() - mine.from; });
  const look = () => {
    const box = text();
    if (box && box.innerText !== mine.before && box.contains(document.activeElement)) {
      mine.changed ??= performance.now() - mine.from;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { mine.text = performance.now() - mine.from; };
      channel.port2.postMessage(0);
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, true);
"""
READ = "() => window.trips.map(({handled, text, asked, playing, advancing}) => \
({handled, text, asked, playing, advancing}))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "data" / "sample")
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--pause-ms", type=int, default=1200)
    arguments = parser.parse_args()
    with jupyter_lab() as lab:
        n_clips = copy_clips(arguments.folder, lab.root / "clips", n=arguments.clips)
        lab.write_notebook("labeller.ipynb", CELLS)
        print(f"{n_clips} clips, load {os.getloadavg()[0]:.1f}")
        with lab_page(lab, script=PROBE) as opened:
            open_labeller(opened)
            submits(opened.page, n=n_clips - 3, pause_ms=arguments.pause_ms)


CELLS = [
    """import labwidgets as lw
project = lw.Project.create('corpus', language='en')
project.add('clips', text_as='draft')""",
    "lw.Labeller(project, annotator='me')",
]


def copy_clips(folder: Path, target: Path, *, n: int) -> int:
    """Copy the first sounds, with a text each."""
    target.mkdir()
    sounds = sorted(path for path in folder.rglob("*") if path.suffix in SOUNDS)[:n]
    with (target / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file_name", "text"])
        for number, path in enumerate(sounds):
            name = f"{number:03d}{path.suffix}"
            shutil.copy(path, target / name)
            table.writerow([name, f"number {number} {SENTENCE}"])
    return len(sounds)


def open_labeller(opened: Any) -> None:
    opened.open("labeller.ipynb")
    for cell in range(len(CELLS)):
        opened.run(cell)
    page = opened.page
    page.locator(".lw-frame .cm-content").wait_for(timeout=30_000)
    hints = page.get_by_role("button", name="No hints")
    if hints.count():
        hints.click()
    page.wait_for_timeout(2000)
    page.locator(".lw-frame .cm-content").click()


def submits(page: Any, *, n: int, pause_ms: int) -> None:
    for _ in range(n - WARM_UP):
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(pause_ms)
    trips = page.evaluate(READ)
    for name in ("handled", "text", "asked", "playing", "advancing"):
        values = [trip[name] for trip in trips if trip.get(name) is not None]
        show(f"Ctrl+Enter to {name}", values, of=len(trips))


if __name__ == "__main__":
    main()
