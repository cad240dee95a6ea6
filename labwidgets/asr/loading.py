"""Opens a model folder as a Transformers pipeline, weights in float32, no code from the folder."""

from __future__ import annotations

from typing import Any

import torch
from transformers import (
    AutoFeatureExtractor,
    AutomaticSpeechRecognitionPipeline,
    AutoModelForCTC,
    AutoModelForSpeechSeq2Seq,
    AutoTokenizer,
    pipeline,
)
from transformers.utils import logging as transformers_logging

from labwidgets.asr import packed
from labwidgets.asr.device import device_of, memory_for
from labwidgets.asr.sources import ModelSource
from labwidgets.config import Device
from labwidgets.errors import ModelError

_VOCABULARIES = ("tokenizer.json", "vocab.json")
_TASK = "automatic-speech-recognition"


def open_pipeline(
    source: ModelSource,
    pipeline_class: type[AutomaticSpeechRecognitionPipeline],
    *,
    device: Device = "auto",
) -> Any:
    """Return the loaded pipeline of ``pipeline_class``.

    Raises:
        ConfigError: A GPU is wanted and there is none.
        ModelError: A part is missing or broken, or the weights do not fit the config.
    """
    place = device_of(device)
    # Without these the library makes up an empty tokenizer and writes nothing, silently.
    if not any((source.path / name).is_file() for name in _VOCABULARIES):
        raise ModelError("the model has no tokenizer", value=source.name, allowed=", ".join(_VOCABULARIES))
    kind = AutoModelForSpeechSeq2Seq if source.family == "whisper" else AutoModelForCTC
    has_bar = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.path, **_SAFE)
        extractor = AutoFeatureExtractor.from_pretrained(source.path, **_SAFE)
        model, report = kind.from_pretrained(
            source.path, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **_SAFE
        )
    except Exception as error:  # a broken folder makes the library raise nearly anything
        raise ModelError(
            f"the model cannot be loaded ({type(error).__name__})",
            value=source.name,
            remedy="Check that config, weights, tokenizer and feature extractor belong together",
        ) from error
    finally:
        if has_bar:
            transformers_logging.enable_progress_bar()
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            "the model's weights do not fit its config",
            value=f"{source.name}: no {missing[0]}"
            + (f" and {len(missing) - 1} more" if missing[1:] else ""),
        )
    if place == "cpu":
        packed.pack(model)
    with memory_for("its weights", source.name):
        return pipeline(
            _TASK,
            model=model.eval(),
            tokenizer=tokenizer,
            feature_extractor=extractor,
            pipeline_class=pipeline_class,
            device=place,
        )


_SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
