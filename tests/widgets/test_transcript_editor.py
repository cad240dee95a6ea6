"""The editor alone: its text and words are state on both sides."""

from __future__ import annotations

import pytest

from labwidgets.errors import ConfigError, TextError
from labwidgets.records import Word
from labwidgets.widgets.protocol import PROTOCOL_VERSION
from labwidgets.widgets.transcript_editor import TranscriptEditor

WORDS = (Word("hello", 0.0, 0.4, 0.9), Word("there", 0.5, 0.8, None, estimated=True))


def test_words_come_back_as_they_went_in() -> None:
    editor = TranscriptEditor("hello there", WORDS, language="en")
    assert editor.word_list == WORDS
    assert editor.duration_s == 0.8


def test_what_the_page_writes_is_what_python_reads(page_of) -> None:
    page = page_of(lambda: TranscriptEditor("hello"))
    page.widget.comm.handle_msg(
        {"content": {"data": {"method": "update", "state": {"text": "hello you"}}}, "buffers": []}
    )
    assert page.widget.text == "hello you"


def test_it_tells_its_page_the_settings(page_of) -> None:
    page = page_of(lambda: TranscriptEditor("hello"))
    reply = page.reply("ready", {"version": PROTOCOL_VERSION, "codecs": []})
    assert reply["settings"]["low_confidence"] == 0.5


def test_a_text_with_control_characters_is_refused() -> None:
    with pytest.raises(TextError):
        TranscriptEditor("a\x00b")


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="BCP-47"):
        TranscriptEditor("a", language="klingon!")


def test_its_repr_is_short_stable_and_without_the_text() -> None:
    assert repr(TranscriptEditor("hello there")) == "<TranscriptEditor 2 words>"
