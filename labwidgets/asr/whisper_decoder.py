"""Whisper's decoder over its own weights, for one clip: scores and attention come with the text.

The library's ``generate`` spends more time per token on masks, caches and processors than a small model
needs for its sums, and drops the numbers that confidences and word times are made of. Here the sound's keys
and values are worked out once, and one pass of the decoder is all that a token costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

_N_TOKENS = 448


@dataclass(frozen=True, slots=True)
class Passed:
    """What the decoder says after each of n tokens.

    Attributes:
        logits: float32[n, n_vocabulary].
        attention: float32[n_heads, n, n_positions], of the alignment heads.
    """

    logits: torch.Tensor
    attention: torch.Tensor


class Decoding:
    """One clip being decoded; feed it tokens, it remembers those before.

    Args:
        model: A ``WhisperForConditionalGeneration``.
        encoded: float32[1, n_positions, d_model], the encoder's output.
        heads: (layer, head) pairs whose attention is kept.
    """

    def __init__(self, model: Any, encoded: torch.Tensor, heads: Sequence[tuple[int, int]]) -> None:
        self._decoder = model.get_decoder()
        self._project = model.proj_out
        self._heads: dict[int, list[int]] = {}
        for layer, head in sorted(heads):
            self._heads.setdefault(layer, []).append(head)
        self._sound = [
            (_split(block.encoder_attn, "k_proj", encoded), _split(block.encoder_attn, "v_proj", encoded))
            for block in self._decoder.layers
        ]
        n_tokens = min(_N_TOKENS, self._decoder.embed_positions.weight.shape[0])
        shape = (2, 1, self._sound[0][0].shape[1], n_tokens, self._sound[0][0].shape[3])
        self._memory = [encoded.new_empty(shape) for _ in self._decoder.layers]
        self._length = 0

    def restart(self) -> None:
        """Forget all tokens, not the sound."""
        self._length = 0

    def feed(self, tokens: Sequence[int]) -> Passed:
        """Return what follows each of the tokens, given all before; several at once only as the first.

        Args:
            tokens: At least one; with those before at most 448.
        """
        decoder = self._decoder
        first, last = self._length, self._length + len(tokens)
        ids = torch.tensor([list(tokens)], device=decoder.embed_positions.weight.device)
        hidden = decoder.embed_tokens(ids) + decoder.embed_positions.weight[first:last]
        kept: list[torch.Tensor] = []
        for index, block in enumerate(decoder.layers):
            hidden = hidden + self._look_back(index, block, hidden)
            heard, attention = self._listen(index, block, hidden)
            hidden = hidden + heard
            kept += attention
            inner = block.activation_fn(block.fc1(block.final_layer_norm(hidden)))
            hidden = hidden + block.fc2(inner)
        self._length = last
        return Passed(self._project(decoder.layer_norm(hidden))[0], torch.cat(kept))

    def _look_back(self, index: int, block: Any, hidden: torch.Tensor) -> torch.Tensor:
        attn = block.self_attn
        normal = block.self_attn_layer_norm(hidden)
        first, last = self._length, self._length + hidden.shape[1]
        memory = self._memory[index]
        memory[0, :, :, first:last] = _split(attn, "k_proj", normal)
        memory[1, :, :, first:last] = _split(attn, "v_proj", normal)
        query = _split(attn, "q_proj", normal) * attn.scaling
        keys, values = memory[:, :, :, :last]
        mixed = functional.scaled_dot_product_attention(
            query, keys, values, is_causal=hidden.shape[1] > 1, scale=1.0
        )
        return _joined(attn, mixed)

    def _listen(
        self, index: int, block: Any, hidden: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        attn = block.encoder_attn
        query = _split(attn, "q_proj", block.encoder_attn_layer_norm(hidden)) * attn.scaling
        keys, values = self._sound[index]
        if index not in self._heads:
            mixed = functional.scaled_dot_product_attention(query, keys, values, scale=1.0)
            return _joined(attn, mixed), []
        weights = (query @ keys.transpose(2, 3)).softmax(dim=-1)
        return _joined(attn, weights @ values), [weights[0, self._heads[index]]]


def _split(attn: Any, name: str, states: torch.Tensor) -> torch.Tensor:
    """Return a projection as float32[1, n_heads, n, d_head]."""
    made: torch.Tensor = getattr(attn, name)(states)
    return made.view(1, -1, attn.num_heads, attn.head_dim).transpose(1, 2)


def _joined(attn: Any, mixed: torch.Tensor) -> torch.Tensor:
    out: torch.Tensor = attn.out_proj(mixed.transpose(1, 2).flatten(2))
    return out
