"""Twenty minutes of work in ``SegmentEditor``: memory of kernel and page, bytes on the wire, stalls.

Run from the checkout: ``python benchmarks/long_use.py [--minutes 20] [--slow]``. Each segment of an hour-long
recording is typed into, heard to its end and submitted, as fast as it sounds. ``--slow`` puts the line of
``long_recording.py`` (1 Mbit/s, 200 ms round trip) between page and server. A stall is sound that had begun
and falls behind the clock by 0.15 s or more, by the element's own time: a page that was too busy to look is
none. How long sound takes to begin after it was asked for is told apart from it. Bytes are those of the
WebSocket by what they are for; sound is told for an hour that is heard, the rest for each submit.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import psutil
from _browser_lab import jupyter_lab, lab_page, show, wire
from long_recording import EVERY_S, OURS, SETUP, WATCH, line_to, prove, through, write_sound

SEGMENT_S = EVERY_S - 0.5
STALL_MS = 150
MB = 1e6

HEARING = """
window.hearing = {heard_s: 0, stalls: [], starts: [], late: []};
{
  const asked = new WeakMap();
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    asked.set(this, {at_ms: performance.now(), from_s: this.currentTime, ready: this.readyState});
    return play.call(this);
  };
  const known = new WeakMap();
  let then = performance.now();
  const look = () => {
    const now = performance.now(), gone = now - then;
    then = now;
    for (const audio of window.played) {
      if (audio.paused || audio.ended) { known.delete(audio); continue; }
      const at = audio.currentTime, start = asked.get(audio);
      let one = known.get(audio);
      // Another play, or a jump within one: it begins anew.
      if (one?.start !== start) {
        one = {start, last: start.from_s, owed: 0, began: false};
        known.set(audio, one);
      }
      const went = 1000 * (at - one.last) / audio.playbackRate;
      one.last = at;
      if (went < 0 || went > gone + 200) continue;
      window.hearing.heard_s += went / 1000;
      if (!one.began) {
        if (went === 0) continue;
        one.began = true;
        const wait = now - start.at_ms - went;
        window.hearing.starts.push(Math.max(0, wait));
        if (start.ready < 3) window.hearing.late.push(wait);
        continue;
      }
      one.owed += gone - went;
      if (went === 0) continue;
      if (one.owed > %d) window.hearing.stalls.push(one.owed);
      one.owed = 0;
    }
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
        with lab_page(lab, script=WATCH + HEARING % STALL_MS + wire().METER) as opened:
            opened.lab = lab if line is None else through(lab, line)
            opened.open("use.ipynb")
            opened.run(0)
            if line is not None:
                line.is_slow = True
            opened.page.set_default_timeout(120_000)
            opened.run(1)
            work(opened.page, lab, minutes=arguments.minutes)


def work(page: Any, lab: Any, *, minutes: float) -> None:
    meter = wire().Meter(page)
    frame = page.locator(".lw-s-frame")
    frame.locator(".lw-work[aria-busy=false]").wait_for()
    opened = meter.settle()
    print(f"opened, {sum(opened.values()) / 1000:.0f} kB: {kb(opened)}")
    meter.set()
    frame.locator(".cm-content").click()
    page.keyboard.press("Alt+Shift+A")
    began, n_done = time.monotonic(), 0
    tell(page, lab, meter, minutes=0.0)
    while time.monotonic() - began < 60 * minutes:
        page.keyboard.type(f"what is said in segment {n_done}", delay=60)
        page.wait_for_timeout(1000 * SEGMENT_S - 1500)
        page.keyboard.press("Control+Enter")
        n_done += 1
        if n_done % 50 == 0:
            tell(page, lab, meter, minutes=(time.monotonic() - began) / 60)
    tell(page, lab, meter, minutes=(time.monotonic() - began) / 60)
    found = page.evaluate("() => window.hearing")
    show("sound begins after it was asked for", found["starts"])
    show("of these, where it had not come", found["late"])
    print(f"by message: {kb(meter.read())}")


def tell(page: Any, lab: Any, meter: Any, *, minutes: float) -> None:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = page.evaluate("() => performance.memory.usedJSHeapSize")
    found = page.evaluate("() => window.hearing")
    down, n_done = meter.read(), meter.read("requests").get("submit", 0)
    heard_h = max(found["heard_s"], 1) / 3600
    all_mb, sound_mb = sum(down.values()) / MB, down.get("window", 0) / MB
    rest_kb = (all_mb - sound_mb) * 1000 / max(1, n_done)
    print(
        f"{minutes:5.1f} min: {n_done} submitted, {60 * heard_h:.1f} min heard, {all_mb:.2f} MB "
        f"came, of it sound {sound_mb:.2f} ({sound_mb / heard_h:.1f} MB an hour heard), "
        f"the rest {rest_kb:.1f} kB a submit; {len(found['stalls'])} stalls "
        f"(longest {max(found['stalls'], default=0):.0f} ms); "
        f"kernel {kernel_bytes(lab) / MB:.0f} MB, page {heap / MB:.0f} MB",
        flush=True,
    )


def kb(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {n / 1000:.1f} kB" for name, n in found.items())


def kernel_bytes(lab: Any) -> int:
    """Return the resident memory of the newest kernel of this JupyterLab."""
    children = psutil.Process(lab.process.pid).children(recursive=True)
    kernels = [child for child in children if any("ipykernel" in part for part in child.cmdline())]
    return int(max(kernels, key=lambda child: child.create_time()).memory_info().rss)


if __name__ == "__main__":
    main()
