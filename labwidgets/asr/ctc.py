"""The CTC family (Wav2Vec2, HuBERT and their kin) behind the ``Drafter`` protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from transformers import AutomaticSpeechRecognitionPipeline

from labwidgets.asr import windows
from labwidgets.asr.device import memory_for
from labwidgets.errors import ModelError
from labwidgets.records import RATE_HZ, Samples, Transcription, Word

LONGEST_S = 30.0
"""Attention over one piece grows with the square of its length."""
EARLIEST_S = 15.0
SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a CTC model says of one piece, word by word.

    Attributes:
        words: With times from the start of the piece, and confidences.
        log_probs: Of every token that was written.
    """

    words: tuple[Word, ...]
    log_probs: tuple[float, ...]


class CtcPipeline(AutomaticSpeechRecognitionPipeline):  # type: ignore[misc] # transformers is untyped
    """The stock pipeline's features and model, with the frames' probabilities kept; returns ``Emitted``.

    Call it with float32[n_samples] at the rate of its feature extractor.
    """

    def _sanitize_parameters(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}

    def _forward(self, model_inputs: dict[str, Any], **_: Any) -> dict[str, Any]:
        is_last = model_inputs.pop("is_last")
        logits = self.model(**model_inputs).logits[0]
        best = logits.float().log_softmax(dim=-1).max(dim=-1)
        return {"is_last": is_last, "tokens": best.indices.tolist(), "log_probs": best.values.tolist()}

    def postprocess(self, model_outputs: Sequence[dict[str, Any]], **_: Any) -> Emitted:
        """Return the words of the only chunk."""
        tokens, log_probs = model_outputs[0]["tokens"], np.asarray(model_outputs[0]["log_probs"])
        decoded = self.tokenizer.decode(tokens, output_word_offsets=True)
        frame_s = self._align_to / self.feature_extractor.sampling_rate
        blank = self.tokenizer.pad_token_id
        words: list[Word] = []
        kept: list[float] = []
        for offset in decoded["word_offsets"]:
            first, last = int(offset["start_offset"]), int(offset["end_offset"])
            spoken = [log_probs[index] for index in range(first, last) if tokens[index] != blank]
            kept += spoken
            confidence = float(np.exp(np.mean(spoken)))
            words.append(
                Word(offset["word"], round(first * frame_s, 3), round(last * frame_s, 3), confidence)
            )
        return Emitted(tuple(words), tuple(kept))


class CtcDrafter:
    """Drafts with a CTC model: greedy, in the spelling that the model was trained on.

    Args:
        pipe: The loaded pipeline.
        model: Name as the user gave it.
        revision: Hash or commit of the weights.
        settings: None but the recipe.
    """

    def __init__(self, pipe: CtcPipeline, *, model: str, revision: str, settings: Mapping[str, Any]) -> None:
        if not hasattr(pipe.tokenizer, "word_delimiter_token"):
            raise ModelError(
                "the model's tokenizer is not of the CTC kind",
                value=type(pipe.tokenizer).__name__,
                allowed="Wav2Vec2CTCTokenizer",
            )
        self._pipe = pipe
        self.model = model
        self.revision = revision
        self.settings = settings

    def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:
        """Return words with times and confidences; ``language`` is passed through, such a model has one.

        Less than 0.1 s of sound gives an empty transcription without a confidence.

        Args:
            samples: float32[n_samples], mono, 16 kHz, -1..1, of any length.
            language: BCP-47.
        """
        words: list[Word] = []
        log_probs: list[float] = []
        for first, last in windows.split_at_quiet(samples, longest_s=LONGEST_S, earliest_s=EARLIEST_S):
            if last - first < SHORTEST_S * RATE_HZ:
                continue
            with memory_for("this clip", self.model):
                emitted: Emitted = self._pipe(self._at_model_rate(samples[first:last]))
            offset_s, limit_s = first / RATE_HZ, last / RATE_HZ
            words += [_placed(word, offset_s, limit_s) for word in emitted.words]
            log_probs += emitted.log_probs
        return Transcription(
            text=" ".join(word.text for word in words),
            words=tuple(words),
            confidence=float(np.exp(np.mean(log_probs))) if words else None,
            language=language,
        )

    def _at_model_rate(self, samples: Samples) -> Samples:
        rate_hz = self._pipe.feature_extractor.sampling_rate
        if rate_hz == RATE_HZ:
            return samples
        resampled: Samples = soxr.resample(samples, RATE_HZ, rate_hz)
        return resampled


def _placed(word: Word, offset_s: float, limit_s: float) -> Word:
    start_s, end_s = (round(min(time_s + offset_s, limit_s), 3) for time_s in (word.start_s, word.end_s))
    return Word(word.text, start_s, end_s, word.confidence)
