"""What an analysis of errors reads and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARKS = ("reference-wrong", "model-wrong", "both-fine", "unclear")
"""What a person can decide of a difference between a reference and a hypothesis."""


@dataclass(frozen=True, slots=True)
class SaidText:
    """What a model said last of a segment; ``id`` is the hypothesis."""

    id: str
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class AnalysedSegment:
    """A segment as an analysis of errors sees it.

    Attributes:
        id: Of the segment.
        recording: Id of its recording.
        duration_s: Of the segment.
        reference: The text that counts; None where there is none yet.
        said: By model, the newest.
        columns: What else is known: speaker, accent, language, measured quality, columns of the source.
    """

    id: str
    recording: str
    duration_s: float
    reference: str | None
    said: Mapping[str, SaidText]
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person decided of a segment; ``mark`` is one of ``MARKS``, None takes it back."""

    segment_id: str
    mark: str | None
    hypothesis_id: str | None = None
    annotator: str | None = None
