from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.asr import alarms
from labwidgets.audio.voice import VoiceModel
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


def music(seconds: int = 6) -> np.ndarray:
    """Three chords a second on plucked strings, as loud as speech."""
    random = np.random.default_rng(2)
    out = np.zeros(seconds * RATE_HZ)
    for start in range(0, len(out), RATE_HZ // 3):
        at = np.arange(min(RATE_HZ, len(out) - start)) / RATE_HZ
        for semitone in random.choice([0, 4, 5, 7, 9, 12], 3, replace=False):
            hertz = 220 * 2 ** (semitone / 12)
            out[start : start + len(at)] += sum(
                np.exp(-3 * at) / harmonic * np.sin(2 * np.pi * hertz * harmonic * at)
                for harmonic in range(1, 8)
            )
    return (0.3 * out / np.abs(out).max()).astype(np.float32)


@pytest.fixture(scope="module")
def voice() -> VoiceModel:
    return VoiceModel()


@pytest.fixture(scope="module")
def fox(sample_folder: Path) -> np.ndarray:
    samples, rate_hz = soundfile.read(sample_folder / "en" / "quick_brown_fox.wav", dtype="float32")
    return soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)


@pytest.mark.parametrize("made", [music(), sound((6, True)), 0.1 * np.sin(np.arange(96_000) / 50)])
def test_text_in_music_noise_or_hum_is_invented_and_silence_about_them_is_right(made, voice):
    samples = made.astype(np.float32)
    text = draft("thank you for watching this", start_s=0.5, end_s=4)
    assert alarms.find(text, samples, voice=voice) == (alarms.TEXT_IN_SILENCE,)
    assert alarms.find(Transcription("", (), None, "en"), samples, voice=voice) == ()
    # A level meter takes all of it for speech, and has it the other way round.
    assert alarms.TEXT_IN_SILENCE not in alarms.find(text, samples)
    assert alarms.UNHEARD_SPEECH in alarms.find(Transcription("", (), None, "en"), samples)


def test_real_speech_is_heard_also_behind_music(voice, fox):
    samples = np.concatenate([music(), fox])
    end_s = len(samples) / RATE_HZ
    right = draft("the quick brown fox jumps over the lazy dog", start_s=6.3, end_s=end_s - 0.3)
    assert alarms.find(right, samples, voice=voice) == ()
    spread = draft("the quick brown fox jumps over the lazy dog", start_s=1, end_s=end_s - 0.3)
    assert alarms.find(spread, samples, voice=voice) == (alarms.TEXT_IN_SILENCE,)
    assert alarms.find(Transcription("", (), None, "en"), samples, voice=voice) == (alarms.UNHEARD_SPEECH,)
