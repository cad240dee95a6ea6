"""The player in a notebook: what is heard, where it stands, and keys that stay in the widget."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import soundfile

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RATE_HZ = 16_000
TONE_HZ = 440
FAST_MS = 30_000

# What Jupyter's command mode would take for new cells, cut, delete, other types, run, restart …
NOTEBOOK_KEYS = [
    "a", "b", "x", "d d", "m", "y", "r", "z", "Enter", "ArrowUp", "ArrowDown", "Escape",
    "Shift+Enter", "Control+Enter", "Alt+Enter", "Shift+m", "Shift+l", "0 0", "i i",
]  # fmt: skip

# Elements that played, since they are never part of the page.
REMEMBER = """
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!window.played.includes(this)) window.played.push(this);
  return play.call(this);
};
"""
# Loudness and strongest frequency of half a second of what the element gives out.
LISTEN = """async () => {
  const audio = window.played.at(-1), context = new AudioContext({sampleRate: 48000});
  const analyser = new AnalyserNode(context, {fftSize: 16384, smoothingTimeConstant: 0});
  context.createMediaStreamSource(audio.captureStream()).connect(analyser);
  await context.resume();
  await new Promise(done => setTimeout(done, 700));
  const wave = new Float32Array(analyser.fftSize), bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatTimeDomainData(wave);
  analyser.getFloatFrequencyData(bins);
  await context.close();
  const strongest = bins.indexOf(Math.max(...bins));
  return {
    peak: Math.max(...wave), frequency_hz: strongest * 48000 / analyser.fftSize,
    resolution_hz: 48000 / analyser.fftSize,
  };
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
player
"""


class PlayerPage:
    """One player in a notebook, with the focus on it."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.page = opened.page
        self.root = self.page.locator(".jp-CodeCell").first.locator(".lw-player")

    def focus(self) -> None:
        self.root.wait_for(timeout=FAST_MS)
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
            timeout=FAST_MS,
        )

    def wait_stopped(self) -> None:
        self.root.get_by_role("button", name="Play", exact=True).wait_for(timeout=FAST_MS)

    def clock(self) -> str:
        return str(self.root.locator(".lw-transport-clock").inner_text())

    def cells(self) -> dict[str, Any]:
        return dict(self.page.evaluate(CELLS))


@pytest.fixture
def show(lab: Any, open_page: Any) -> Any:
    """Shows a tone of a given length in a player; the cell below can be run for what the kernel knows."""

    def start(
        *, duration_s: float, codec: str = "auto", code: str = "", then: str = "print(sorted(set(asked)))"
    ) -> PlayerPage:
        time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
        name = f"tone-{duration_s}.wav"
        soundfile.write(lab.root / name, 0.3 * np.sin(2 * np.pi * TONE_HZ * time_s), RATE_HZ)
        notebook = lab.write_notebook("player.ipynb", [code or SHOW.format(name=name, codec=codec), then])
        opened = open_page(lab)
        opened.page.add_init_script(REMEMBER)
        opened.open(notebook)
        opened.run(0)
        found = PlayerPage(opened)
        found.focus()
        return found

    return start


@pytest.mark.parametrize("codec", ["opus", "flac"])
def test_space_plays_a_file_that_can_be_heard(show: Any, codec: str) -> None:
    player = show(duration_s=24.6789, codec=codec)
    player.press(" ")
    player.wait_time(0.3)
    heard = player.page.evaluate(LISTEN)
    assert heard["peak"] == pytest.approx(0.3, abs=0.05)
    assert heard["frequency_hz"] == pytest.approx(TONE_HZ, abs=heard["resolution_hz"])
    player.press("End", "ArrowLeft")
    player.page.wait_for_function(
        "() => window.played.at(-1).currentTime > 24.2 || window.played.at(-1).ended", timeout=FAST_MS
    )
    assert player.audio()["duration"] == pytest.approx(round(24.6789 * RATE_HZ) / RATE_HZ, abs=1 / RATE_HZ)
    player.opened.run(1)
    assert player.opened.output(1).strip() == f"['{codec}']"
    assert not player.opened.page_errors()


def test_space_again_pauses_where_it_is(show: Any) -> None:
    player = show(duration_s=24.0)
    player.press(" ")
    player.wait_time(0.5)
    player.press(" ")
    player.wait_stopped()
    stood = player.audio()["currentTime"]
    player.page.wait_for_timeout(300)
    assert player.audio() | {"paused": True, "currentTime": stood} == player.audio()


def test_arrows_home_and_end_move(show: Any) -> None:
    player = show(duration_s=24.0)
    player.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    assert player.clock() == "0:02.0 / 0:24.0"
    player.press("End")
    assert player.clock() == "0:24.0 / 0:24.0"
    player.press("Home")
    assert player.clock() == "0:00.0 / 0:24.0"


def test_at_double_speed_the_pitch_stays(show: Any) -> None:
    player = show(duration_s=24.0)
    player.press(" ")
    player.press(*["."] * 5)
    player.wait_time(0.5)
    heard = player.page.evaluate(LISTEN)
    # The stretching of time smears a tone by a bin or two.
    assert heard["frequency_hz"] == pytest.approx(TONE_HZ, abs=3 * heard["resolution_hz"])
    state = player.audio()
    assert (state["playbackRate"], state["preservesPitch"]) == (2, True)
    before = player.page.evaluate("() => [window.played.at(-1).currentTime, performance.now()]")
    player.page.wait_for_timeout(1000)
    after = player.page.evaluate("() => [window.played.at(-1).currentTime, performance.now()]")
    factor = 1000 * (after[0] - before[0]) / (after[1] - before[1])
    assert factor == pytest.approx(2, abs=0.15)


def test_it_stops_at_the_end_and_starts_again_from_the_beginning(show: Any) -> None:
    player = show(duration_s=1.5)
    player.press(" ")
    player.wait_time(0.5)
    player.wait_stopped()
    assert player.audio()["ended"]
    assert player.clock() == "0:01.5 / 0:01.5"
    player.press(" ")
    player.page.wait_for_function(
        "() => { const {currentTime, paused} = window.played.at(-1);"
        " return !paused && currentTime > 0.1 && currentTime < 1; }",
        timeout=FAST_MS,
    )


def test_a_loop_goes_round_until_it_is_switched_off(show: Any) -> None:
    player = show(duration_s=1.5)
    player.press("l", " ")
    player.wait_time(0.2)
    rounds = player.page.evaluate(
        """async () => {
          const audio = window.played.at(-1), times = [];
          for (let n = 0; n < 80; n += 1) {
            times.push(audio.currentTime);
            await new Promise(done => setTimeout(done, 50));
          }
          return times.filter((time, at) => at && time < times[at - 1] - 0.5).length;
        }"""
    )
    assert rounds >= 2
    player.press("l")
    player.wait_stopped()
    assert player.audio()["ended"]


def test_keys_never_change_the_notebook(show: Any) -> None:
    player = show(duration_s=1.5)
    before = player.cells()
    after = {}
    for keys in NOTEBOOK_KEYS:
        player.focus()
        player.press(*keys.split())
        player.page.wait_for_timeout(150)
        after[keys] = player.cells()
    assert after == dict.fromkeys(NOTEBOOK_KEYS, before)
    assert player.page.locator(".jp-Dialog").count() == 0


def test_ctrl_s_still_saves_the_notebook(show: Any) -> None:
    shown = show(duration_s=1.5)
    shown.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.setSource('1 + 1')"
    )
    shown.press("Control+s")
    shown.page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=FAST_MS
    )
