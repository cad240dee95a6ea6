"""The keys of the labeller: looked up, changed by keyboard alone, kept for one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from many_scripts import show
from waiting import wait_equal

from labwidgets.config import KeySettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUSED = """() => {
    const active = document.activeElement;
    const text = active.matches("button") ? active.innerText : active.id;
    return active.getAttribute("aria-label") ?? active.labels?.[0]?.innerText ?? text;
}"""


class Hands:
    """The labeller for somebody without a mouse."""

    def __init__(self, screen: Any) -> None:
        self.screen = screen
        self.page = screen.page
        self.press = screen.press
        self.panel = screen.root.get_by_role("dialog", name="Keys and options")

    def focused(self) -> str:
        return str(self.page.evaluate(FOCUSED)).strip()

    def go(self, key: str, to: str) -> None:
        """Press ``key`` until the focus, within the panel, is on something with that name."""
        self.panel.wait_for()
        for _ in range(60):
            if to in self.focused():
                return
            self.press(key)
        pytest.fail(f"{key} leads past {to!r}")

    def wait_focused(self, name: str) -> None:
        wait_equal(self.focused, name)

    def wait_said(self, words: str) -> None:
        self.panel.get_by_role("status").filter(has_text=words).wait_for()

    def wait_shown(self, role: str, name: str) -> None:
        self.screen.root.get_by_role(role, name=name, exact=True).wait_for()

    def wait_speed(self, rate: str) -> None:
        wait_equal(lambda: str(self.screen.root.get_by_label("Speed").input_value()), rate)


@pytest.fixture
def hands(lab: Any, open_page: Any) -> Callable[..., Hands]:
    return lambda *languages, width=1400: Hands(show(lab, open_page, languages, width=width))


def test_keys_are_changed_by_keyboard_alone_and_kept_for_the_person(hands: Any) -> None:
    at = hands("en")
    at.press("F1")
    at.panel.wait_for()
    at.press("Tab")
    at.wait_focused("Preset of keys")
    at.panel.get_by_role("option", name="gecko").wait_for(state="attached")
    at.press("ArrowDown")
    at.wait_said("The keys are those of elan now")
    at.go("Tab", "play or pause")
    at.go("ArrowDown", ": faster")
    at.wait_focused("Alt+.: faster")

    at.press("Enter", "Control+w")
    at.wait_said("Ctrl+W cannot be used: the browser")
    at.press("Alt+,")
    at.wait_focused("Take them for: faster")
    at.go("Tab", "Swap the two")
    at.press("Enter")
    at.wait_said("Alt+, now: faster. Alt+. now: slower")
    at.press("ArrowDown", "Delete")
    at.wait_said("Ctrl+L does nothing now")
    at.go("Tab", "project.yaml")
    lines = at.panel.get_by_role("textbox").input_value()
    keys = KeySettings.model_validate(yaml.safe_load(lines)["keys"])
    assert (keys.preset, keys.chords["faster"], keys.chords["loop"]) == ("elan", ["Alt+,"], [])

    at.press("Escape")
    at.panel.wait_for(state="hidden")
    at.wait_focused("Transcript")
    at.press("Alt+,")
    at.wait_speed("1.15")
    at.screen.opened.run(1)
    at.screen.wait_open(1)
    at.screen.root.locator(".cm-content").click()
    at.press("Alt+.")
    at.wait_speed("0.9")
    at.press("F1")
    at.go("Tab", "As in the project")
    at.press("Enter")
    at.wait_said("The keys are those of the project again")
    at.press("Escape")
    at.wait_focused("Transcript")
    at.press("Alt+.")
    at.wait_speed("1")
    assert not at.screen.opened.page_errors()


def test_the_sound_waits_for_those_who_want_it_to_while_they_type(hands: Any) -> None:
    at = hands("en")
    at.press("F1")
    at.go("Tab", "Pause the sound while I type")
    at.press("Space")
    at.go("Tab", "Go on … s after the last key")
    at.press("Control+a")
    # Long enough for a busy machine to look at it in between.
    at.page.keyboard.type("2")
    at.press("Tab", "Escape", "Alt+l", "Tab")
    at.wait_shown("button", "Pause")
    at.press("x")
    at.wait_shown("button", "Play")
    at.wait_shown("button", "Pause")
