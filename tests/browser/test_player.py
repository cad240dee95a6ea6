"""The player in a notebook: what is heard, where it stands, and keys that stay in the widget."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from players import LISTEN, PACE, REMEMBER, SHOW, PlayerPage
from slow_line import SlowLine
from waiting import wait_equal, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RATE_HZ = 16_000
TONE_HZ = 440

# What Jupyter's command mode would take for new cells, cut, delete, other types, run, restart …
NOTEBOOK_KEYS = [
    "a", "b", "x", "d d", "m", "y", "r", "z", "Enter", "ArrowUp", "ArrowDown", "Escape",
    "Shift+Enter", "Control+Enter", "Alt+Enter", "Shift+m", "Shift+l", "0 0", "i i",
]  # fmt: skip


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
