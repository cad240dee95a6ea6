"""Words for the typing help."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from labwidgets.text import common_words, count_words, general_words


@pytest.fixture
def wordfreq(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for the package, with three words of Hindi."""
    fake = ModuleType("wordfreq")
    fake.available_languages = lambda _list: {"hi": "words.gz"}
    fake.top_n_list = lambda _language, n: ["के", "है", "5g"][:n]
    monkeypatch.setitem(sys.modules, "wordfreq", fake)
    general_words.cache_clear()
    yield
    general_words.cache_clear()


def test_words_count_by_the_weight_of_their_texts_and_only_in_their_own_script() -> None:
    texts = [("मेरा phone [noise] है।", 1.0), ("<lang:en>है</lang> है", 0.25)]
    assert count_words(texts, "hi-IN") == {"मेरा": 1.0, "है": 1.25}


@pytest.mark.usefixtures("wordfreq")
def test_words_of_the_project_come_before_those_of_the_language() -> None:
    assert common_words({"राम": 1.0, "के": 1.0}, "hi-IN", n=10) == ["के", "राम", "है"]
    assert common_words({"राम": 1.0}, "hi", n=1) == ["राम"]


@pytest.mark.usefixtures("wordfreq")
def test_a_language_that_nobody_counted_has_the_words_of_the_project_alone() -> None:
    assert common_words({"నేను": 1.0}, "te", n=10) == ["నేను"]


def test_without_the_package_there_are_no_general_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    general_words.cache_clear()
    assert general_words("hi") == ()
    general_words.cache_clear()
