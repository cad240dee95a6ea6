"""The player in a notebook: what is heard, where it stands, and keys that stay in the widget."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from waiting import WAIT, wait_equal, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RATE_HZ = 16_000
TONE_HZ = 440

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
BITS_PER_S = 1_000_000
ONE_WAY_S = 0.1


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


class SlowLine:
    """A way to a server on this machine of 1 Mbit/s and 100 ms in each direction, once ``is_slow`` is set."""

    def __init__(self, url: str) -> None:
        self.is_slow = False
        self._target = int(url.rsplit(":", 1)[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.start_server(self._connect, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result(10)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._free_at_s = {"up": 0.0, "down": 0.0}

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _end(self) -> None:
        self._server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._carry("up", reader, back), self._carry("down", there, writer))

    async def _carry(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        delivering = asyncio.create_task(self._deliver(queue, writer))
        while data := await reader.read(4096):
            now_s = self._loop.time()
            if self.is_slow:
                # All connections share the line.
                begin_s = max(now_s, self._free_at_s[way])
                self._free_at_s[way] = begin_s + 8 * len(data) / BITS_PER_S
                now_s = self._free_at_s[way] + ONE_WAY_S
            await queue.put((now_s, data))
        await queue.put((0, b""))
        await delivering

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while (item := await queue.get())[1]:
            await asyncio.sleep(max(0, item[0] - self._loop.time()))
            writer.write(item[1])
            await writer.drain()
        writer.close()


@pytest.fixture
def slow_line(lab: Any) -> Iterator[SlowLine]:
    line = SlowLine(lab.url)
    yield line
    line.close()


@pytest.fixture
def show(lab: Any, open_page: Any) -> Any:
    """Shows a tone of a given length in a player; a cell below prints the codecs asked for."""

    def start(
        *, duration_s: float, codec: str = "auto", change: str = "", line: SlowLine | None = None
    ) -> PlayerPage:
        time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
        name = f"tone-{duration_s}.wav"
        noise = 0.1 * np.random.default_rng(0).standard_normal(len(time_s)) if line else 0
        soundfile.write(lab.root / name, 0.3 * np.sin(2 * np.pi * TONE_HZ * time_s) + noise, RATE_HZ)
        code = SHOW.format(name=name, codec=codec, change=change)
        notebook = lab.write_notebook("player.ipynb", [code, "print(*asked)"])
        opened = open_page(dataclasses.replace(lab, url=line.url) if line else lab)
        opened.page.add_init_script(REMEMBER)
        opened.open(notebook)
        if line:
            line.is_slow = True
        opened.run(0)
        found = PlayerPage(opened)
        found.focus()
        return found

    return start


LOUD = pytest.approx(0.3, abs=0.05)


def is_tone(heard: dict[str, float], *, within_bins: int = 1) -> bool:
    return abs(heard["frequency_hz"] - TONE_HZ) <= within_bins * heard["resolution_hz"]


@pytest.mark.parametrize("codec", ["opus", "flac"])
def test_space_plays_a_file_that_can_be_heard(show: Any, codec: str) -> None:
    player = show(duration_s=24.6789, codec=codec)
    player.press(" ")
    player.wait_time(0.3)
    heard = player.measured(LISTEN, lambda heard: is_tone(heard) and heard["peak"] == LOUD)
    assert heard["peak"] == LOUD
    assert is_tone(heard), heard
    # Paused, so that the end is not reached before the step back.
    if not player.audio()["paused"]:
        player.press(" ")
    player.wait_stopped()
    player.press("End", "ArrowLeft", " ")
    player.page.wait_for_function(
        "() => window.played.at(-1).currentTime > 24.2 || window.played.at(-1).ended"
    )
    exact = pytest.approx(round(24.6789 * RATE_HZ) / RATE_HZ, abs=1 / RATE_HZ)
    wait_equal(lambda: player.audio()["duration"], exact)
    assert player.asked() == {codec}
    assert not player.opened.page_errors()


def test_space_again_pauses_where_it_is(show: Any) -> None:
    player = show(duration_s=24.0)
    player.press(" ")
    player.wait_time(0.5)
    player.press(" ")
    player.wait_stopped()
    # What was on its way to the output is out by then.
    player.page.wait_for_timeout(300)
    stood = player.audio()["currentTime"]
    player.page.wait_for_timeout(300)
    assert player.audio() | {"paused": True, "currentTime": stood} == player.audio()


def test_arrows_home_and_end_move(show: Any) -> None:
    player = show(duration_s=24.0)
    player.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    player.wait_clock("0:02.0 / 0:24.0")
    player.press("End")
    player.wait_clock("0:24.0 / 0:24.0")
    player.press("Home")
    player.wait_clock("0:00.0 / 0:24.0")


def test_at_double_speed_the_pitch_stays(show: Any) -> None:
    player = show(duration_s=60.0)
    player.press(" ")
    player.press(*["."] * 5)
    player.wait_time(0.5)
    # The stretching of time smears a tone by a bin or two.
    heard = player.measured(LISTEN, lambda heard: is_tone(heard, within_bins=3))
    assert is_tone(heard, within_bins=3), heard
    state = player.audio()
    assert (state["playbackRate"], state["preservesPitch"]) == (2, True)
    twice = pytest.approx(2, abs=0.15)
    assert player.measured(PACE, lambda factor: factor == twice) == twice


def test_it_stops_at_the_end_and_starts_again_from_the_beginning(show: Any) -> None:
    player = show(duration_s=1.5)
    player.press(" ")
    player.wait_time(0.5)
    player.wait_stopped()
    wait_until(lambda: player.audio()["ended"], lambda: str(player.audio()))
    player.wait_clock("0:01.5 / 0:01.5")
    player.press(" ")
    player.page.wait_for_function(
        "() => { const {currentTime, paused} = window.played.at(-1);"
        " return !paused && currentTime > 0.1 && currentTime < 1; }"
    )


def test_a_loop_goes_round_until_it_is_switched_off(show: Any) -> None:
    player = show(duration_s=1.5)
    player.press("l", " ")
    player.wait_time(0.2)
    rounds = player.page.evaluate(
        """async () => {
          const audio = window.played.at(-1), began_ms = performance.now();
          let rounds = 0, last_s = 0;
          while (rounds < 2 && performance.now() - began_ms < 30000) {
            if (audio.currentTime < last_s - 0.5) rounds += 1;
            last_s = audio.currentTime;
            await new Promise(done => setTimeout(done, 50));
          }
          return rounds;
        }"""
    )
    assert rounds == 2
    player.press("l")
    player.wait_stopped()
    wait_until(lambda: player.audio()["ended"], lambda: str(player.audio()))


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
    shown.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_on_a_slow_line_sound_comes_and_goes_on_in_opus(slow_line: SlowLine, show: Any) -> None:
    player = show(duration_s=120.0, line=slow_line)
    player.press(" ")
    began_s = time.monotonic()
    player.wait_time(0.05)
    # Uncompressed, the two minutes are half a minute of such a line.
    assert time.monotonic() - began_s < 20
    player.wait_time(15.0)
    asked = player.asked_in_order()
    assert asked[-1] == "opus"
    assert asked.count("flac") <= 2


# The accent of the theme, and a pixel of what was played.
COLOURS = """() => {
  const probe = document.createElement("i");
  document.querySelector(".lw-player").append(probe);
  probe.style.color = "var(--lw-accent)";
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const canvas = document.querySelector(".lw-wave-canvas > div").shadowRoot.querySelector(".progress canvas");
  if (!canvas?.width) return {wanted, drawn: []};
  const {width, height} = canvas;
  const pixels = canvas.getContext("2d").getImageData(width >> 2, height >> 1, 1, 1).data;
  return {wanted, drawn: [...pixels].slice(0, 3)};
}"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_played_part_has_the_accent_of_the_theme(show: Any, theme: str) -> None:
    player = show(duration_s=1.5)
    player.opened.theme(theme)
    player.focus()
    player.press("End")

    def colours() -> dict[str, list[int]]:
        return dict(player.page.evaluate(COLOURS))

    def is_accent() -> bool:
        found = colours()
        return found["drawn"] == pytest.approx(found["wanted"], abs=2)

    wait_until(is_accent, lambda: str(colours()))
