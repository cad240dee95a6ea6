"""What a model makes of the test set, before and after, by the same way that it drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labwidgets.analysis.comparing import Comparison, compare
from labwidgets.analysis.scoring import score
from labwidgets.errors import LabError
from labwidgets.records import Drafter, Samples
from labwidgets.training.material import Clip
from labwidgets.training.steady import Hooks, Stopped

Texts = Mapping[str, str]
SPELLING = "basic"
"""How both sides are compared: safe for every script."""


def heard(
    drafter: Drafter, clips: Sequence[Clip], read: Callable[[Clip], Samples], *, hooks: Hooks, note: str
) -> dict[str, str]:
    """Return what a model says of clips, by id; of a clip that it fails on it says nothing.

    Raises:
        Stopped: Somebody wants it to end.
    """
    said: dict[str, str] = {}
    for done, clip in enumerate(clips):
        hooks.tell(done, len(clips), note)
        if hooks.is_stopped():
            raise Stopped
        try:
            said[clip.id] = drafter.transcribe(read(clip), language=clip.language).text
        except LabError:
            said[clip.id] = ""
    hooks.tell(len(clips), len(clips), note)
    return said


def rate(clips: Sequence[Clip], said: Texts | None) -> dict[str, Any] | None:
    """Return the errors, by accent where accents are known; None where nothing was said."""
    if said is None:
        return None
    has_accents = any(clip.accent for clip in clips)
    references = {clip.id: clip.text for clip in clips}
    found = score(references, said, normalize=SPELLING, columns=_columns(clips))
    return found.to_dict(by="accent" if has_accents else None)


def difference(clips: Sequence[Clip], before: Texts | None, after: Texts) -> dict[str, Any] | None:
    """Return the paired test of two models, WER ``before`` less WER ``after``; None without the first."""
    if before is None:
        return None
    [pair] = compared(clips, {"before": before, "after": after}).to_dict()["pairs"]
    if pair["a"] == "after":
        between = pair["interval"]
        pair |= {"a": "before", "b": "after", "difference": -pair["difference"]}
        pair["interval"] = None if between is None else [-between[1], -between[0]]
    return dict(pair)


def compared(clips: Sequence[Clip], said: Mapping[str, Texts]) -> Comparison:
    """Return how several models do on clips, given by model what it said of each."""
    columns = _columns(clips)
    rows = [
        {"id": clip.id, "text": clip.text, **{name: values[place] for name, values in columns.items()}}
        for place, clip in enumerate(clips)
    ]
    return compare(rows, said, normalize=SPELLING)


def _columns(clips: Sequence[Clip]) -> dict[str, list[str | None]]:
    columns: dict[str, list[str | None]] = {
        "speaker": [clip.speaker for clip in clips],
        "accent": [clip.accent for clip in clips],
    }
    return {name: values for name, values in columns.items() if any(values)}
