"""What a page says to a labeller, and what stands in the project that it works on."""

from __future__ import annotations

import uuid
from typing import Any

from labwidgets.project import Project
from labwidgets.records import ModelRun, QueueQuery, Transcription, Word
from labwidgets.widgets.protocol import PROTOCOL_VERSION

READY = {"version": PROTOCOL_VERSION, "codecs": []}
QUERY = {"order": "added", "filter": "all", "search": ""}


def segments(project: Project) -> list[str]:
    return [row.segment_id for row in project.queue(QueueQuery()).rows]


def draft(project: Project, segment: str, text: str = "hello there") -> None:
    project.store.begin_run(ModelRun("run_1", "tiny", "r1", {}))
    words = tuple(Word(word, 0.1 * n, 0.1 * n + 0.1, 0.4) for n, word in enumerate(text.split()))
    project.store.add_hypothesis(
        run_id="run_1",
        segment_id=segment,
        cache_key="k",
        transcription=Transcription(text, words, 0.4, "en", ("repetition",)),
    )


def submission(segment: str, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "segment": segment,
        "base_revision": 0,
        "text": "hello",
        "words": [],
        "layers": {},
        "flags": [],
        "draft": None,
        "listened": [],
        "active_ms": 10,
        "client_at_ms": 1_790_000_000_000,
        "skip_reason": None,
    } | changes
