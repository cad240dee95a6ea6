"""Twenty minutes of work in ``SegmentEditor``: memory of kernel and page, bytes on the wire, stalls.

Run from the checkout: ``python benchmarks/long_use.py [--minutes 20] [--slow]``. Each segment of an hour-long
recording is typed into, heard to its end and submitted, as fast as it sounds. ``--slow`` puts the line of
``long_recording.py`` (1 Mbit/s, 200 ms round trip) between page and server. A stall is sound that was asked
for and does not move for 0.15 s.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import psutil
from _browser_lab import jupyter_lab, lab_page
from long_recording import EVERY_S, OURS, SETUP, WATCH, line_to, prove, through, write_sound

SEGMENT_S = EVERY_S - 0.5
STALL_MS = 150
MB = 1e6

STALLS = """
window.stalls = [];
window.heard_s = 0;
{
  let since = performance.now(), last = -1;
  const look = () => {
    const now = performance.now();
    const sounding = window.played.filter(({paused, ended}) => !paused && !ended);
    const at = sounding.reduce((sum, {currentTime}) => sum + currentTime, 0);
    if (sounding.length === 0 || at !== last) {
      if (sounding.length && now - since > %d) window.stalls.push(now - since);
      if (sounding.length && at > last && at - last < 1) window.heard_s += at - last;
      since = now;
    }
    last = at;
    requestAnimationFrame(look);
  };
  look();
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--slow", action="store_true")
    arguments = parser.parse_args()
    with jupyter_lab() as lab, line_to(lab, is_slow=arguments.slow) as line:
        if line is not None:
            lab.write_notebook("proof.ipynb", ["1"])
            prove(lab, line)
            line.is_slow = False
        write_sound(lab.root / "60.wav", minutes=60)
        setup = SETUP.format(name="corpus-60", sound="60.wav", every_s=EVERY_S)
        lab.write_notebook("use.ipynb", [setup, OURS])
        with lab_page(lab, script=WATCH + STALLS % STALL_MS) as opened:
            opened.lab = lab if line is None else through(lab, line)
            opened.open("use.ipynb")
            opened.run(0)
            opened.page.evaluate("() => { window.nBytes = 0; }")
            if line is not None:
                line.is_slow = True
            opened.page.set_default_timeout(120_000)
            opened.run(1)
            work(opened.page, lab, minutes=arguments.minutes)


def work(page: Any, lab: Any, *, minutes: float) -> None:
    frame = page.locator(".lw-s-frame")
    frame.locator(".lw-work[aria-busy=false]").wait_for()
    frame.locator(".cm-content").click()
    page.keyboard.press("Alt+Shift+A")
    began, n_done = time.monotonic(), 0
    tell(page, lab, minutes=0.0, n_done=0)
    while time.monotonic() - began < 60 * minutes:
        page.keyboard.type(f"what is said in segment {n_done}", delay=60)
        page.wait_for_timeout(1000 * SEGMENT_S - 1500)
        page.keyboard.press("Control+Enter")
        n_done += 1
        elapsed = (time.monotonic() - began) / 60
        if n_done % 50 == 0:
            tell(page, lab, minutes=elapsed, n_done=n_done)
    tell(page, lab, minutes=(time.monotonic() - began) / 60, n_done=n_done)


def tell(page: Any, lab: Any, *, minutes: float, n_done: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = page.evaluate("() => performance.memory.usedJSHeapSize")
    n_bytes, heard_s, stalls = page.evaluate("() => [window.nBytes, window.heard_s, window.stalls]")
    print(
        f"{minutes:5.1f} min: {n_done} submitted, {heard_s / 60:.1f} min heard, {n_bytes / MB:.2f} MB came, "
        f"{len(stalls)} stalls (longest {max(stalls, default=0):.0f} ms); "
        f"kernel {kernel_bytes(lab) / MB:.0f} MB, page {heap / MB:.0f} MB",
        flush=True,
    )


def kernel_bytes(lab: Any) -> int:
    """Return the resident memory of the newest kernel of this JupyterLab."""
    children = psutil.Process(lab.process.pid).children(recursive=True)
    kernels = [child for child in children if any("ipykernel" in part for part in child.cmdline())]
    return int(max(kernels, key=lambda child: child.create_time()).memory_info().rss)


if __name__ == "__main__":
    main()
