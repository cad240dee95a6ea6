"""Things to put into a store."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from labwidgets.records import (
    ModelRun,
    NewRecording,
    Quality,
    Submission,
    Transcription,
    Word,
)
from labwidgets.store import Store

QUALITY = Quality(level_dbfs=-20.0, peak_dbfs=-1.0, clipped=0.0, snr_db=None, silence=0.1)
Add = Callable[..., list[str]]


def recording(number: int, **fields: object) -> NewRecording:
    base = NewRecording(
        source=f"clip{number}.wav",
        bytes_sha256=f"{number:064x}",
        n_bytes=1000,
        duration_s=1.0 + number,
        sample_rate_hz=16_000,
        n_channels=1,
        codec="pcm_s16le",
        language="en",
    )
    return replace(base, **fields)


def submission(
    segment_id: str, *, annotator: str = "a1", base_revision: int = 0, **fields: object
) -> Submission:
    base = Submission(
        event_id=str(uuid.uuid4()),
        segment_id=segment_id,
        annotator=annotator,
        base_revision=base_revision,
        text="hello",
    )
    return replace(base, **fields)


def draft(
    store: Store, segment_id: str, *, confidence: float | None = 0.5, text: str = "draft", key: str = "k"
) -> str:
    run = ModelRun(id=f"run_{uuid.uuid4()}", model="m", revision="r", settings={"beams": 1})
    store.begin_run(run)
    said = Transcription(text, (Word("draft", 0.0, 0.5, 0.5),), confidence, "en", ("loop",))
    return store.add_hypothesis(run_id=run.id, segment_id=segment_id, cache_key=key, transcription=said).id
