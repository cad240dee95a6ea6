"""What text is let in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labwidgets.errors import TextError
from labwidgets.text import MAX_CHARACTERS, RULES, apply_rules, checked_text, stored_text, writing_of


@pytest.mark.parametrize("text", ["", "a\n\tb", "नमस्ते\u200d", "e\u0301", "\u200fعرب", "x" * MAX_CHARACTERS])
def test_text_is_let_in_as_typed(text: str) -> None:
    assert checked_text(text) == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("caf\u0065\u0301", "caf\u00e9"),
        ("\u0b95\u0bc6\u0bbe", "\u0b95\u0bca"),
        ("\u0958\u094d\u200d", "\u0915\u093c\u094d\u200d"),
        ("plain \u200f[noise]", "plain \u200f[noise]"),
    ],
    ids=["latin", "tamil", "devanagari", "marks"],
)
def test_text_is_stored_composed(text: str, stored: str) -> None:
    assert stored_text(text) == stored
    assert stored_text(stored) == stored


def test_what_may_not_be_stored_is_refused_in_any_form() -> None:
    with pytest.raises(TextError, match=r"U\+0000"):
        stored_text("e\u0301\0")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("ab\0", r"U\+0000 at position 2"),
        ("\x1b[0m", r"U\+001B at position 0"),
        ("a\r\n", r"U\+000D"),
        ("\x85", r"U\+0085"),
        ("\udcff", r"U\+DCFF"),
        ("x" * (MAX_CHARACTERS + 1), "too long: '20001 characters'"),
    ],
)
def test_text_that_no_store_should_hold_is_refused(text: str, match: str) -> None:
    with pytest.raises(TextError, match=match):
        checked_text(text)


CASES = json.loads((Path(__file__).parents[1] / "text_rules.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_what_the_page_gives(name: str) -> None:
    assert [RULES[name](text) for text, _ in CASES[name]] == [expected for _, expected in CASES[name]]


def test_rules_apply_in_their_order() -> None:
    assert apply_rules("[UH] Well, 3.5!", ["no_tags", "no_punctuation", "lower_case"]) == "well 3.5"
    assert apply_rules(" As it is. ", []) == " As it is. "


WRITING = json.loads((Path(__file__).parents[1] / "text_writing.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", WRITING, ids=[f"{case['language']}: {case['text']}" for case in WRITING])
def test_words_in_a_script_that_does_not_fit_the_language_are_found(case: dict) -> None:
    writing = writing_of(case["text"], case["language"], also=case["also"])
    assert writing.strange == case["strange"]
    assert writing.n_strange == sum(case["strange"].values())
