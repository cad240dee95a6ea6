"""What text is let in."""

from __future__ import annotations

import pytest

from labwidgets.errors import TextError
from labwidgets.text import MAX_CHARACTERS, checked_text


@pytest.mark.parametrize("text", ["", "a\n\tb", "नमस्ते\u200d", "e\u0301", "\u200fعرب", "x" * MAX_CHARACTERS])
def test_text_is_kept_as_typed(text: str) -> None:
    assert checked_text(text) == text


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
