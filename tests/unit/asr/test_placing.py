"""A transcript put onto pieces of sound: each word to its piece, and none where nothing is heard."""

from __future__ import annotations

import numpy as np
import pytest

from labwidgets.asr.placing import Piece, place_text
from labwidgets.errors import ModelError
from labwidgets.records import Transcription, Word

SOUND = np.zeros(16_000, np.float32)


class Ear:
    """Hears the words that it is told to, one every tenth of a second."""

    def __init__(self, *heard, at_most=50):
        self.heard = {word.strip(",.").lower() for word in heard}
        self.at_most = at_most
        self.asked = []

    def score(self, samples, text, language=None):
        assert len(samples) == len(SOUND)
        self.asked.append(text)
        words = text.split()
        if len(words) > self.at_most:
            raise ModelError("the text is too long to be scored against one window", value=len(words))
        timed = tuple(
            Word(word, at / 10, (at + 1) / 10, 0.9 if word.strip(",.").lower() in self.heard else 1e-5)
            for at, word in enumerate(words)
        )
        return Transcription(text, timed, 0.5, language)


def piece(name, draft):
    words = tuple(Word(word, at / 10, (at + 1) / 10, 0.8) for at, word in enumerate(draft.split()))
    return Piece(name, lambda: SOUND, words)


def place(ear, pieces, text, **options):
    return list(place_text(ear, pieces, text, **options))


def test_words_go_to_the_piece_whose_draft_has_them():
    ear = Ear("so", "it", "goes", "and", "on", "we", "go")
    found = place(ear, [piece("a", "so it goes"), piece("b", "and on we go")], "So it goes, and on we go.")
    assert [(one.id, one.text) for one in found] == [("a", "So it goes,"), ("b", "and on we go.")]
    assert [word.text for word in found[1].words] == ["and", "on", "we", "go."]
    assert [one.unplaced for one in found] == [(), ()]


def test_a_word_that_nobody_says_keeps_no_time_and_the_others_are_timed_without_it():
    ear = Ear("the", "cat", "sat")
    [found] = place(ear, [piece("a", "the cat sat")], "the purple cat sat")
    assert found.text == "the purple cat sat"
    assert [(word.text, word.start_s) for word in found.words] == [("the", 0.0), ("cat", 0.1), ("sat", 0.2)]
    assert found.unplaced == ("purple",)
    assert ear.asked == ["the purple cat sat", "the cat sat"]


def test_a_word_that_the_draft_misheard_is_placed_where_the_model_finds_it_likely():
    ear = Ear("virgil", "speaking")
    [found] = place(ear, [piece("a", "virgin speaking")], "Virgil speaking")
    assert [word.text for word in found.words] == ["Virgil", "speaking"]


def test_what_the_draft_heard_is_placed_however_unsure_the_model_is():
    [found] = place(Ear(), [piece("a", "hello world")], "Hello, world.")
    assert ([word.text for word in found.words], found.unplaced) == (["Hello,", "world."], ())


def test_a_piece_without_words_gets_none_and_a_text_of_others_is_not_invented():
    ear = Ear("so")
    found = place(ear, [piece("a", ""), piece("b", "so")], "so")
    assert [one.text for one in found] == ["", "so"]
    [foreign] = place(Ear(), [piece("a", "so it goes")], "lorem ipsum dolor")
    assert (foreign.words, foreign.unplaced) == ((), ("lorem", "ipsum", "dolor"))
    [silent] = place(Ear(), [piece("a", "")], "lorem ipsum")
    assert silent.unplaced == ("lorem", "ipsum")


def test_tags_stay_in_the_text_and_are_not_asked_about():
    ear = Ear("so", "yes")
    [found] = place(ear, [piece("a", "so yes")], "so [noise] yes")
    assert (found.text, ear.asked, found.unplaced) == ("so [noise] yes", ["so yes"], ())


def test_far_too_much_text_for_a_piece_leaves_what_the_draft_heard():
    ear = Ear("so", "yes", at_most=4)
    [found] = place(ear, [piece("a", "so yes")], "so one two three four yes")
    assert [word.text for word in found.words] == ["so", "yes"]
    assert found.unplaced == ("one", "two", "three", "four")
    [lost] = place(Ear(at_most=1), [piece("a", "so yes")], "so then yes")
    assert (lost.words, lost.unplaced) == ((), ("so", "then", "yes"))


class SignEar(Ear):
    def score(self, samples, text, language=None):
        return super().score(samples, " ".join(text), language)


def test_scripts_without_spaces_go_sign_by_sign():
    ear = SignEar(*"今日はいい天気")
    pieces = [piece("a", "今日は"), piece("b", "いい 天気")]
    found = place(ear, pieces, "今日はいい天気。", language="ja", is_spaceless=True)
    assert [one.text for one in found] == ["今日は", "いい天気。"]
    assert "".join(word.text for word in found[1].words) == "いい天気"


@pytest.mark.parametrize("text", ["a b c d e f", "x a b y c d z e f"])
def test_every_word_lies_in_one_piece_in_order(text):
    pieces = [piece("a", "a b"), piece("b", "c d"), piece("c", "e f")]
    found = place(Ear(*"abcdef"), pieces, text)
    assert " ".join(one.text for one in found) == text
