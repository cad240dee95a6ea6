"""What must hold for any texts that are divided into words all at once."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from labwidgets.analysis.encoding import Vocabulary, joined

TEXTS = st.lists(st.text(st.sampled_from("ab\u00e9\u0301 \t\n\u00a0\u2028\x1c\x00"), max_size=8), max_size=6)


@given(TEXTS, TEXTS)
@example([], ["a\x1ca"])
def test_texts_come_back_from_their_numbers(first, second):
    vocabulary = Vocabulary()
    parts = [vocabulary.encode(texts) for texts in (first, second)]
    packed = joined([one for one, _ in parts])
    expected = [text.split() for text in (*first, *second)]
    assert [
        [vocabulary.words[number] for number in packed[place]] for place in range(len(packed))
    ] == expected
    assert [text for _, spaced in parts for text in spaced] == [" ".join(words) for words in expected]


def test_ten_thousand_different_words_keep_their_numbers():
    words = [f"w{number}é" for number in range(10_000)]
    vocabulary = Vocabulary()
    vocabulary.number("w7é")
    packed, spaced = vocabulary.encode([" ".join(words), "w9999é  w0é", ""])
    assert [vocabulary.words[number] for number in packed[0]] == words
    assert [vocabulary.words[number] for number in packed[1]] == ["w9999é", "w0é"]
    assert spaced[1:] == ["w9999é w0é", ""]
    assert len(set(packed[0].tolist())) == 10_000
    assert vocabulary.numbers["w7é"] == 0
