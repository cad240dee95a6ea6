"""A further text is cut where the words stand that its main text is cut between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.store.cut_layers import cut_layer

CASES = json.loads((Path(__file__).parents[2] / "layer_cuts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_words_go_with_those_that_they_stand_for(case) -> None:
    found = cut_layer(case["text"], case["at"], case["layer"])
    assert (case["layer"][: found.at].strip(), found.astride) == (case["left"], case["astride"])


WORDS = st.lists(st.sampled_from(["one", "two", "three", "[uh]", "—", "Four,"]), max_size=8).map(" ".join)


@given(WORDS, WORDS, st.data())
def test_no_word_is_cut_doubled_or_lost_and_cuts_keep_their_order(text, layer, data) -> None:
    first, last = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    places = [cut_layer(text, at, layer).at for at in (first, last)]
    assert 0 <= places[0] <= places[1] <= len(layer)
    for place in places:
        assert layer[:place].split() + layer[place:].split() == layer.split()
    assert cut_layer(text, first, text).astride == ""
