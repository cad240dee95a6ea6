from __future__ import annotations

import numpy as np
import pytest

from labwidgets.asr import alarms
from labwidgets.records import Transcription, Word

RATE_HZ = 16_000


def sound(*parts: tuple[float, bool]) -> np.ndarray:
    """Noise as loud as speech where True, nearly silent elsewhere."""
    random = np.random.default_rng(0)
    pieces = [
        random.standard_normal(round(length_s * RATE_HZ)) * (0.1 if on else 1e-4) for length_s, on in parts
    ]
    return np.concatenate(pieces).astype(np.float32)


def draft(text: str, *, start_s: float, end_s: float) -> Transcription:
    parts = text.split()
    edges = np.linspace(start_s, end_s, len(parts) + 1).tolist()
    words = tuple(Word(part, edges[n], edges[n + 1], 0.9) for n, part in enumerate(parts))
    return Transcription(text, words, 0.9, "en")


def test_a_good_draft_has_no_alarm():
    assert (
        alarms.find(draft("the cat sat on the mat", start_s=0.5, end_s=2.5), sound((0.5, False), (2, True)))
        == ()
    )


def test_silence_without_text_has_no_alarm():
    assert alarms.find(Transcription("", (), None, "en"), sound((3, False))) == ()


def test_no_sound_and_no_text_has_no_alarm():
    assert alarms.find(Transcription("", (), None, "en"), np.zeros(0, np.float32)) == ()


@pytest.mark.parametrize(
    "text", ["thank you " * 6, "no " * 12, "और फिर " * 5, "谢谢你" * 20, "a b c d e f g h i j k l " * 4]
)
def test_a_loop_is_named(text):
    assert alarms.has_repetition(text)


@pytest.mark.parametrize(
    "text", ["", "no no no no", "the cat and the dog and the cow", "bye bye", "哈哈哈哈"]
)
def test_what_people_repeat_is_no_loop(text):
    assert not alarms.has_repetition(text)


def test_more_text_than_can_be_said_is_named():
    found = alarms.find(draft("incomprehensibilities " * 2, start_s=0, end_s=1), sound((1, True)))
    assert found == (alarms.FAST_TEXT,)


@pytest.mark.parametrize(
    ("text", "is_fast"), [("天地玄黄宇宙洪荒", False), ("天地玄黄宇宙洪荒日月盈昃辰宿列张", True)]
)
def test_ideographs_take_longer(text, is_fast):
    assert alarms.is_fast(text, 1.0) is is_fast


def test_vowel_signs_do_not_count_as_letters():
    assert not alarms.is_fast("कि" * 30, 1.0)


def test_hardly_any_text_for_much_sound_is_named():
    assert alarms.SPARSE_TEXT in alarms.find(draft("a b", start_s=0, end_s=6), sound((6, True)))


def test_text_without_any_sound_is_named():
    found = alarms.find(draft("thank you for watching", start_s=0, end_s=2), sound((3, False)))
    assert found == (alarms.TEXT_IN_SILENCE,)


def test_a_word_far_from_all_sound_is_named():
    words = (Word("a", 0.2, 0.5), Word("b", 3.0, 3.3))
    found = alarms.find(Transcription("a b", words, 0.5, "en"), sound((1, True), (4, False)))
    assert found == (alarms.TEXT_IN_SILENCE,)


def test_sound_without_text_is_named():
    assert alarms.find(Transcription("", (), None, "en"), sound((2, True), (1, False))) == (
        alarms.UNHEARD_SPEECH,
    )


def test_a_stretch_that_the_words_left_out_is_named():
    found = alarms.find(
        draft("the cat sat on the mat and", start_s=0, end_s=2), sound((2, True), (0.5, False), (3, True))
    )
    assert found == (alarms.UNHEARD_SPEECH,)


@pytest.mark.slow
def test_three_hours_take_seconds():
    words = tuple(Word(f"w{n}", n * 0.4, n * 0.4 + 0.3, 0.9) for n in range(26_999))
    long = Transcription(" ".join(word.text for word in words), words, 0.9, "en")
    pieces = np.tile(sound((5, True), (1, False)), 1_800)
    assert alarms.find(long, pieces) == ()


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("mera naam kya hai", "hi", (alarms.WRONG_SCRIPT,)),
        ("میرا نام کیا ہے", "hi-IN", (alarms.WRONG_SCRIPT,)),
        ("मेरा नाम phone है", "hi", ()),
        ("mera naam kya hai", "und", ()),
        ("mera naam kya hai", "hi-Latn", ()),
    ],
)
def test_a_draft_in_a_script_of_another_language_is_named(text, language, names):
    sounding = sound((0.5, False), (2, True))
    assert alarms.find(draft(text, start_s=0.5, end_s=2.5), sounding, language=language) == names
