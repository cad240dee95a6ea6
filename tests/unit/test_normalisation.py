"""Normalisations: what each step folds, and that none of the safe ones deletes part of a word."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.errors import MissingExtraError
from labwidgets.text import NORMALISATIONS, normalisation, steps

SAFE = [name for name in NORMALISATIONS if name != "whisper"]


def marks(text: str) -> int:
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).casefold())
    return sum(unicodedata.category(character)[0] == "M" for character in decomposed)


@pytest.mark.parametrize("name", SAFE)
@given(text=st.text(st.characters(categories=("L", "M", "N", "P", "Z")), max_size=20))
def test_no_combining_mark_is_deleted(name, text):
    assert marks(normalisation(name)(text)) == marks(text)


@given(text=st.text(st.sampled_from("aB\u00e9'\u2019.,:-1\u0301क़ि \u200d"), max_size=12))
def test_basic_keeps_every_letter_and_digit(text):
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    kept = [character for character in folded if unicodedata.category(character)[0] in "LMN"]
    assert [character for character in normalisation("basic")(text) if character in kept] == kept


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("basic", "STRASSE", "strasse"),
        ("basic", "\u201cDon\u2019t\u201d, she said\u2026", "don't she said"),
        ("basic", "well-known/e-mail", "well known e mail"),
        ("basic", "1,00,000 and 1,000 and 3,5", "100000 and 1000 and 3,5"),
        ("basic", "50% of R&D #1", "50% of r&d #1"),
        ("basic", "क्या? हाँ।", "क्या हाँ"),
        ("basic", "co\u00adop \ufeffyes\u200bno", "coop yes no"),
        ("basic", "ab\u200dc", "ab\u200dc"),
        ("none", "Don't, Touch!", "Don't, Touch!"),
        ("indic", "\u0968 \u0928\u0d4d", "2 \u0928\u0d4d"),
        ("joiners", "\u0d28\u0d4d\u200d \u0915\u094d\u200d\u0937", "\u0d7b \u0915\u094d\u0937"),
        ("nukta", "\u095b \u0921\u093c", "\u091c \u0921"),
        ("digits", "\u0661\u0662", "12"),
        ("joined", "covid-19 10k mp3s", "covid 19 10 k mp 3 s"),
        ("tags", "so [noise] <uh> yes", "so yes"),
        ("whisper", "<b> Ärger (laughs) it's", "ärger it s"),
    ],
)
def test_a_normalisation_does_what_it_says(name, before, after):
    assert " ".join(normalisation(name)(before).split()) == after


def test_names_and_steps_are_joined():
    chain = normalisation(["basic", "digits", str.strip])
    assert chain.name == "basic+digits+strip"
    assert normalisation("none").name == "none"
    assert normalisation("case+digits").name == "sclite+digits"


def test_a_trace_tells_the_steps_that_changed_something():
    assert normalisation("basic").trace("Cafe\u0301!") == [
        ("nfc", "Caf\u00e9!"),
        ("case", "caf\u00e9!"),
        ("punctuation", "caf\u00e9 "),
    ]


def test_numbers_are_spelled_out():
    pytest.importorskip("num2words")
    spell = normalisation("basic+numbers:en")
    assert " ".join(spell("On the 21st, 342 of 7% had 3.5 and x2").split()) == (
        "on the twenty first three hundred and forty two of seven percent had three point five and x2"
    )


def test_numbers_without_their_package_say_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "num2words", None)
    steps._speller.cache_clear()
    with pytest.raises(MissingExtraError, match=r"num2words.*pip install 'labwidgets\[scoring\]'"):
        normalisation("numbers:en")


@pytest.mark.parametrize("name", [*SAFE, "basic+digits+joined+nukta+joiners", "tags+basic", "whisper"])
@given(
    texts=st.lists(
        st.text(st.sampled_from("aB\u00e9'\u2019.,:<1\u0301क़ि\n\u200d[]"), max_size=10), max_size=6
    )
)
def test_many_texts_at_once_come_out_as_each_alone(name, texts):
    chain = normalisation(name)
    assert [one.split() for one in chain.many(texts)] == [chain(text).split() for text in texts]
