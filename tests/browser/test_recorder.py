"""Lines read into Chromium's fake microphone: refused for silence, kept, and there after the kernel died."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from labs import FLAGS
from waiting import wait_equal, wait_until

from labwidgets.project import Project

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
SCREENSHOTS = CHECKOUT / ".screenshots"
AXE = CHECKOUT / "labwidgets" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => {
    const {violations} = await axe.run(".lw", {resultTypes: ["violations"]});
    return violations.map(({id, help, nodes}) => [id, help, nodes.map(({html}) => html.slice(0, 200))]);
}"""
N_CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
# Those that do most harm to a notebook.
HARMFUL = ("a", "b", "x", "d", "d", "0", "0", "m", "Shift+Enter", "Control+Enter", "Escape", "d", "d")
RATE_HZ = 48_000
TONE_HZ = 440
# Long enough for a busy machine to see the level rise and fall.
SPEECH_S = 3.0
LINES = ["नमस्ते, आप कैसे हैं?", "सारे जहाँ से अच्छा", "एक दो तीन"]
SETUP = """
import labwidgets as lw
project = lw.Project.create("spoken", language="hi", exist_ok=True)
lines = {lines!r}
"""
SHOW = "recorder = lw.Recorder(project, lines, licence='CC-BY-4.0', form='2026-01')\nrecorder"
HOOK = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (window.refuseMicrophone) throw new DOMException("no", "NotAllowedError");
  const stream = await real(wanted);
  window.microphoneTrack = stream.getAudioTracks()[0];
  return stream;
};
"""


def say(path: Path, *, speech_s: float) -> None:
    """Let the microphone hear a second of quiet, a voice-like tone, and quiet from then on."""
    times = np.arange(round(speech_s * RATE_HZ)) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * TONE_HZ * n * times) / n for n in range(1, 5))
    tone = 0.25 * tone * (1 + 0.2 * np.sin(2 * np.pi * 4 * times))
    quiet = np.zeros(2 * RATE_HZ)
    written = path.with_suffix(".part")
    soundfile.write(written, np.concatenate([quiet, tone, quiet, quiet]), RATE_HZ, format="WAV")
    written.replace(path)


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    """What the microphone hears from when it is opened next."""
    path = tmp_path / "microphone.wav"
    say(path, speech_s=0.0)
    return path


@pytest.fixture
def chromium(chromium_path: str, playwright: Any, heard: Path) -> Iterator[Any]:
    """A browser whose microphone plays a file."""
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={heard}%noloop",
    ]
    browser = playwright.chromium.launch(executable_path=chromium_path, headless=True, args=flags)
    yield browser
    browser.close()


class Studio:
    """The recorder in a notebook."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.page = opened.page
        self.root = opened.page.locator(".jp-CodeCell").nth(1).locator(".lw-r-frame")

    def sign_in(self, speaker: str) -> None:
        self.root.get_by_label("Pseudonym").fill(speaker)
        self.root.get_by_label("I agree to it").check()
        self.root.get_by_role("button", name="Agree and begin").click()
        self.root.locator(".lw-r-stage").wait_for()

    def state(self) -> str:
        return str(self.root.locator(".lw-r-state").inner_text())

    def wait_state(self, start: str) -> str:
        wait_until(lambda: self.state().startswith(start), lambda: f"{self.state()!r}: no {start!r}")
        return self.state()

    def wait_level(self, name: str) -> None:
        self.root.locator(f".lw-r-level[data-level='{name}']").wait_for()

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def look(self, name: str) -> None:
        """Take a picture, and let axe look at it in both themes."""
        self.page.screenshot(path=SCREENSHOTS / f"recorder-{name}.png")
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            self.opened.theme(theme)
            assert self.page.evaluate(RUN_AXE) == [], (name, theme)


def test_a_take_is_refused_for_silence_kept_and_there_after_the_kernel_died(
    lab: Any, open_page: Any, heard: Path
) -> None:
    lab.write_notebook("record.ipynb", [SETUP.format(lines=LINES), SHOW])
    opened = open_page(lab, width=1600)
    opened.page.add_init_script(HOOK)
    opened.open("record.ipynb")
    studio = open_studio(opened)
    opened.page.evaluate("source => { (0, eval)(source); }", AXE.read_text(encoding="utf-8"))
    nobody_begins_without_consent(studio)
    silence_is_refused(studio)
    unplugged_in_mid_take(studio, heard)
    a_take_is_kept(studio)
    the_kernel_dies_in_mid_take(studio, opened)

    studio = open_studio(opened)
    studio.sign_in("spk1")
    studio.root.locator(".lw-r-prompt", has_text=LINES[1]).wait_for()
    studio.root.locator(".lw-r-row", has_text="✓").wait_for()
    opened.page.evaluate("window.refuseMicrophone = true")
    studio.press("Space")
    assert "Allow it for this page" in studio.wait_state("The microphone was refused")
    assert not opened.page_errors()
    text_and_sound_are_in_the_data_set(lab.root / "spoken")


def open_studio(opened: Any) -> Studio:
    opened.run(0)
    opened.run(1)
    studio = Studio(opened)
    studio.root.locator(".lw-r-form").wait_for()
    return studio


def nobody_begins_without_consent(studio: Studio) -> None:
    begin = studio.root.get_by_role("button", name="Agree and begin")
    begin.click()
    studio.root.get_by_text("has no pseudonym").wait_for()
    studio.root.get_by_label("Pseudonym").fill("spk1")
    begin.click()
    studio.root.get_by_text("nobody is recorded who has not agreed").wait_for()
    studio.look("form")
    studio.sign_in("spk1")


def silence_is_refused(studio: Studio) -> None:
    studio.press("Space")
    studio.wait_state("Recording. Read the line")
    studio.wait_state("Recording, but nothing is heard")
    studio.press("Space")
    assert "dBFS, a voice over -40" in studio.wait_state("Silent:")
    studio.look("refused")
    n_cells = studio.page.evaluate(N_CELLS)
    for key in ("Enter", *HARMFUL):
        studio.press(key)
    assert studio.page.evaluate(N_CELLS) == n_cells
    wait_equal(lambda: studio.root.evaluate("root => root.contains(document.activeElement)"), True)
    settings = studio.page.evaluate("microphoneTrack.getSettings()")
    names = ("echoCancellation", "noiseSuppression", "autoGainControl")
    assert [settings[name] for name in names] == [False] * 3, settings


def unplugged_in_mid_take(studio: Studio, heard: Path) -> None:
    studio.press("r")
    studio.wait_state("Recording. Read the line")
    say(heard, speech_s=SPEECH_S)
    studio.page.evaluate("microphoneTrack.stop(), microphoneTrack.dispatchEvent(new Event('ended'))")
    assert "into the take: it is not kept" in studio.wait_state("The microphone went away")


def a_take_is_kept(studio: Studio) -> None:
    studio.press("Space")
    studio.wait_state("Recording. Read the line")
    studio.wait_level("good")
    studio.page.screenshot(path=SCREENSHOTS / "recorder-recording.png")
    studio.wait_level("quiet")
    studio.press("Space")
    good = re.match(r"Good: ([\d.]+) s of speech", studio.wait_state("Good: "))
    # A busy machine may drop some of what its microphone hears.
    assert good, studio.state()
    assert SPEECH_S - 0.5 < float(good[1]) < SPEECH_S + 0.2
    studio.look("good")
    studio.press("Enter")
    studio.wait_state("Kept line 1: it is on disk.")
    wait_equal(studio.root.locator(".lw-r-count").inner_text, "1 of 3 kept")
    studio.root.locator(".lw-r-prompt", has_text=LINES[1]).wait_for()


def the_kernel_dies_in_mid_take(studio: Studio, opened: Any) -> None:
    studio.press("Space")
    studio.wait_state("Recording")
    opened.kill_kernel()
    assert "The 1 take that was kept is on disk" in studio.wait_state("The kernel went away")


def text_and_sound_are_in_the_data_set(folder: Path) -> None:
    with Project.open(folder) as project:
        [consent] = project.consents()
        assert (consent.speaker, consent.text_version) == ("spk1", "2026-01")
        [row] = project.dataset()["train"].remove_columns("audio").to_list()
        assert (row["text"], row["prompt"], row["speaker"]) == (LINES[0], LINES[0], "spk1")
        [(segment, recording)] = project.store.segments_to_draft()
        assert (recording.speaker, recording.copied) == ("spk1", True)
        sound = project.read(segment.id)
    spectrum = np.abs(np.fft.rfft(sound))
    assert abs(np.argmax(spectrum) * 16_000 / len(sound) - TONE_HZ) < 5
