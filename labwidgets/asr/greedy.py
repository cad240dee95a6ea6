"""Writes Whisper's likeliest text token by token, under the rules that its authors set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from labwidgets.asr.whisper_decoder import Decoding

_NEVER = -torch.inf


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be written when.

    Attributes:
        end: The token that ends a text; all above it are special.
        first_time: The token of 0.0 s; None where time tokens are not to be written.
        last_first_time: The latest token that a text may begin with.
        always: float32[n_vocabulary], 0 or minus infinity.
        at_first: The same for the first token.
    """

    end: int
    first_time: int | None
    last_first_time: int
    always: torch.Tensor
    at_first: torch.Tensor


def rules_of(settings: Any, *, n_vocabulary: int, device: torch.device, times: bool = True) -> Rules:
    """Return the rules out of a Whisper's generation config; with time tokens if asked and known."""
    end, first_time = settings.eos_token_id, settings.no_timestamps_token_id + 1
    has_times = times and n_vocabulary > first_time
    always = torch.zeros(n_vocabulary, device=device)
    always[list(settings.suppress_tokens or ())] = _NEVER
    always[end + 1 : first_time if has_times else n_vocabulary] = _NEVER
    at_first = always.clone()
    at_first[list(settings.begin_suppress_tokens or ())] = _NEVER
    latest = getattr(settings, "max_initial_timestamp_index", None)
    return Rules(
        end=end,
        first_time=first_time if has_times else None,
        last_first_time=n_vocabulary - 1 if latest is None else first_time + latest,
        always=always,
        at_first=at_first,
    )


def write(decoding: Decoding, prompt: Sequence[int], rules: Rules, *, max_new_tokens: int) -> list[int]:
    """Return the tokens after the prompt, without the end, time tokens among them.

    Args:
        decoding: Nothing fed yet.
        prompt: Without the token that says "no times" where the rules have times.
        rules: Of this model.
        max_new_tokens: Time tokens count too.
    """
    written: list[int] = []
    logits = decoding.feed(prompt).logits[-1]
    while True:
        scores = logits.float() + (rules.always if written else rules.at_first)
        if rules.first_time is not None:
            _keep_time(scores, written, rules, rules.first_time)
        token = int(scores.argmax())
        if token == rules.end:
            return written
        written.append(token)
        if len(written) == max_new_tokens:
            return written
        logits = decoding.feed([token]).logits[-1]


def _keep_time(scores: torch.Tensor, written: Sequence[int], rules: Rules, first_time: int) -> None:
    """Rule out, in place, what would break the order of time tokens: one first, then in pairs, never back.

    References:
        Radford et al., Robust speech recognition via large-scale weak supervision, 2022; the reference
        decoder's ``ApplyTimestampRules``.
    """
    if not written:
        scores[:first_time] = _NEVER
        scores[rules.last_first_time + 1 :] = _NEVER
        return
    is_time = written[-1] >= first_time
    opens = is_time and (len(written) < 2 or written[-2] >= first_time)
    if opens:
        scores[first_time:] = _NEVER
    else:
        if is_time:
            scores[: rules.end] = _NEVER
        last = max((token for token in written if token >= first_time), default=first_time)
        scores[first_time : last + (not is_time)] = _NEVER
    # Some time is likelier than any one word: then it is a time, whichever.
    if scores[first_time:].logsumexp(dim=0) > scores[:first_time].max():
        scores[:first_time] = _NEVER
