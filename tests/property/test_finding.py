"""Literal search and what a replace does to words, whatever the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.records import Word
from labwidgets.store.mending import located, mended_words
from labwidgets.text import find_all, find_tags, replaced, searchable

# ruff: noqa: RUF001
LETTERS = st.sampled_from(
    list("aAàéÉßsſİiıΣσς가각ᄀ\u1161\u11a8कि\u093cक़्\u200d雨がか\u3099ﬁ\u0301\u0323 .,[]<>'न1")
)
TEXTS = st.text(LETTERS, max_size=30)
WORDS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=8)


@given(TEXTS)
def test_folding_twice_is_folding_once_and_whole_texts_fold_as_their_signs(text: str) -> None:
    assert searchable(searchable(text)) == searchable(text)
    if searchable(text) and not find_tags(text):
        [(start, end)] = find_all(text, text)
        assert (searchable(text[:start]), end) == ("", len(text))


@given(TEXTS, TEXTS, st.booleans(), st.booleans(), st.booleans())
def test_what_is_found_is_found_by_the_folded_text_too(
    text: str, wanted: str, whole_word: bool, match_case: bool, match_accents: bool
) -> None:
    places = find_all(text, wanted, whole_word=whole_word, match_case=match_case, match_accents=match_accents)
    for (_, end), (start, _) in pairwise(places):
        assert end <= start
    for start, end in places:
        assert searchable(wanted) in searchable(text)
        assert searchable(text[start:end]) == searchable(wanted)
        if match_case and match_accents:
            assert len(find_all(text[start:end], wanted, match_case=True, match_accents=True)) == 1


@given(WORDS, st.text("abc", min_size=1, max_size=2), st.text("xy ", max_size=6))
def test_words_of_a_mended_text_stand_in_it_in_time_and_untouched_ones_stay(
    parts: list[str], wanted: str, replacement: str
) -> None:
    text = " ".join(parts)
    words = [Word(part, 0.5 * at, 0.5 * at + 0.4, 0.9) for at, part in enumerate(parts)]
    places = find_all(text, wanted)
    after = mended_words(text, words, places, replacement)
    new = replaced(text, places, replacement)
    assert [word.text for word in after] == new.split()
    assert None not in located(new, after)
    times = [edge for word in after for edge in (word.start_s, word.end_s)]
    assert times == sorted(times)
    for word in words:
        if wanted not in word.text:
            assert word in after
    assert all(word in words for word in after if word.confidence is not None)


@pytest.mark.parametrize(
    ("text", "place", "replacement", "expected"),
    [
        ("dash wood had", (4, 5), "", [("dashwood", 0.0, 1.0, None), ("had", 1.0, 1.5, 0.9)]),
        ("a", (0, 1), "the big", [("the", 0.0, 0.25, None), ("big", 0.25, 0.5, None)]),
        ("colour is", (4, 5), "", [("color", 0.0, 0.5, None), ("is", 0.5, 1.0, 0.9)]),
        ("uh yes uh", (0, 3), "", [("yes", 0.5, 1.0, 0.9), ("uh", 1.0, 1.5, 0.9)]),
    ],
)  # fmt: skip
def test_new_words_share_the_time_of_the_old_ones(
    text: str, place: tuple[int, int], replacement: str, expected: list[tuple]
) -> None:
    words = [Word(part, 0.5 * at, 0.5 * at + 0.5, 0.9) for at, part in enumerate(text.split())]
    after = mended_words(text, words, [place], replacement)
    assert [(word.text, word.start_s, word.end_s, word.confidence) for word in after] == expected
