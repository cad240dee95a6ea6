"""A player in a notebook, what it plays and what can be heard of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from waiting import WAIT, wait_equal, wait_until

# Elements that played, since they are never part of the page.
REMEMBER = """
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!window.played.includes(this)) window.played.push(this);
  return play.call(this);
};
"""
# Loudness and strongest frequency of what the element gives out.
LISTEN = """async () => {
  const audio = window.played.at(-1), context = new AudioContext({sampleRate: 48000});
  const analyser = new AnalyserNode(context, {fftSize: 16384, smoothingTimeConstant: 0});
  context.createMediaStreamSource(audio.captureStream()).connect(analyser);
  await context.resume();
  const wave = new Float32Array(analyser.fftSize), bins = new Float32Array(analyser.frequencyBinCount);
  const peaks = [], strongest = [];
  // The machine may drop a block between the element and the analyser: the middle one of seven looks, none of
  // which shares a sample with the next, is what is played.
  for (let look = 0; look < 7; look++) {
    await new Promise(done => setTimeout(done, 400));
    analyser.getFloatTimeDomainData(wave);
    analyser.getFloatFrequencyData(bins);
    peaks.push(Math.max(...wave));
    strongest.push(bins.indexOf(Math.max(...bins)));
  }
  await context.close();
  const middle = values => values.sort((a, b) => a - b)[3];
  return {
    peak: middle(peaks), frequency_hz: middle(strongest) * 48000 / analyser.fftSize,
    resolution_hz: 48000 / analyser.fftSize,
  };
}"""
# Seconds of sound in a second.
PACE = """async () => {
  const audio = window.played.at(-1), from_s = audio.currentTime, from_ms = performance.now();
  await new Promise(done => setTimeout(done, 1000));
  return 1000 * (audio.currentTime - from_s) / (performance.now() - from_ms);
}"""
AUDIO = """() => {
  const {currentTime, duration, paused, ended, playbackRate, preservesPitch} = window.played.at(-1);
  return {currentTime, duration, paused, ended, playbackRate, preservesPitch};
}"""
CELLS = """() => {
  const {content} = window.jupyterapp.shell.currentWidget;
  return {
    mode: content.mode, active: content.activeCellIndex,
    cells: content.widgets.map(cell => [cell.model.type, cell.model.sharedModel.getSource()]),
    prompts: content.widgets.map(cell => cell.model.executionCount),
  };
}"""
SHOW = """
import labwidgets as lw
player = lw.AudioPlayer({name!r})
answer_ready, answer_window = player.handlers["ready"], player.handlers["window"]
asked = []
def ready(payload):
    reply, buffers = answer_ready(payload)
    return {{**reply, "settings": {{**reply["settings"], "codec": {codec!r}}}}}, buffers
def window(payload):
    asked.append(payload["codec"])
    return answer_window(payload)
player.handlers |= {{"ready": ready, "window": window}}
{change}
player
"""


class PlayerPage:
    """One player in a notebook, with the focus on it."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.page = opened.page
        self.root = self.page.locator(".jp-CodeCell").first.locator(".lw-player")

    def focus(self) -> None:
        self.root.wait_for()
        self.root.focus()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def audio(self) -> dict[str, Any]:
        return dict(self.page.evaluate(AUDIO))

    def wait_time(self, time_s: float) -> None:
        self.page.wait_for_function(
            "time_s => window.played.length && window.played.at(-1).currentTime >= time_s",
            arg=time_s,
        )

    def wait_stopped(self) -> None:
        self.root.get_by_role("button", name="Play", exact=True).wait_for()
        wait_until(lambda: self.audio()["paused"], lambda: str(self.audio()))

    def wait_clock(self, text: str) -> None:
        wait_equal(lambda: str(self.root.locator(".lw-transport-clock").inner_text()), text)

    def measured(self, script: str, is_right: Callable[[Any], bool]) -> Any:
        """Measure the sound until it is right: a busy machine drops blocks, but never all of them."""
        deadline = time.monotonic() + WAIT / 1000
        while True:
            if self.audio()["paused"]:
                self.press(" ")
            found = self.page.evaluate(script)
            if is_right(found) or time.monotonic() > deadline:
                return found

    def asked(self) -> set[str]:
        """Codecs of the windows that the page asked for."""
        return set(self.asked_in_order())

    def asked_in_order(self) -> list[str]:
        self.opened.run(1)
        return str(self.opened.output(1)).split()

    def cells(self) -> dict[str, Any]:
        return dict(self.page.evaluate(CELLS))
