"""What each family learns to write: tokens out of references, and why some references have none."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

from labwidgets.asr.languages import whisper_code
from labwidgets.errors import ModelError, TrainingError
from labwidgets.training.material import Clip

WHISPER_LONGEST_S = 29.5
CTC_LONGEST_S = 30.0
_MOST_LACKING = 0.1
_SHOWN = 12
_CTC_SPECIALS = ("[PAD]", "[UNK]", "|")


class WhisperSpeller:
    """Spells for a Whisper: language, task, text, end.

    Args:
        tokenizer: Of the model.
        generation: Its ``GenerationConfig``.
        name: Of the model, for messages.
    """

    longest_s = WHISPER_LONGEST_S

    def __init__(self, tokenizer: Any, generation: Any, *, name: str) -> None:
        self._tokenizer = tokenizer
        self._generation = generation
        self._name = name
        languages = getattr(generation, "lang_to_id", None) or {}
        self._languages = {token.strip("<|>"): index for token, index in languages.items()}
        self._is_multilingual = bool(getattr(generation, "is_multilingual", bool(languages)))

    def require(self, clips: Sequence[Clip]) -> None:
        """Check that the model knows the language of most clips.

        Raises:
            ModelError: It does not.
        """
        unknown = Counter(clip.language for clip in clips if self._prefix(clip.language) is None)
        if unknown.total() > _MOST_LACKING * len(clips):
            raise ModelError(
                f"model {self._name} does not know the language of the references",
                value=unknown.most_common(1)[0][0],
                allowed=", ".join(self._languages) if self._is_multilingual else "en",
                remedy="Train a model that knows it, such as 'base'; or a CTC model with the recipe ctc-new",
            )

    def why_not(self, clip: Clip) -> str | None:
        """Return why a clip cannot be learned from; None where it can."""
        if self._prefix(clip.language) is None:
            return f"the model does not know the language {clip.language}"
        n_most = int(self._generation.max_length)
        return f"more than {n_most} tokens" if len(self.labels(clip)) > n_most else None

    def labels(self, clip: Clip) -> list[int]:
        """Return what follows the start token, the end included."""
        # As when it scores a text: a leading space is how Whisper writes the first word.
        text: list[int] = self._tokenizer.encode(
            f" {clip.spelling}", add_special_tokens=False, split_special_tokens=True
        )
        return [*(self._prefix(clip.language) or ()), *text, int(self._generation.eos_token_id)]

    def _prefix(self, language: str) -> list[int] | None:
        code = whisper_code(language)
        no_times = int(self._generation.no_timestamps_token_id)
        if not self._is_multilingual:
            return [no_times] if code == "en" else None
        if code not in self._languages:
            return None
        return [self._languages[code], int(self._generation.task_to_id["transcribe"]), no_times]


class CtcSpeller:
    """Spells for a CTC model: one token a letter.

    Args:
        tokenizer: Of the model.
        frames_per_s: Of its output.
        name: Of the model, for messages.
    """

    longest_s = CTC_LONGEST_S

    def __init__(self, tokenizer: Any, *, frames_per_s: float, name: str) -> None:
        self._ids: dict[str, int] = tokenizer.get_vocab()
        self._delimiter = str(tokenizer.word_delimiter_token)
        self._frames_per_s = frames_per_s
        self._name = name
        letters = [token for token in self._ids if len(token) == 1 and token.isalpha()]
        # Some models write capitals only, others none.
        self._is_upper = bool(letters) and all(letter == letter.upper() for letter in letters)

    def require(self, clips: Sequence[Clip]) -> None:
        """Check that the model knows the letters of most clips.

        Raises:
            TrainingError: It does not.
        """
        lacking = Counter[str]()
        n_clips = 0
        for clip in clips:
            unknown = self._unknown(clip.spelling)
            lacking.update(unknown)
            n_clips += bool(unknown)
        if n_clips > _MOST_LACKING * len(clips):
            shown = " ".join(letter for letter, _ in lacking.most_common(_SHOWN))
            raise TrainingError(
                f"model {self._name} has no token for characters of {n_clips} of {len(clips)} references",
                value=shown + (" …" if len(lacking) > _SHOWN else ""),
                allowed="at most a tenth of the references with such characters, which are then left out",
                remedy="Take the recipe ctc-new, which learns the letters of the references; or spell "
                "numbers and signs out",
            )

    def why_not(self, clip: Clip) -> str | None:
        """Return why a clip cannot be learned from; None where it can."""
        if unknown := self._unknown(clip.spelling):
            return f"the model has no token for {' '.join(sorted(unknown))}"
        ids = self.labels(clip)
        # A letter that comes twice in a row needs a blank between the two.
        n_needed = len(ids) + sum(one == other for one, other in itertools.pairwise(ids))
        n_frames = int(clip.duration_s * self._frames_per_s) - 1
        return "more letters than the model has frames for" if n_needed > n_frames else None

    def labels(self, clip: Clip) -> list[int]:
        """Return a token a letter."""
        return [self._ids[letter] for letter in self._letters(clip.spelling)]

    def _unknown(self, text: str) -> set[str]:
        return {letter for letter in self._letters(text) if letter not in self._ids}

    def _letters(self, text: str) -> str:
        cased = text.upper() if self._is_upper else text
        # What stands for the space cannot be written as itself.
        return cased.replace(self._delimiter, "\ufffd").replace(" ", self._delimiter)


def new_vocabulary(letters: set[str]) -> dict[str, int]:
    """Return the tokens of a new CTC model, the blank first.

    >>> new_vocabulary({"b", "a", " "})
    {'[PAD]': 0, '[UNK]': 1, '|': 2, 'a': 3, 'b': 4}
    """
    known = sorted(letters - {" ", "|"})
    return {token: index for index, token in enumerate([*_CTC_SPECIALS, *known])}
