"""Names what looks wrong about a draft, so that people look there first; pure but for who hears speech.

The rules count letters, digits and spans of sound. None knows a list of words; one asks for the language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labwidgets.asr import windows
from labwidgets.audio.segmentation import voice_spans
from labwidgets.audio.voice import FRAME_S, VoiceModel
from labwidgets.records import RATE_HZ, Samples, Span, Transcription
from labwidgets.text import has_repetition, writing_of

REPETITION = "repetition"
"""The same words come again and again: the decoder ran in a circle."""
FAST_TEXT = "fast-text"
"""More letters per second of sound than anyone speaks."""
SPARSE_TEXT = "sparse-text"
"""So few letters per second of sound that much seems to be missing."""
TEXT_IN_SILENCE = "text-in-silence"
"""Words where nobody is heard to speak."""
UNHEARD_SPEECH = "unheard-speech"
"""Speech where there are no words."""

WRONG_SCRIPT = "wrong-script"
"""More than half of the words are in scripts that the recording's language is not written in."""

ALARMS = (REPETITION, FAST_TEXT, SPARSE_TEXT, TEXT_IN_SILENCE, UNHEARD_SPEECH, WRONG_SCRIPT)

_MOST_PER_S = 32.0
_MOST_IDEOGRAPHS_PER_S = 14.0
_LEAST_PER_S = 1.5
_LEAST_SPEECH_S = 2.0
_AUDIBLE_S = 0.1
_GAP_S = 2.0
_REACH_S = 0.3
_PERHAPS, _LIKELY = 0.2, 0.5
"""How likely somebody speaks: less, and words there are invented; more, and words are missing."""


def find(
    transcription: Transcription,
    samples: Samples,
    *,
    language: str = "und",
    voice: VoiceModel | None = None,
) -> tuple[str, ...]:
    """Return the alarms of a draft, in the order of ``ALARMS``; an empty clip with no text has none.

    Args:
        transcription: With times inside the clip.
        samples: float32[n_samples], mono, 16 kHz: the clip.
        language: BCP-47, of the recording; one that is not known has no wrong script.
        voice: Tells speech from music and noise; without it whatever is loud enough counts as speech.
    """
    perhaps, likely = _speech(samples, voice)
    checks = {
        REPETITION: has_repetition(transcription.text),
        FAST_TEXT: is_fast(transcription.text, len(samples) / RATE_HZ),
        SPARSE_TEXT: is_sparse(transcription.text, _total_s(likely)),
        TEXT_IN_SILENCE: has_text_in_silence(transcription, perhaps),
        UNHEARD_SPEECH: has_unheard_speech(transcription, likely),
        WRONG_SCRIPT: has_wrong_script(transcription.text, language),
    }
    return tuple(name for name in ALARMS if checks[name])


def _speech(samples: Samples, voice: VoiceModel | None) -> tuple[Sequence[Span], Sequence[Span]]:
    """Return where somebody may speak, and where somebody is likely to."""
    if voice is None:
        loud = windows.speech_spans(samples)
        return loud, loud
    said = voice.probabilities([samples])
    return voice_spans(said, FRAME_S, threshold=_PERHAPS), voice_spans(said, FRAME_S, threshold=_LIKELY)


def is_fast(text: str, duration_s: float) -> bool:
    """Tell whether there are more letters than can be said in ``duration_s``."""
    letters = _letters(text)
    ideographs = sum("CJK" in unicodedata.name(letter, "") for letter in letters)
    needed_s = ideographs / _MOST_IDEOGRAPHS_PER_S + (len(letters) - ideographs) / _MOST_PER_S
    return needed_s > duration_s


def is_sparse(text: str, speech_s: float) -> bool:
    """Tell whether ``speech_s`` seconds of sound, at least two, gave hardly any letters."""
    return speech_s >= _LEAST_SPEECH_S and bool(text) and len(_letters(text)) < _LEAST_PER_S * speech_s


def has_text_in_silence(transcription: Transcription, speech: Sequence[Span]) -> bool:
    """Tell whether there is text without any sound, or a word further than 0.3 s from all sound."""
    if not transcription.text:
        return False
    if _total_s(speech) < _AUDIBLE_S:
        return True
    words = [(word.start_s, max(word.end_s, word.start_s + windows.FRAME_S)) for word in transcription.words]
    near_sound = np.concatenate([[0], np.cumsum(_frames(speech, words, reach_s=_REACH_S))])
    return any(near_sound[_frame(last)] == near_sound[_frame(first)] for first, last in words)


def has_unheard_speech(transcription: Transcription, speech: Sequence[Span]) -> bool:
    """Tell whether two seconds of sound on end have no word near them; without words one second will do."""
    words = [(word.start_s, word.end_s) for word in transcription.words]
    if not words:
        return _total_s(speech) >= _GAP_S / 2
    alone = _frames(speech, words, reach_s=0.0) & ~_frames(words, speech, reach_s=_REACH_S)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], alone.astype(np.int8), [0]])))
    runs = edges[1::2] - edges[::2]
    return bool(runs.size) and bool(runs.max() * windows.FRAME_S >= _GAP_S)


def has_wrong_script(text: str, language: str) -> bool:
    """Tell whether most words are in scripts that ``language`` is not written in.

    >>> has_wrong_script("mera naam", "hi"), has_wrong_script("मेरा phone", "hi"), has_wrong_script("a", "und")
    (True, False, False)
    """
    writing = writing_of(text, language)
    return 2 * writing.n_strange > writing.n_words


def _frame(time_s: float) -> int:
    return max(0, round(time_s / windows.FRAME_S))


def _frames(spans: Sequence[Span], others: Sequence[Span], *, reach_s: float) -> npt.NDArray[np.bool_]:
    """Return which frames of 10 ms the spans, made wider by ``reach_s``, cover; room for both lists."""
    covered = np.zeros(1 + max(_frame(last) for _, last in (*spans, *others)), dtype=np.bool_)
    for first, last in spans:
        covered[_frame(first - reach_s) : _frame(last + reach_s)] = True
    return covered


def _letters(text: str) -> list[str]:
    return [character for character in text if unicodedata.category(character)[0] in "LN"]


def _total_s(spans: Sequence[Span]) -> float:
    return sum(end_s - start_s for start_s, end_s in spans)
