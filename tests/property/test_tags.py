"""Tags in a transcript: found where they are, and gone without a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.text import find_tags, without_tags
from labwidgets.text.normalisation import normalisation

CASES = json.loads((Path(__file__).parents[1] / "text_tags.json").read_text(encoding="utf-8"))
WORDS = st.text("abc\u0928\u093f\u0ba8\u0bbf\u0639\u4eca\u3068", min_size=1, max_size=4)
NAMES = st.text("ab \u0928-:\u4eca", min_size=1, max_size=40).filter(
    lambda name: name[0].isalpha() and not name.endswith(" ")
)
EVENTS = NAMES.map(lambda name: f"[{name}]")
SPANS = st.sampled_from(["<lang:en>", "</lang>", "<lang:hi-IN>", "<uh>", "</\u0928\u093f>"])
ANYTHING = st.text("ab[]</>:\u0928\u093f\u4eca \n,", max_size=40)


@pytest.mark.parametrize(("text", "tags", "bare"), CASES)
def test_golden_tags(text: str, tags: list[str], bare: str) -> None:
    assert [text[tag.start : tag.end] for tag in find_tags(text)] == tags
    assert without_tags(text) == bare


@given(st.lists(st.tuples(WORDS, st.lists(EVENTS | SPANS, max_size=3)), min_size=1))
def test_tags_set_among_words_are_found_and_leave_the_words(parts: list[tuple[str, list[str]]]) -> None:
    text = " ".join(token for word, tags in parts for token in (word, *tags))
    found = [text[tag.start : tag.end] for tag in find_tags(text)]
    assert found == [tag for _, tags in parts for tag in tags]
    assert without_tags(text) == " ".join(word for word, _ in parts)


@given(ANYTHING)
def test_nothing_but_tags_and_space_goes(text: str) -> None:
    bare = without_tags(text)
    assert find_tags(bare) == ()
    assert without_tags(bare) == bare
    rest = iter(text)
    assert all(letter in rest for letter in bare if not letter.isspace())
    if not find_tags(text):
        assert bare == text


@given(ANYTHING)
def test_scoring_and_layers_see_the_same_words(text: str) -> None:
    assert normalisation("tags")(text).split() == without_tags(text).split()


@given(ANYTHING)
def test_tags_do_not_overlap_and_know_their_name(text: str) -> None:
    end = 0
    for tag in find_tags(text):
        assert tag.start >= end
        end = tag.end
        opening = {"event": "[", "open": "<", "close": "</"}[tag.kind]
        assert text[tag.start : tag.end] == opening + tag.name + ("]" if tag.kind == "event" else ">")
