"""Writing in a real JupyterLab: texts side by side, scripts that do not fit, Latin letters for Indic ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from many_scripts import Screen, show
from waiting import wait_equal

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
        wait_equal(lambda: self.text(label), text)

    def wait_for(self, selector: str, text: str) -> None:
        self.screen.root.locator(selector, has_text=text).first.wait_for()

    def heights(self) -> list[float]:
        boxes = self.screen.root.locator(".lw-editor-box").all()
        return [round(box.bounding_box()["height"]) for box in boxes]

    def stored(self) -> Any:
        """Return what is stored of the first segment, as soon as something is."""
        folders = self.screen.opened.lab.root.glob("scripts-*/project.yaml")
        newest = max(folders, key=lambda path: path.stat().st_mtime_ns)
        with Project.open(newest.parent) as project:
            row = project.queue(QueueQuery()).rows[0]
            wait_equal(lambda: len(project.store.thread(row.segment_id, "me")), 1)
            [opinion] = project.store.thread(row.segment_id, "me")
            return opinion


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
    at.press("Control+a")
    at.keyboard.type("Turn left, then or never.")
    at.wait_for(".lw-layer-conflict", "the text says")
    wait_equal(at.heights, before)

    at.press("Alt+c")
    at.wait_for(".lw-layer-state", "follows the text")
    at.press("Alt+n", "Control+z")
    at.wait_text("normalised", "turn left nowadays or never")
    at.press("Control+Enter")
    at.screen.wait_state("saved")
    opinion = at.stored()
    assert opinion.layers == {"normalised": "turn left nowadays or never"}
    assert not at.screen.opened.page_errors()


def test_a_script_that_does_not_fit_the_language_is_said_quietly(writer: Any) -> None:
    at = writer("hi")
    warning = at.screen.root.locator(".lw-writing-warning")
    wait_equal(warning.inner_text, "")
    at.press("Control+a")
    at.keyboard.type("mera naam ")
    at.wait_for(".lw-writing-warning", "2 words in Latin; Hindi is written in Devanagari")
    at.press("Control+a")
    at.keyboard.insert_text("मेरा <lang:en>name</lang> राम")
    warning.and_(at.screen.root.locator(":empty")).wait_for(state="attached")
    at.press("Control+Enter")
    at.screen.wait_state("saved")


def test_latin_letters_become_words_in_an_indic_script(writer: Any) -> None:
    at = writer("hi", "ta", yaml="labelling: {autoplay: false}\n")
    line, rows = at.screen.root.locator(".lw-typing"), at.screen.root.locator(".lw-candidates [role=option]")
    wait_equal(line.inner_text, "")
    at.press("Alt+i", "Control+a")
    at.wait_for(".lw-typing", "typing help: Latin → Devanagari")
    at.keyboard.type("namaste ")
    at.wait_text("Transcript", "नमस्ते")
    at.keyboard.type("bas")
    rows.first.wait_for()
    at.press("2")
    at.keyboard.type(" phone")
    rows.first.wait_for()
    at.press("Escape")
    rows.first.wait_for(state="detached")
    at.keyboard.type(" aap")
    rows.first.wait_for()
    at.press("Control+Enter")

    at.screen.wait_open(2)
    at.wait_for(".lw-typing", "typing help: Latin → Tamil")
    at.press("Control+a")
    at.keyboard.type("naan ")
    at.wait_text("Transcript", "நான்")
    at.keyboard.type("nandri")
    rows.first.wait_for()
    at.screen.root.locator(".lw-search").click()
    at.wait_text("Transcript", "நான் நன்றி")
    hindi = at.stored().text.split()
    assert (hindi[0], hindi[2:]) == ("नमस्ते", ["phone", "आप"])
    assert hindi[1] in ("बास", "बस")
    assert not at.screen.opened.page_errors()
