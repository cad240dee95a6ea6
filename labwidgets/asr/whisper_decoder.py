"""Whisper's decoder over its own weights, for one clip: scores and attention come with the text.

The library's ``generate`` spends more time per token on masks, caches and processors than a small model
needs for its sums, and drops the numbers that confidences and word times are made of. Here the sound's keys
and values are worked out once, and are the same for all texts that are tried at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

_N_TOKENS = 448

Kept = dict[int, dict[int, torch.Tensor]]
"""Attention by layer and head, filled while the decoder passes."""


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
    """One clip being decoded, for some texts at a time, each a row that remembers its tokens.

    Args:
        model: A ``WhisperForConditionalGeneration``.
        encoded: float32[1, n_positions, d_model], the encoder's output.
        n_rows: Most texts at a time.
    """

    def __init__(self, model: Any, encoded: torch.Tensor, *, n_rows: int = 1) -> None:
        self._decoder = model.get_decoder()
        self._project = model.proj_out
        self._sound = [
            (_split(block.encoder_attn, "k_proj", encoded), _split(block.encoder_attn, "v_proj", encoded))
            for block in self._decoder.layers
        ]
        n_heads, d_head = self._sound[0][0].shape[1], self._sound[0][0].shape[3]
        self._n_tokens = min(_N_TOKENS, self._decoder.embed_positions.weight.shape[0])
        shape = (2, n_rows, n_heads, self._n_tokens, d_head)
        self._memory = [encoded.new_empty(shape) for _ in self._decoder.layers]
        self._length = 0

    def score(self, tokens: Sequence[int], heads: Sequence[tuple[int, int]]) -> Passed:
        """Return what follows each of the tokens, given all before; nothing is remembered.

        Args:
            tokens: A text from its prompt on, at most 448.
            heads: (layer, head) pairs whose attention is wanted.
        """
        self._length = 0
        kept: Kept = {layer: {} for layer, _ in heads}
        for layer, head in sorted(heads):
            kept[layer][head] = torch.empty(0)
        hidden = self._pass([list(tokens)], kept)
        self._length = 0
        attention = [weights for layer in sorted(kept) for weights in kept[layer].values()]
        return Passed(self._project(hidden)[0], torch.stack(attention))

    def start(self, prompt: Sequence[int]) -> torch.Tensor:
        """Begin with one text; return the scores of its next token, float32[1, n_vocabulary]."""
        self._length = 0
        logits: torch.Tensor = self._project(self._pass([list(prompt)], {})[:, -1])
        return logits

    def go_on(self, rows: Sequence[int], tokens: Sequence[int]) -> torch.Tensor:
        """Append to texts: the i-th becomes what row ``rows[i]`` was, and ``tokens[i]``.

        Returns:
            The scores of their next tokens, float32[n_rows, n_vocabulary].
        """
        if list(rows) != list(range(len(rows))):
            taken = torch.tensor(rows, device=self._memory[0].device)
            for memory in self._memory:
                memory[:, : len(rows), :, : self._length] = memory[:, taken, :, : self._length]
        logits: torch.Tensor = self._project(self._pass([[token] for token in tokens], {})[:, 0])
        return logits

    def _pass(self, tokens: Sequence[Sequence[int]], kept: Kept) -> torch.Tensor:
        decoder = self._decoder
        ids = torch.tensor(tokens, device=decoder.embed_positions.weight.device)
        last = self._length + ids.shape[1]
        hidden = decoder.embed_tokens(ids) + decoder.embed_positions.weight[self._length : last]
        for index, block in enumerate(decoder.layers):
            hidden = hidden + self._look_back(index, block, hidden)
            hidden = hidden + self._listen(index, block, hidden, kept.get(index))
            inner = block.activation_fn(block.fc1(block.final_layer_norm(hidden)))
            hidden = hidden + block.fc2(inner)
        self._length = last
        normal: torch.Tensor = decoder.layer_norm(hidden)
        return normal

    def _look_back(self, index: int, block: Any, hidden: torch.Tensor) -> torch.Tensor:
        attn = block.self_attn
        normal = block.self_attn_layer_norm(hidden)
        n_rows, n_new = hidden.shape[:2]
        first, last = self._length, self._length + n_new
        memory = self._memory[index]
        memory[0, :n_rows, :, first:last] = _split(attn, "k_proj", normal)
        memory[1, :n_rows, :, first:last] = _split(attn, "v_proj", normal)
        keys, values = memory[:, :n_rows, :, :last]
        mixed = functional.scaled_dot_product_attention(
            _split(attn, "q_proj", normal), keys, values, is_causal=n_new > 1, scale=attn.scaling
        )
        return _joined(attn, mixed)

    def _listen(
        self, index: int, block: Any, hidden: torch.Tensor, kept: dict[int, torch.Tensor] | None
    ) -> torch.Tensor:
        attn = block.encoder_attn
        keys, values = self._sound[index]
        # All texts hear the same sound: their tokens are so many questions to one clip.
        together = block.encoder_attn_layer_norm(hidden).flatten(0, 1)[None]
        query = _split(attn, "q_proj", together)
        if kept is None:
            mixed = functional.scaled_dot_product_attention(query, keys, values, scale=attn.scaling)
        else:
            weights = (query * attn.scaling @ keys.transpose(2, 3)).softmax(dim=-1)
            kept.update((head, weights[0, head]) for head in kept)
            mixed = weights @ values
        return _joined(attn, mixed).view(hidden.shape)


def _split(attn: Any, name: str, states: torch.Tensor) -> torch.Tensor:
    """Return a projection as float32[n_rows, n_heads, n, d_head]."""
    made: torch.Tensor = getattr(attn, name)(states)
    return made.view(*states.shape[:2], attn.num_heads, attn.head_dim).transpose(1, 2)


def _joined(attn: Any, mixed: torch.Tensor) -> torch.Tensor:
    out: torch.Tensor = attn.out_proj(mixed.transpose(1, 2).flatten(2))
    return out
