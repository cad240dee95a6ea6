"""Whisper's encoder over its own weights, for sound of any length up to 30 s.

The library's takes nothing but 30 s, most of it silence where clips are short. That silence can be worked out
once for all clips. Left out altogether it is missed: the decoder then tells a clip twice, and three times.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch.nn import functional


class Encoder:
    """Hears clips with one model and remembers what silence sounds like to it.

    Args:
        model: A ``WhisperForConditionalGeneration``.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._silence = lru_cache(maxsize=_N_LEVELS)(self._work_out_silence)

    def hear(self, features: torch.Tensor, *, n_all: int) -> torch.Tensor:
        """Return the output for the features and silence behind them, float32[1, n_all / 2, d_model].

        Args:
            features: float32[1, n_mels, n_frames], n_frames even: what is worked out for this clip.
            n_all: How many frames there are with the silence, which is any of its level.
        """
        first = encode(self._model, features)
        if features.shape[2] == n_all:
            return first
        # The quietest that a feature can be depends on the clip's loudest.
        level = round(float(features.min()) / _LEVEL_STEP)
        return torch.cat([first, self._silence(level, features.shape[1], n_all)[:, first.shape[1] :]], dim=1)

    def _work_out_silence(self, level: int, n_mels: int, n_frames: int) -> torch.Tensor:
        return encode(self._model, torch.full((1, n_mels, n_frames), level * _LEVEL_STEP))


_N_LEVELS = 16
_LEVEL_STEP = 0.1


def encode(model: Any, features: torch.Tensor) -> torch.Tensor:
    """Return the encoder's output, float32[1, n_frames / 2, d_model].

    Args:
        model: A ``WhisperForConditionalGeneration``.
        features: float32[1, n_mels, n_frames], n_frames even and at most 3000.
    """
    encoder = model.get_encoder()
    heard = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(features)))).transpose(1, 2)
    hidden = heard + encoder.embed_positions.weight[: heard.shape[1]]
    for layer in encoder.layers:
        hidden = hidden + _attend(layer.self_attn, layer.self_attn_layer_norm(hidden))
        inner = layer.activation_fn(layer.fc1(layer.final_layer_norm(hidden)))
        hidden = hidden + layer.fc2(inner)
    encoded: torch.Tensor = encoder.layer_norm(hidden)
    return encoded


def _attend(attn: Any, normal: torch.Tensor) -> torch.Tensor:
    query, key, value = (
        project(normal).view(1, -1, attn.num_heads, attn.head_dim).transpose(1, 2)
        for project in (attn.q_proj, attn.k_proj, attn.v_proj)
    )
    mixed = functional.scaled_dot_product_attention(query, key, value, scale=attn.scaling)
    out: torch.Tensor = attn.out_proj(mixed.transpose(1, 2).flatten(2))
    return out
