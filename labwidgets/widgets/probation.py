"""Drafts on probation: one that is likely to slow its reader down is held back, and the box starts empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from labwidgets.records import Hypothesis, QueueRow, SegmentView, ShownDraft

Probation = Literal["auto", "off"] | float

UNPROVED = 0.5
"""WER from which on a draft is held back while its model's confidence was never held against what people
heard. Past 50 % two of five people delete most of a draft (Gaur, Lasecki, Metze, Bigham, W4A 2016)."""
CROSSING = 0.3
"""WER from which on drafts slow people down, before anything was ranked; likewise."""


def held_back(view: SegmentView, probation: Probation, known: Mapping[str, Any] | None) -> str | None:
    """Return why a draft is not in the box to begin with; None where it is.

    Only where the box would start with the draft, or started without it when this person labelled it.

    Args:
        view: Of the segment.
        probation: Of the project.
        known: What the last ranking found of drafts (``Store.drafts_known``); None before there was one.
    """
    draft, opinion = view.draft, view.opinion
    is_own = opinion is not None and opinion.skip_reason is None
    is_blank = is_own and opinion is not None and opinion.draft_id is None
    if draft is None or not draft.text.strip():
        return None
    if (is_own and not is_blank) or (view.reference is not None and not is_own):
        return None
    wer = _too_high(draft, probation, known)
    if wer is None:
        return None
    return f"about {wer:.0%} of its words are likely wrong, which takes longer to mend than to type"


def held_rows(
    rows: Sequence[QueueRow], probation: Probation, known: Mapping[str, Any] | None
) -> frozenset[str]:
    """Return the segments among rows of the queue whose text is a draft that is held back."""
    return frozenset(
        row.segment_id
        for row in rows
        if row.draft is not None and row.text.strip() and _too_high(row.draft, probation, known) is not None
    )


def _too_high(
    draft: Hypothesis | ShownDraft, probation: Probation, known: Mapping[str, Any] | None
) -> float | None:
    """Return the word error rate to expect of a draft that is too wrong to begin with; None of another."""
    if probation == "off":
        return None
    wer = predicted_wer(draft, known)
    return None if wer is None or wer < limit_of(draft.model, probation, known) else wer


def predicted_wer(draft: Hypothesis | ShownDraft, known: Mapping[str, Any] | None) -> float | None:
    """Return the word error rate to expect of a draft; None where nothing tells."""
    curve = _curve(draft.model, known)
    if curve is None:
        return None if draft.confidence is None else 1 - draft.confidence
    sure: Sequence[float] = curve["wer"]
    found = curve["unsure"] if draft.confidence is None else _between(sure, draft.confidence)
    return max(float(found), float(curve["alarmed"])) if draft.alarms else float(found)


def limit_of(model: str, probation: Probation, known: Mapping[str, Any] | None) -> float:
    """Return the word error rate from which on drafts of a model are held back."""
    if isinstance(probation, int | float):
        return float(probation)
    crossing = CROSSING if known is None else float(known["crossing"])
    return crossing if _curve(model, known) is not None else max(crossing, UNPROVED)


def _curve(model: str, known: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = None if known is None else known["models"].get(model)
    return found


def _between(values: Sequence[float], share: float) -> float:
    """Return the value at 0..1 of a list that runs from 0 to 1."""
    at = min(1.0, max(0.0, share)) * (len(values) - 1)
    low = int(at)
    high = min(len(values) - 1, low + 1)
    return values[low] + (values[high] - values[low]) * (at - low)
