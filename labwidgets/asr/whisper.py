"""The Whisper family behind the ``Drafter`` protocol: words with times and confidences, in one go.

The stock pipeline throws away the scores and pays for word times with a slower attention in every decoding
step. Here the encoder runs once, the text is written from its output, and one more pass of the decoder over
the finished text gives probabilities and attention for all tokens at the same time. The same pass scores
and aligns any other text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutomaticSpeechRecognitionPipeline, GenerationConfig
from transformers.models.whisper import generation_whisper, tokenization_whisper

from labwidgets.asr import alignment, beams, windows
from labwidgets.asr.device import memory_for
from labwidgets.asr.languages import SPACELESS, whisper_code
from labwidgets.asr.whisper_decoder import Decoding
from labwidgets.asr.whisper_encoder import encode
from labwidgets.errors import ModelError
from labwidgets.records import RATE_HZ, Samples, Transcription, Word

_SECONDS_PER_POSITION = 0.02
_FRAMES_PER_S = 100
_SAMPLES_PER_FRAME = RATE_HZ // _FRAMES_PER_S
_MAX_TOKENS = 440
_NO_SPEECH = 0.6
_NO_SPEECH_LOG_PROB = -1.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One text against one piece of sound.

    Attributes:
        tokens: The text's tokens, without special ones.
        log_probs: Of each token, and of the end after the last.
        entropies: In nats, of each token's distribution.
        starts_s: Where each token starts, and where the last one ends.
        no_speech: Probability that the model gives to "nothing is said".
        language: Whisper's code, None where the model knows only one.
    """

    tokens: tuple[int, ...]
    log_probs: tuple[float, ...]
    entropies: tuple[float, ...]
    starts_s: tuple[float, ...]
    no_speech: float
    language: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How a Whisper decodes.

    Attributes:
        num_beams: Texts tried side by side.
        max_new_tokens: Of one text.
    """

    num_beams: int = 5
    max_new_tokens: int = 224


class WhisperPipeline(AutomaticSpeechRecognitionPipeline):  # type: ignore[misc] # transformers is untyped
    """The stock pipeline's features and generation, with probabilities and alignment kept.

    Call it with float32[n_samples] at 16 kHz, at most 30 s, and ``language`` (Whisper's code or None),
    ``text`` (None: draft one) and ``limits``; it returns a ``Scored``.
    """

    def _sanitize_parameters(
        self,
        *,
        language: str | None = None,
        text: str | None = None,
        limits: Limits = Limits(),
        **_: Any,
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {"language": language, "text": text, "limits": limits}, {}

    def preprocess(self, inputs: Samples, **_: Any) -> Iterator[dict[str, Any]]:
        """Give the features of the only chunk, with silence up to the model's 30 s, and its length."""
        features = self.feature_extractor(inputs, sampling_rate=RATE_HZ, return_tensors="pt")
        n_frames = math.ceil(len(inputs) / _SAMPLES_PER_FRAME)
        yield {"is_last": True, "features": features.input_features, "n_frames": n_frames}

    def _forward(
        self, model_inputs: dict[str, Any], *, language: str | None, text: str | None, limits: Limits
    ) -> dict[str, Any]:
        decoding = Decoding(self.model, encode(self.model, model_inputs["features"]), n_rows=limits.num_beams)
        language = language or self._detect_language(decoding)
        prompt = self._prompt(language)
        if text is None:
            tokens = beams.write(
                decoding,
                prompt,
                self._rules,
                n_beams=limits.num_beams,
                max_new_tokens=limits.max_new_tokens,
            )
        else:
            tokens = self._tokens(text)
        scored = self._score(decoding, prompt, tokens, n_frames=model_inputs["n_frames"], language=language)
        return {"is_last": model_inputs["is_last"], "scored": scored}

    def postprocess(self, model_outputs: Sequence[dict[str, Any]], **_: Any) -> Scored:
        """Return the result of the only chunk."""
        scored: Scored = model_outputs[0]["scored"]
        return scored

    @property
    def _settings(self) -> GenerationConfig:
        return self.model.generation_config

    @property
    def is_multilingual(self) -> bool:
        """Whether the model wants to be told a language."""
        return bool(getattr(self._settings, "is_multilingual", hasattr(self._settings, "lang_to_id")))

    def _languages(self) -> dict[str, int]:
        return {token.strip("<|>"): index for token, index in self._settings.lang_to_id.items()}

    def _detect_language(self, decoding: Decoding) -> str | None:
        if not self.is_multilingual:
            return None
        languages = self._languages()
        logits = decoding.start([self._settings.decoder_start_token_id])[0]
        return max(languages, key=lambda code: float(logits[languages[code]]))

    def _prompt(self, language: str | None) -> list[int]:
        prompt = [self._settings.decoder_start_token_id]
        if self.is_multilingual:
            languages = self._languages()
            if language not in languages:
                raise ModelError(
                    "no draft: the model does not know the language",
                    value=language,
                    allowed=", ".join(languages),
                )
            prompt += [languages[language], self._settings.task_to_id["transcribe"]]
        return [*prompt, self._settings.no_timestamps_token_id]

    @cached_property
    def _rules(self) -> beams.Rules:
        return beams.rules_of(
            self._settings, n_vocabulary=self.model.config.vocab_size, device=self.model.device
        )

    def _tokens(self, text: str) -> list[int]:
        # A leading space is how Whisper writes the first word; special tokens typed by people stay text.
        spaced = text if text.startswith(" ") else f" {text}"
        tokens: list[int] = self.tokenizer.encode(spaced, add_special_tokens=False, split_special_tokens=True)
        if len(tokens) > _MAX_TOKENS:
            raise ModelError(
                "the text is too long to be scored against one window",
                value=f"{len(tokens)} tokens",
                allowed=f"{_MAX_TOKENS} tokens",
            )
        return tokens

    def _score(
        self,
        decoding: Decoding,
        prompt: list[int],
        tokens: list[int],
        *,
        n_frames: int,
        language: str | None,
    ) -> Scored:
        end = self._settings.eos_token_id
        passed = decoding.score([*prompt, *tokens], self._heads())
        first = len(prompt) - 1
        rows = passed.logits[first:].float().log_softmax(dim=-1)
        chosen = rows.gather(1, torch.tensor([*tokens, end], device=rows.device)[:, None])[:, 0]
        silence = passed.logits[0].float().softmax(dim=-1)[self._settings.no_timestamps_token_id - 1]
        weights = passed.attention[:, first:, : max(1, n_frames // 2)]
        return Scored(
            tokens=tuple(tokens),
            log_probs=tuple(chosen.tolist()),
            entropies=tuple((-(rows.exp() * rows).sum(dim=-1)).tolist()),
            starts_s=tuple(
                (_starts(weights, self.model.config.median_filter_width) * _SECONDS_PER_POSITION).tolist()
            ),
            no_speech=float(silence),
            language=language,
        )

    def _heads(self) -> list[tuple[int, int]]:
        heads = getattr(self._settings, "alignment_heads", None)
        if heads:
            return [(int(layer), int(head)) for layer, head in heads]
        config = self.model.config
        layers = range(config.decoder_layers // 2, config.decoder_layers)
        return [(layer, head) for layer in layers for head in range(config.decoder_attention_heads)]


def _starts(weights: torch.Tensor, filter_width: int) -> npt.NDArray[np.int64]:
    """Return the position where each row starts, from attention [heads, rows, positions]."""
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    normal = (weights - mean) / deviation.clamp_min(1e-8)
    smooth = generation_whisper._median_filter(normal, filter_width)  # noqa: SLF001 - the stock filter
    return alignment.path_starts(-smooth.mean(dim=0).cpu().numpy())


class WhisperDrafter:
    """Drafts with a Whisper of any size.

    Args:
        pipe: The loaded pipeline.
        model: Name as the user gave it.
        revision: Hash or commit of the weights.
        settings: Those of ``Limits``.
    """

    def __init__(
        self, pipe: WhisperPipeline, *, model: str, revision: str, settings: Mapping[str, Any]
    ) -> None:
        self._pipe = pipe
        self.model = model
        self.revision = revision
        self.settings = settings
        self._limits = Limits(**{field.name: settings[field.name] for field in fields(Limits)})

    def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:
        """Return words with times and confidences.

        Less than 0.1 s of sound gives an empty transcription without a confidence.

        Args:
            samples: float32[n_samples], mono, 16 kHz, -1..1, of any length.
            language: BCP-47; None lets a multilingual model guess.

        Raises:
            ModelError: The model does not know the language.
        """
        code = self._code(language)
        pieces: list[_Piece] = []
        for first, last in windows.split_at_quiet(samples, longest_s=LONGEST_S, earliest_s=EARLIEST_S):
            if last - first >= SHORTEST_S * RATE_HZ:
                scored = self._hear(samples[first:last], language=code)
                code = code or scored.language
                if not _is_silence(scored):
                    pieces.append(self._piece(scored, samples[first:last], first / RATE_HZ))
        return _joined(pieces, language=language or code, spaceless=code in SPACELESS)

    def score(self, samples: Samples, text: str, language: str | None = None) -> Transcription:
        """Return the given text with times and confidences, as if the model had drafted it.

        Empty text, or less than 0.1 s of sound, gives an empty transcription without a confidence.

        Args:
            samples: float32[n_samples], mono, 16 kHz, -1..1, at most 29.5 s.
            text: Any text, kept as it is.
            language: BCP-47; None lets a multilingual model guess.

        Raises:
            ModelError: The model does not know the language, or sound or text are too long.
        """
        code = self._code(language)
        if len(samples) > LONGEST_S * RATE_HZ:
            raise ModelError(
                "the sound is too long to be scored in one piece",
                value=f"{len(samples) / RATE_HZ:.1f} s",
                allowed=f"{LONGEST_S} s",
                remedy="Cut it into segments first",
            )
        if not text.strip() or len(samples) < SHORTEST_S * RATE_HZ:
            return Transcription("", (), None, language or code)
        scored = self._hear(samples, language=code, text=text)
        piece = self._piece(scored, samples, 0.0)
        return _joined([replace(piece, text=text)], language=language or scored.language, spaceless=False)

    def _hear(self, samples: Samples, **wanted: Any) -> Scored:
        with memory_for("this clip", self.model):
            scored: Scored = self._pipe(samples, limits=self._limits, **wanted)
        return scored

    def _code(self, language: str | None) -> str | None:
        if language is None:
            return None
        code = whisper_code(language)
        if code is None or (not self._pipe.is_multilingual and code != "en"):
            raise ModelError(
                f"no draft: model {self.model} does not know the language",
                value=language,
                allowed="en" if not self._pipe.is_multilingual else "the 99 languages of Whisper",
                remedy="Name a model of that language, or write without drafts",
            )
        return code if self._pipe.is_multilingual else None

    def _piece(self, scored: Scored, samples: Samples, offset_s: float) -> _Piece:
        tokenizer = self._pipe.tokenizer
        tokens = list(scored.tokens)
        pieces, members, _ = tokenization_whisper._split_tokens_on_unicode(tokenizer, tokens)  # noqa: SLF001 - the stock split at whole characters
        split = alignment.groups_of(pieces, [len(ids) for ids in members])
        groups = alignment.group_words(split, spaceless=scored.language in SPACELESS)
        spelled = [tokenizer.decode([token]) for token in tokens]
        words = alignment.place_words(
            groups,
            starts_s=scored.starts_s,
            confidences=alignment.group_confidences(groups, spelled, scored.log_probs),
            speech=windows.speech_spans(samples),
            duration_s=len(samples) / RATE_HZ,
        )
        text = tokenizer.decode(tokens, skip_special_tokens=True).strip()
        return _Piece(text, _shifted(words, offset_s), scored.log_probs)


LONGEST_S = 29.5
"""Whisper hears 30 s; a little less leaves the end of the last word its silence."""
EARLIEST_S = 15.0
SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    words: tuple[Word, ...]
    log_probs: tuple[float, ...]


def _is_silence(scored: Scored) -> bool:
    """Tell silence as Whisper's authors do: the model says so, and is unsure of what it wrote."""
    return scored.no_speech > _NO_SPEECH and float(np.mean(scored.log_probs)) < _NO_SPEECH_LOG_PROB


def _shifted(words: Sequence[Word], offset_s: float) -> tuple[Word, ...]:
    if not offset_s:
        return tuple(words)
    return tuple(
        replace(word, start_s=round(word.start_s + offset_s, 3), end_s=round(word.end_s + offset_s, 3))
        for word in words
    )


def _joined(pieces: Sequence[_Piece], *, language: str | None, spaceless: bool) -> Transcription:
    text = ("" if spaceless else " ").join(piece.text for piece in pieces if piece.text)
    log_probs = [value for piece in pieces for value in piece.log_probs]
    return Transcription(
        text=text,
        words=tuple(word for piece in pieces for word in piece.words),
        confidence=float(np.exp(np.mean(log_probs))) if text else None,
        language=language,
    )
