"""From Shift+Enter to the waveform of an hour of sound on the screen, and what went over the wire until then.

Run from the checkout: ``python benchmarks/first_waveform.py [--minutes 60] [--runs 3]``.
Cold: the cell makes the player, which decodes the sound. Warm: the player is there, the cell only shows it.
The package is imported before; the page is new each time and has to fetch the view's code.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from _browser_lab import jupyter_lab, lab_page

RATE_HZ = 16_000
# A flat line is drawn before the peaks are there: sound shows off the middle.
WATCH = """
window.painted = new Promise(done => {
  const look = () => {
    const host = document.querySelector(".lw-wave-canvas > div");
    for (const canvas of host?.shadowRoot?.querySelectorAll("canvas") ?? []) {
      const {width, height} = canvas;
      if (!width || !height) continue;
      const row = canvas.getContext("2d").getImageData(0, Math.round(0.35 * height), width, 1).data;
      if (row.some((value, at) => at % 4 === 3 && value > 0)) {
        requestAnimationFrame(() => done(performance.now()));
        return;
      }
    }
    requestAnimationFrame(look);
  };
  look();
});
window.pressed = 0;
addEventListener("keydown", event => {
  if (event.key === "Enter" && event.shiftKey) window.pressed = event.timeStamp;
}, true);
"""
MAKE = "player = lw.AudioPlayer('hour.wav')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with jupyter_lab() as lab:
        write_sound(lab.root / "hour.wav", minutes=arguments.minutes)
        cells = {"cold": ["import labwidgets as lw", f"{MAKE}\nplayer"]}
        cells["warm"] = ["import labwidgets as lw", MAKE, "player"]
        for name, sources in cells.items():
            lab.write_notebook(f"{name}.ipynb", sources)
            for _ in range(arguments.runs):
                report(name, *measure(lab, f"{name}.ipynb", n_cells=len(sources)))


def report(name: str, elapsed_ms: float, n_bytes: int) -> None:
    print(f"{name}: {elapsed_ms:.0f} ms, {n_bytes / 1000:.0f} kB over the WebSocket")


def write_sound(path: Path, *, minutes: float) -> None:
    """Write noise that swells and pauses as speech does."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for _ in range(round(minutes * 6)):
            loudness = np.repeat(
                rng.choice([0.0, 0.05, 0.2, 0.4], 50, p=[0.25, 0.25, 0.3, 0.2]), RATE_HZ // 5
            )
            file.write(0.3 * loudness * rng.standard_normal(len(loudness)))


def measure(lab: Any, notebook: str, *, n_cells: int) -> tuple[float, int]:
    with lab_page(lab, script=WATCH) as opened:
        page = opened.page
        sizes: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
        opened.open(notebook)
        for cell in range(n_cells - 1):
            opened.run(cell)
        time.sleep(2)
        page.locator(".jp-CodeCell .jp-InputArea .cm-content").nth(n_cells - 1).click()
        sizes.clear()
        page.keyboard.press("Shift+Enter")
        elapsed_ms = page.evaluate("async () => (await window.painted) - window.pressed")
        return float(elapsed_ms), sum(sizes)


if __name__ == "__main__":
    main()
