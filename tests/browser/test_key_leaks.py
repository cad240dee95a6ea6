"""No key typed into a widget reaches the notebook around it, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import time
from typing import Any

import pytest
from waiting import wait_equal

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """
import pathlib
import numpy as np, soundfile
import labwidgets as lw
folder = pathlib.Path("{name}-audio")
folder.mkdir(exist_ok=True)
for n in range({n_recordings}):
    tone = 0.2 * np.sin(2 * np.pi * (200 + n) * np.arange(16_000) / 16_000)
    soundfile.write(folder / f"{{n}}.wav", tone, 16_000)
project = lw.Project.create("{name}", language="en", exist_ok=True)
project.add(folder)
"""
WIDGETS = (
    "lw.Labeller(project, annotator='me')",
    "lw.AudioPlayer(folder / '0.wav')",
    "lw.TranscriptEditor('one two three')",
)
# The sweep submits and skips as it goes: more than it can work off, so that a task is left to type in.
N_RECORDINGS = 150

# Types every shortcut of the host at every place of every widget; the host's commands only leave a note.
SWEEP = """async () => {
    const {commands} = window.jupyterapp;
    const CODES = {",": "Comma", ".": "Period", "/": "Slash", ";": "Semicolon", "'": "Quote", "-": "Minus",
        "=": "Equal", "[": "BracketLeft", "]": "BracketRight", "\\\\": "Backslash", "`": "Backquote"};
    const KEY_CODES = {Enter: 13, Escape: 27, Tab: 9, Space: 32, Backspace: 8, Delete: 46, ArrowLeft: 37,
        ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, PageUp: 33, PageDown: 34, End: 35, Home: 36, ",": 188,
        ".": 190, "/": 191, ";": 186, "'": 222, "-": 189, "=": 187, "[": 219, "]": 221, "\\\\": 220,
        "`": 192};
    const strokeOf = chord => {
        const parts = chord.split(" ");
        const name = parts.pop();
        const isLetter = /^[A-Z]$/.test(name), isDigit = /^[0-9]$/.test(name);
        const code = isLetter ? `Key${name}` : isDigit ? `Digit${name}` : CODES[name] ?? name;
        const function_key = /^F([0-9]+)$/.exec(name);
        const keyCode = function_key ? 111 + Number(function_key[1]) : KEY_CODES[name] ?? name.charCodeAt(0);
        const held = name => parts.includes(name);
        const key = name === "Space" ? " " : isLetter && !held("Shift") ? name.toLowerCase() : name;
        return {key, code, keyCode, ctrlKey: held("Ctrl") || held("Accel"), altKey: held("Alt"),
            shiftKey: held("Shift"), metaKey: held("Cmd"), bubbles: true, cancelable: true, composed: true};
    };
    const isShared = keys => /^(Accel|Ctrl) [SF]$/.test(keys[0]);
    const shortcuts = commands.keyBindings.map(({keys}) => keys);
    const typed = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "Enter", "Backspace"].map(key => [key]);
    const sequences = [...shortcuts.filter(keys => !isShared(keys)), ...typed];
    let executed = [];
    const {execute, isEnabled} = commands;
    commands.execute = async id => void executed.push(id);
    commands.isEnabled = () => true;
    const type = async (element, sequences) => {
        executed = [];
        for (const keys of sequences) {
            if (document.activeElement !== element) element.focus();
            for (const chord of keys) {
                element.dispatchEvent(new KeyboardEvent("keydown", strokeOf(chord)));
                element.dispatchEvent(new KeyboardEvent("keyup", strokeOf(chord)));
            }
            // The host decides some promises later.
            for (let n = 0; n < 40; n += 1) await null;
        }
        return executed;
    };
    const nameOf = element => [element.closest(".lw-labeller") ? "labeller" : "alone",
        element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.className].join(": ");
    const fields = [...document.querySelectorAll(".lw :is(input, textarea, select, [contenteditable=true])")];
    // Of the rest one of each kind.
    const others = new Map([...document.querySelectorAll(".lw :is(button, [tabindex='0'])")]
        .map(element => [`${element.closest(".lw").className} ${element.parentElement.className}`, element]));
    const places = [...new Set([...fields, ...others.values()])];
    const found = [];
    for (const element of places) found.push([nameOf(element), await type(element, sequences)]);
    const shared = [];
    for (const element of fields) shared.push(await type(element, [["Ctrl S"], ["Ctrl F"]]));
    const outside = await type(document.querySelector(".jp-Notebook .jp-Cell"), sequences);
    Object.assign(commands, {execute, isEnabled});
    return {n_shortcuts: shortcuts.length, outside, found, shared};
}"""
# Of those that do most harm outside, by real keys.
REAL = (
    "a",
    "b",
    "x",
    "d",
    "d",
    "0",
    "0",
    "Enter",
    "Shift+Enter",
    "Control+Enter",
    "Escape",
    "a",
    "d",
    "d",
    "Shift+m",
)
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .map(cell => [cell.type, cell.sharedModel.getSource()])"""


@pytest.mark.parametrize("host", ["lab", "notebook"])
def test_no_key_reaches_the_notebook(lab: Any, open_page: Any, host: str) -> None:
    name = f"leaks-{time.monotonic_ns()}"
    lab.write_notebook(f"{name}.ipynb", [SETUP.format(name=name, n_recordings=N_RECORDINGS), *WIDGETS])
    opened = open_page(lab)
    page = opened.page
    opened.open(f"{name}.ipynb", host=host)
    for cell in range(1 + len(WIDGETS)):
        opened.run(cell)
    page.locator(".lw-labeller .lw-work[aria-busy=false]").wait_for()
    page.locator(".jp-CodeCell").nth(2).get_by_role("button", name="Play").wait_for()
    page.locator(".jp-CodeCell").nth(3).locator("[aria-label=Transcript]").wait_for()
    before = page.evaluate(CELLS)

    swept = page.evaluate(SWEEP)

    places = [place for place, _ in swept["found"]]
    wanted = {
        "labeller: Transcript",
        "labeller: Search in the texts",
        "labeller: Segments",
        "alone: Transcript",
    }
    assert wanted <= set(places)
    assert swept["n_shortcuts"] > 80
    assert len(swept["outside"]) > 30
    assert {"notebook:delete-cell", "notebook:enter-edit-mode"} <= set(swept["outside"])
    assert [leak for leak in swept["found"] if leak[1]] == []
    assert {tuple(commands) for commands in swept["shared"]} == {("docmanager:save", "documentsearch:start")}
    page.locator(".lw-labeller [aria-label=Transcript]").click()
    for key in REAL:
        page.keyboard.press(key)
    wait_equal(lambda: page.evaluate("() => !!document.activeElement.closest('.lw-labeller')"), True)
    assert page.evaluate(CELLS) == before
    assert page.locator(".jp-Dialog").count() == 0
