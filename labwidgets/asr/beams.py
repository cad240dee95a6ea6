"""Writes a likely text token by token, tries side by side, under the rules that Whisper's authors set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

_NEVER = -torch.inf


class Steps(Protocol):
    """What writing needs of a decoder."""

    def start(self, prompt: Sequence[int], /) -> torch.Tensor:
        """Return the scores of the first token, float32[1, n_vocabulary]."""
        ...

    def go_on(self, rows: Sequence[int], tokens: Sequence[int], /) -> torch.Tensor:
        """Return the scores of the next token of each text, float32[n_rows, n_vocabulary]."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be written when.

    Attributes:
        end: The token that ends a text; all above it are special.
        always: float32[n_vocabulary], 0 or minus infinity.
        at_first: The same for the first token.
    """

    end: int
    always: torch.Tensor
    at_first: torch.Tensor


def rules_of(settings: Any, *, n_vocabulary: int, device: torch.device) -> Rules:
    """Return the rules out of a Whisper's generation config: no special tokens, no times.

    With times the model stops at a long pause, and what comes after it is lost.
    """
    always = torch.zeros(n_vocabulary, device=device)
    always[list(settings.suppress_tokens or ())] = _NEVER
    always[settings.eos_token_id + 1 :] = _NEVER
    at_first = always.clone()
    at_first[list(settings.begin_suppress_tokens or ())] = _NEVER
    return Rules(settings.eos_token_id, always, at_first)


@dataclass(frozen=True, slots=True)
class _Try:
    """A text so far, and the sum of its tokens' log-probabilities."""

    tokens: tuple[int, ...]
    total: float

    @property
    def merit(self) -> float:
        return self.total / max(1, len(self.tokens))


def write(
    decoding: Steps, prompt: Sequence[int], rules: Rules, *, n_beams: int, max_new_tokens: int
) -> list[int]:
    """Return the tokens after the prompt, without the end: those of the best mean log-probability found.

    Args:
        decoding: Room for ``n_beams`` texts.
        prompt: The same for all of them.
        rules: Of this model.
        n_beams: Texts at a time; 1 always takes the likeliest token.
        max_new_tokens: Longest text.
    """
    tries, ended = [_Try((), 0.0)], list[_Try]()
    scores = decoding.start(prompt) + rules.at_first
    while True:
        rows, grown = _grown(tries, scores, n_beams=n_beams)
        ended = _best(ended + [one for one in grown[:n_beams] if one.tokens[-1] == rules.end], n_beams)
        going = [(row, one) for row, one in zip(rows, grown, strict=True) if one.tokens[-1] != rules.end][
            :n_beams
        ]
        tries = [one for _, one in going]
        is_full = len(tries[0].tokens) == max_new_tokens
        if is_full or (len(ended) == n_beams and tries[0].merit <= ended[-1].merit):
            best = _best(ended or tries, 1)[0]
            return [token for token in best.tokens if token != rules.end]
        scores = decoding.go_on([row for row, _ in going], [one.tokens[-1] for one in tries]) + rules.always


def _grown(tries: Sequence[_Try], scores: torch.Tensor, *, n_beams: int) -> tuple[list[int], list[_Try]]:
    """Return the likeliest texts that are one token longer, and which row each grew from.

    Twice as many as go on: enough even where each row's likeliest token is the end.
    """
    totals = scores.log_softmax(dim=-1) + torch.tensor([[one.total] for one in tries], device=scores.device)
    found = totals.flatten().topk(2 * n_beams)
    n_vocabulary = scores.shape[1]
    rows = [place // n_vocabulary for place in found.indices.tolist()]
    tokens = [place % n_vocabulary for place in found.indices.tolist()]
    return rows, [
        _Try((*tries[row].tokens, token), total)
        for row, token, total in zip(rows, tokens, found.values.tolist(), strict=True)
    ]


def _best(tries: Sequence[_Try], n: int) -> list[_Try]:
    return sorted(tries, key=lambda one: -one.merit)[:n]
