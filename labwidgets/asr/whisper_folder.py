"""Writes a Whisper as a folder that Transformers loads: safetensors, configs, tokenizer, licence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

_HEAD_DIM = 64
_N_TIMESTAMPS = 1501
_ENGLISH_END = 50_256
_MS_PER_TIMESTAMP = 20
_SPECIAL = {
    "end": "<|endoftext|>",
    "start": "<|startoftranscript|>",
    "translate": "<|translate|>",
    "transcribe": "<|transcribe|>",
    "previous": "<|startofprev|>",
    "no_timestamps": "<|notimestamps|>",
}
_PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "processor_class": "WhisperProcessor",
    "chunk_length": 30,
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
    "sampling_rate": 16_000,
}
LICENCE = """\
Weights: Whisper by OpenAI (https://github.com/openai/whisper), converted without loss from the CTranslate2
form (https://github.com/OpenNMT/CTranslate2), under this licence:

MIT License

Copyright (c) 2022 OpenAI

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions
of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED
TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL
THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
DEALINGS IN THE SOFTWARE.
"""


def write(
    folder: Path,
    *,
    state: Mapping[str, npt.NDArray[np.generic]],
    source: Mapping[str, Any],
    tokenizer: dict[str, Any],
) -> None:
    """Write a new model folder.

    Args:
        folder: Made here.
        state: The weights, named as Transformers names them.
        source: ``alignment_heads``, ``suppress_ids``, ``suppress_ids_begin`` and ``lang_ids`` of the model.
        tokenizer: A ``tokenizer.json`` without the timestamp tokens.
    """
    folder.mkdir(parents=True)
    # The reader's arrays are views of a memory map; safetensors wants each in one piece.
    arrays = {name: np.ascontiguousarray(value) for name, value in state.items()}
    save_file(arrays, folder / "model.safetensors", metadata={"format": "pt"})
    ids = {token["content"]: int(token["id"]) for token in tokenizer["added_tokens"]}
    _add_timestamps(tokenizer, first_id=ids[_SPECIAL["no_timestamps"]] + 1)
    written = {
        "config.json": _config(arrays, ids),
        "generation_config.json": _generation_config(source, ids),
        "tokenizer.json": tokenizer,
        "tokenizer_config.json": _tokenizer_config(),
        "preprocessor_config.json": _PREPROCESSOR,
    }
    for file, content in written.items():
        (folder / file).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "LICENSE").write_text(LICENCE, encoding="utf-8")


def _add_timestamps(tokenizer: dict[str, Any], *, first_id: int) -> None:
    tokenizer["added_tokens"] += [
        {
            "id": first_id + index,
            "content": f"<|{index * _MS_PER_TIMESTAMP / 1000:.2f}|>",
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": True,
            "special": False,
        }
        for index in range(_N_TIMESTAMPS)
    ]


def _config(state: Mapping[str, npt.NDArray[np.generic]], ids: Mapping[str, int]) -> dict[str, Any]:
    d_model, n_mels = state["model.encoder.conv1.weight"].shape[:2]
    sides: dict[str, int] = {}
    for side in ("encoder", "decoder"):
        layers = [
            state[name] for name in state if name.startswith(f"model.{side}.layers.") and "fc1.bias" in name
        ]
        sides[f"{side}_layers"] = len(layers)
        sides[f"{side}_ffn_dim"] = layers[0].shape[0]
        sides[f"{side}_attention_heads"] = d_model // _HEAD_DIM
    end = ids[_SPECIAL["end"]]
    return {
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "dtype": "float16",
        "d_model": d_model,
        "num_mel_bins": n_mels,
        **sides,
        "num_hidden_layers": sides["encoder_layers"],
        "vocab_size": state["model.decoder.embed_tokens.weight"].shape[0],
        "max_source_positions": state["model.encoder.embed_positions.weight"].shape[0],
        "max_target_positions": state["model.decoder.embed_positions.weight"].shape[0],
        "is_encoder_decoder": True,
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": ids[_SPECIAL["start"]],
        "tie_word_embeddings": True,
    }


def _generation_config(source: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    end = ids[_SPECIAL["end"]]
    # English-only models carry the language tokens too; what tells them apart is the smaller vocabulary.
    is_multilingual = end > _ENGLISH_END
    config: dict[str, Any] = {
        "alignment_heads": source["alignment_heads"],
        "suppress_tokens": source["suppress_ids"],
        "begin_suppress_tokens": source["suppress_ids_begin"],
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": ids[_SPECIAL["start"]],
        "no_timestamps_token_id": ids[_SPECIAL["no_timestamps"]],
        "prev_sot_token_id": ids[_SPECIAL["previous"]],
        "is_multilingual": is_multilingual,
        "max_initial_timestamp_index": 50,
        "max_length": 448,
        "return_timestamps": False,
    }
    if is_multilingual:
        names = {index: token for token, index in ids.items()}
        config["lang_to_id"] = {names[index]: index for index in source["lang_ids"]}
        config["task_to_id"] = {task: ids[_SPECIAL[task]] for task in ("transcribe", "translate")}
    return config


def _tokenizer_config() -> dict[str, Any]:
    end = _SPECIAL["end"]
    return {
        "tokenizer_class": "WhisperTokenizer",
        "processor_class": "WhisperProcessor",
        "bos_token": end,
        "eos_token": end,
        "pad_token": end,
        "unk_token": end,
        "errors": "replace",
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
    }
