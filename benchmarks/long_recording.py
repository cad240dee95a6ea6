"""A long recording in ``SegmentEditor``, beside ipyannote on the same sound, in real JupyterLab and Chromium.

Run from the checkout: ``python benchmarks/long_recording.py [--minutes 60] [--runs 3] [--slow]``.
ipyannote sends all of a file in one frame, and the driver dies of watching more than some 50 MB: the
two are compared on ``--both-minutes`` (20), and the long one is ours alone.
From Shift+Enter to the painted waveform, from the key (or button) to moving sound, from a jump far away to
moving sound, and what went over the WebSocket until then. The sound was decoded before, the kernel has
everything imported; the page is new each time and fetches the view's code. ``--slow`` puts a line of 1 Mbit/s
and 200 ms round trip between page and server once JupyterLab itself has come; ipyannote is given two minutes
there. That the line acts on WebSocket frames is measured first: one output of the kernel of known size, and a
small one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from _browser_lab import jupyter_lab, lab_page, slow_line

RATE_HZ = 16_000
EVERY_S = 6.0
SETUP = """
import uuid
import labwidgets as lw
from labwidgets.records import SegmentChange, SegmentPiece, SegmentRef
project = lw.Project.create("{name}", language="en", exist_ok=True)
project.add("{sound}")
[recording] = project.recordings()
rows = project.segments(recording.id, annotator="me")
if len(rows) == 1:
    [whole] = rows
    pieces = tuple(
        SegmentPiece(str(uuid.uuid4()), whole.channel, at, at + {every_s} - 0.5, speaker=f"spk{{n % 3 + 1}}")
        for n, at in enumerate(float(n) * {every_s} for n in range(int(recording.duration_s // {every_s})))
    )
    project.change_segments(SegmentChange(str(uuid.uuid4()), recording.id, "me", "segment",
        segments=(SegmentRef(whole.id, whole.version),), pieces=pieces))
project.recording_peaks(recording.id, channel=-1, start_s=0.0, end_s=1.0, n_bins=10)
"""
OURS = 'lw.SegmentEditor(project, annotator="me")'
THEIRS_SETUP = "import ipyannote"
THEIRS = 'ipyannote.IAnnotation("{sound}")'

# What sounds is watched from before any other script runs; painted is what stands off the middle line.
WATCH = """
localStorage.setItem("labwidgets.hints", "seen");
window.nBytes = 0;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({data}) => {
      window.nBytes += data.byteLength ?? data.size ?? data.length;
    });
  }
};
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!window.played.includes(this)) window.played.push(this);
  return play.call(this);
};
const canvases = root => [...root.querySelectorAll("*")].flatMap(element => [
  ...(element.tagName === "CANVAS" ? [element] : []),
  ...(element.shadowRoot ? canvases(element.shadowRoot) : []),
]);
window.whenPainted = () => new Promise(done => {
  const look = () => {
    for (const canvas of canvases(document.querySelector(".jp-Notebook") ?? document.body)) {
      const {width, height} = canvas;
      if (width < 200 || height < 30) continue;
      const row = canvas.getContext("2d")?.getImageData(0, Math.round(0.42 * height), width, 1).data ?? [];
      let n = 0;
      for (let at = 3; at < row.length; at += 4) if (row[at] > 0) n += 1;
      if (n > 20) return requestAnimationFrame(() => done(performance.now()));
    }
    requestAnimationFrame(look);
  };
  look();
});
window.whenMoving = from_s => new Promise(done => {
  const look = () => {
    const isMoving = ({paused, seeking, currentTime}) => !paused && !seeking
      && currentTime > from_s + 0.02 && currentTime < from_s + 60;
    const moving = window.played.some(isMoving);
    if (moving) done(performance.now());
    else requestAnimationFrame(look);
  };
  look();
});
window.pressed = 0;
for (const type of ["keydown", "pointerdown"])
  addEventListener(type, event => { window.pressed = event.timeStamp; }, true);
"""
TIMES = ("painted_ms", "sound_ms", "jump_ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--both-minutes", type=float, default=20.0, help="0: ours alone")
    parser.add_argument("--slow", action="store_true")
    arguments = parser.parse_args()
    with jupyter_lab() as lab, line_to(lab, is_slow=arguments.slow) as line:
        if line is not None:
            lab.write_notebook("proof.ipynb", ["1"])
            prove(lab, line)
        sides = [("SegmentEditor", ours, arguments.minutes)]
        if arguments.both_minutes:
            sides += [(name, drive, arguments.both_minutes) for name, drive in BOTH.items()]
        for name, drive, minutes in sides:
            sound = f"{minutes:g}.wav"
            if not (lab.root / sound).exists():
                write_sound(lab.root / sound, minutes=minutes)
            setup = SETUP.format(name=f"corpus-{minutes:g}", sound=sound, every_s=EVERY_S)
            lab.write_notebook("ours.ipynb", [setup, OURS])
            lab.write_notebook("theirs.ipynb", [THEIRS_SETUP, THEIRS.format(sound=sound)])
            found = [measure(lab, line, drive) for _ in range(arguments.runs)]
            report(f"{name}, {minutes:g} min", [one for one in found if one is not None])


# ---- the two sides ---------------------------------------------------------------------------------------


def ours(page: Any) -> tuple[str, Callable[[], None], Callable[[float], None]]:
    frame = page.locator(".lw-s-frame")

    def play() -> None:
        frame.locator(".lw-work[aria-busy=false]").wait_for(timeout=60_000)
        frame.locator(".cm-content").click()
        page.keyboard.press("Alt+Shift+A")

    def jump(share: float) -> None:
        box = frame.locator(".lw-s-map").bounding_box()
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)

    return "ours.ipynb", play, jump


def theirs(page: Any) -> tuple[str, Callable[[], None], Callable[[float], None]]:
    output = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea")

    def play() -> None:
        output.locator("button").first.click()

    def jump(share: float) -> None:
        # All of it is in the page: it is asked to go where a click on its minimap would lead.
        page.evaluate(
            """share => {
                window.pressed = performance.now();
                const audio = window.played.at(-1);
                audio.currentTime = share * audio.duration;
            }""",
            share,
        )

    return "theirs.ipynb", play, jump


BOTH = {"SegmentEditor": ours, "ipyannote": theirs}


def measure(lab: Any, line: Any, drive: Any) -> dict[str, float] | None:
    limit_ms = 120_000
    if line is not None:
        line.is_slow = False
    with lab_page(lab, script=WATCH) as opened:
        page = opened.page
        notebook, play, jump = drive(page)
        opened.lab = lab if line is None else through(lab, line)
        opened.open(notebook)
        opened.run(0)
        time.sleep(2)
        page.locator(".jp-CodeCell .jp-InputArea .cm-content").nth(1).click()
        page.set_default_timeout(limit_ms)
        if line is not None:
            line.is_slow = True
        page.evaluate("() => { window.nBytes = 0; window.painting = window.whenPainted(); }")
        page.keyboard.press("Shift+Enter")
        pressed = page.evaluate("() => window.pressed")
        try:
            painted = waited(page, "async () => await window.painting", limit_ms)
            n_painted = page.evaluate("() => window.nBytes")
            play()
            pressed_play = page.evaluate("() => window.pressed")
            sounding = waited(page, "async () => await window.whenMoving(0)", limit_ms)
            n_sounding = page.evaluate("() => window.nBytes")
            page.evaluate("() => { window.duration = window.played.at(-1).duration; }")
            jump(0.8)
            pressed_jump = page.evaluate("() => window.pressed")
            jumped = waited(page, "async () => await window.whenMoving(0.79 * window.duration)", limit_ms)
        except TimeoutError:
            return None
        return {
            "painted_ms": painted - pressed,
            "sound_ms": sounding - pressed_play,
            "jump_ms": jumped - pressed_jump,
            "painted_kb": n_painted / 1000,
            "sound_kb": n_sounding / 1000,
        }


def waited(page: Any, script: str, limit_ms: int) -> float:
    """Return what the page answers, or give up."""
    race = f"""async limit => Promise.race([({script})(),
        new Promise(done => setTimeout(() => done(-1), limit))])"""
    found = float(page.evaluate(race, limit_ms))
    if found < 0:
        raise TimeoutError
    return found


def report(name: str, found: list[dict[str, float]]) -> None:
    if not found:
        print(f"{name}: nothing within two minutes")
        return
    middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
    times = ", ".join(f"{key.removesuffix('_ms')} {middle[key]:.0f} ms" for key in TIMES)
    sizes = f"{middle['painted_kb']:.0f} kB until painted, {middle['sound_kb']:.0f} kB until sound"
    print(f"{name}: {times}; {sizes} (median of {len(found)})")


# ---- the slow line ---------------------------------------------------------------------------------------

# In the output, and not in the code that is echoed.
MARK = "proof-of-the-line"


@contextmanager
def line_to(lab: Any, *, is_slow: bool) -> Iterator[Any]:
    """Give the line of the browser tests, quick until it is told otherwise; None for none."""
    if not is_slow:
        yield None
        return
    line = slow_line(lab.url)
    try:
        yield line
    finally:
        line.close()


def through(lab: Any, line: Any) -> Any:
    """Return the lab as it is reached over the line."""
    return type(lab)(line.url, lab.root, lab.process, lab.log)


def prove(lab: Any, line: Any) -> None:
    """Print what the line does to frames of the WebSocket, seen where they arrive."""
    line.is_slow = False
    with lab_page(lab) as opened:
        page = opened.page
        arrived: list[tuple[float, int, bool]] = []

        def note(data: Any) -> None:
            text = data if isinstance(data, str) else data.decode("utf-8", "ignore")
            arrived.append((time.monotonic(), len(data), MARK in text))

        page.on("websocket", lambda socket: socket.on("framereceived", note))
        opened.lab = through(lab, line)
        opened.open("proof.ipynb")
        opened.run(0)
        time.sleep(2)
        line.is_slow = True
        for n_bytes in (1, 500_000):
            arrived.clear()
            began = time.monotonic()
            code = f"print({MARK[:-1]!r} + {MARK[-1]!r} + 'x' * {n_bytes})"
            page.evaluate(
                """code => {
                    const {context} = window.jupyterapp.shell.currentWidget;
                    context.sessionContext.session.kernel.requestExecute({code, silent: false}, true);
                }""",
                code,
            )
            while not any(is_it for *_, is_it in arrived):
                page.wait_for_timeout(20)
            elapsed_s = next(at for at, _, is_it in arrived if is_it) - began
            n_sent = sum(size for _, size, _ in arrived)
            rate = 8 * n_sent / elapsed_s / 1e6
            print(f"the line: {n_sent} bytes of frames in {1000 * elapsed_s:.0f} ms ({rate:.2f} Mbit/s)")


def write_sound(path: Path, *, minutes: float) -> None:
    """Write noise that swells and pauses as speech does."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for _ in range(round(minutes * 6)):
            levels = rng.choice([0.0, 0.05, 0.2, 0.4], 50, p=[0.25, 0.25, 0.3, 0.2])
            loudness = np.repeat(levels, RATE_HZ // 5)
            file.write(0.3 * loudness * rng.standard_normal(len(loudness)))


if __name__ == "__main__":
    main()
