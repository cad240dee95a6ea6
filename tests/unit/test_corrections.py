"""What a person made of a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.text import corrections, word_key


@pytest.mark.parametrize(
    ("draft", "submitted", "replaced"),
    [
        ("mister dash wood had", "Mister Dashwood had.", [("dash wood", "Dashwood")]),
        ("a cat, a cat", "a hat, a hat", [("cat", "hat"), ("cat", "hat")]),
        ("The Cat sat", "the cat, sat!", []),
        ("the [noise] cat", "the hat [uh]", [("cat", "hat")]),
        ("ఒక పిల్లి ఉంది", "ఒక కుక్క ఉంది", [("పిల్లి", "కుక్క")]),
        ("one two three four", "five six seven eight", []),
        ("one", "one two", []),
        ("", "one", []),
        ("a " * 1_001, "b", []),
    ],
    ids=["joined", "twice", "case", "tags", "telugu", "a new sentence", "added", "empty", "too long"],
)
def test_small_replacements_are_corrections(
    draft: str, submitted: str, replaced: list[tuple[str, str]]
) -> None:
    assert list(corrections(draft, submitted).replaced) == replaced


def test_what_stayed_is_known_too() -> None:
    assert corrections("The cat sat", "the hat sat").kept == ("the", "sat")


# Among words that come twice there is more than one way to say what became of which.
WORDS = st.lists(st.integers(0, 99).map("W{}".format), min_size=1, max_size=12, unique=True)


@given(WORDS, st.data())
def test_replacements_applied_to_the_draft_give_what_was_submitted(
    words: list[str], data: st.DataObject
) -> None:
    # Two changed words side by side are one correction.
    at = [n for n in data.draw(st.sets(st.integers(0, len(words) - 1))) if n % 2]
    mended = [f"x{word}" if n in at else word for n, word in enumerate(words)]
    found = list(corrections(" ".join(words), " ".join(mended)).replaced)
    applied = list(words)
    for n in sorted(at):
        wrong, right = found.pop(0)
        assert word_key(applied[n]) == word_key(wrong)
        applied[n] = right
    assert (applied, found) == (mended, [])
