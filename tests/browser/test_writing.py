"""Writing in a real JupyterLab: a second text beside the first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from many_scripts import WAIT, Screen, show

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAYERS = "layers: [{name: normalised, rule: [no_tags, no_punctuation, lower_case]}]\n"


class Writer:
    """Somebody who writes into the boxes of a segment."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.press = screen.press
        self.keyboard = screen.page.keyboard

    def text(self, label: str = "Transcript") -> str:
        return str(self.screen.root.get_by_label(label, exact=True).inner_text()).strip()

    def wait_text(self, label: str, text: str) -> None:
        deadline = time.monotonic() + WAIT / 1000
        while self.text(label) != text:
            assert time.monotonic() < deadline, f"{self.text(label)!r} is not {text!r}"
            time.sleep(0.05)

    def wait_for(self, selector: str, text: str) -> None:
        self.screen.root.locator(selector, has_text=text).first.wait_for(timeout=WAIT)

    def heights(self) -> list[float]:
        boxes = self.screen.root.locator(".lw-editor-box").all()
        return [round(box.bounding_box()["height"]) for box in boxes]

    def stored(self) -> Any:
        (folder,) = self.screen.opened.lab.root.glob("scripts-*/project.yaml")
        with Project.open(folder.parent) as project:
            row = project.queue(QueueQuery()).rows[0]
            return project.store.thread(row.segment_id, "me")[-1]


@pytest.fixture
def writer(lab: Any, open_page: Any) -> Callable[..., Writer]:
    def start(*languages: str, **options: Any) -> Writer:
        return Writer(show(lab, open_page, languages, **options))

    return start


def test_a_second_text_follows_the_first_and_one_submit_saves_both(writer: Any) -> None:
    at = writer("en", yaml=LAYERS)
    at.press("Control+a")
    at.keyboard.type("Turn left, [uh] now.")
    at.wait_text("normalised", "turn left now")
    before = at.heights()
    at.press("Alt+n", "Control+End")
    at.keyboard.type("adays")
    at.wait_for(".lw-layer-state", "1 place by hand")
    at.press("Alt+n", "Control+End", "Backspace")
    at.keyboard.type(" or never.")
    at.wait_text("normalised", "turn left nowadays or never")
    at.press("Control+ArrowLeft", "Control+ArrowLeft", "Control+ArrowLeft", "Control+ArrowLeft")
    at.press("Control+Shift+ArrowRight")
    at.keyboard.type("then")
    at.wait_for(".lw-layer-conflict", "the text says")
    assert at.heights() == before

    at.press("Alt+c")
    at.wait_for(".lw-layer-state", "follows the text")
    at.press("Alt+n", "Control+z")
    at.wait_text("normalised", "turn left nowadays or never")
    at.press("Control+Enter")
    at.screen.root.locator(".lw-state", has_text="saved").wait_for(timeout=WAIT)
    opinion = at.stored()
    assert opinion.layers == {"normalised": "turn left nowadays or never"}
    assert not at.screen.opened.page_errors()


def test_a_script_that_does_not_fit_the_language_is_said_quietly(writer: Any) -> None:
    at = writer("hi")
    warning = at.screen.root.locator(".lw-writing-warning")
    assert warning.inner_text() == ""
    at.press("Control+a")
    at.keyboard.type("mera naam ")
    at.wait_for(".lw-writing-warning", "2 words in Latin; Hindi is written in Devanagari")
    at.press("Control+a")
    at.keyboard.insert_text("मेरा <lang:en>name</lang> राम")
    warning.and_(at.screen.root.locator(":empty")).wait_for(state="attached", timeout=WAIT)
    at.press("Control+Enter")
    at.screen.root.locator(".lw-state", has_text="saved").wait_for(timeout=WAIT)
