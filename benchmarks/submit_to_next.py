"""From Ctrl+Enter to the next text on the screen and its sound, and from a key to its letter, in JupyterLab.

Run from the checkout: ``python benchmarks/submit_to_next.py [FOLDER] [--clips 40] [--keys 60]``.
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

from _browser_lab import CHECKOUT, jupyter_lab, lab_page

SOUNDS = {".wav", ".flac", ".mp3", ".ogg", ".opus"}
SENTENCE = "and so he had then leisure to consider how much there might be prudently in his power to do"
LONG_CHARACTERS = 19_800
WARM_UP = 2

# Times count from the key event's own stamp; "painted" is the first task after the frame that shows it.
PROBE = """
window.trips = [];
let trip = null;
const text = () => document.querySelector(".lw-frame .cm-content");
const painted = done => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
});
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
window.echoes = [];
window.echo = false;
addEventListener("keydown", event => {
  if (!window.echo || event.key.length !== 1) return;
  const from = event.timeStamp;
  const observer = new MutationObserver(() => {
    observer.disconnect();
    painted(now => window.echoes.push(now - from));
  });
  observer.observe(text(), {subtree: true, childList: true, characterData: true});
}, true);
"""
READ = "() => window.trips.map(({handled, text, asked, playing, advancing}) => \
({handled, text, asked, playing, advancing}))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "data" / "sample")
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--pause-ms", type=int, default=1200)
    arguments = parser.parse_args()
    with jupyter_lab() as lab:
        n_clips = copy_clips(arguments.folder, lab.root / "clips", n=arguments.clips)
        lab.write_notebook("labeller.ipynb", CELLS)
        print(f"{n_clips} clips, load {os.getloadavg()[0]:.1f}")
        with lab_page(lab, script=PROBE) as opened:
            open_labeller(opened)
            echo(opened.page, n_keys=arguments.keys)
            submits(opened.page, n=n_clips - 3, pause_ms=arguments.pause_ms)


CELLS = [
    """import labwidgets as lw
project = lw.Project.create('corpus', language='en')
project.add('clips', text_as='draft')""",
    "lw.Labeller(project, annotator='me')",
]


def copy_clips(folder: Path, target: Path, *, n: int) -> int:
    """Copy the first sounds with a text each; the second is near the longest allowed."""
    target.mkdir()
    sounds = sorted(path for path in folder.rglob("*") if path.suffix in SOUNDS)[:n]
    with (target / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file_name", "text"])
        for number, path in enumerate(sounds):
            name = f"{number:03d}{path.suffix}"
            shutil.copy(path, target / name)
            text = f"number {number} {SENTENCE}"
            if number == 1:
                text = (f"{text} " * (LONG_CHARACTERS // len(text) + 1))[:LONG_CHARACTERS]
            table.writerow([name, text])
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


def echo(page: Any, *, n_keys: int) -> None:
    """Type into the first text, then into the long second one."""
    for name in ("normal text", f"text of {LONG_CHARACTERS} characters"):
        page.evaluate("window.echoes.length = 0, window.echo = true")
        for number in range(n_keys):
            page.keyboard.press("abcdefgh "[number % 9])
            page.wait_for_timeout(40)
        page.wait_for_timeout(200)
        show(f"key to letter, {name}", page.evaluate("window.echo = false, window.echoes"))
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(2500)
    page.evaluate("window.trips.length = 0")


def submits(page: Any, *, n: int, pause_ms: int) -> None:
    for _ in range(n - WARM_UP):
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(pause_ms)
    trips = page.evaluate(READ)
    for name in ("handled", "text", "asked", "playing", "advancing"):
        values = [trip[name] for trip in trips if trip.get(name) is not None]
        show(f"Ctrl+Enter to {name}", values, of=len(trips))


def show(name: str, values: list[float], *, of: int | None = None) -> None:
    ordered = sorted(values)
    if not ordered:
        print(f"{name}: nothing measured")
        return
    p50, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    n_all = len(ordered) if of is None else of
    print(f"{name}: p50 {p50:.0f}, p95 {p95:.0f}, worst {ordered[-1]:.0f} ms, n {len(ordered)}/{n_all}")


if __name__ == "__main__":
    main()
