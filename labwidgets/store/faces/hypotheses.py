"""What models said."""

from __future__ import annotations

import sqlalchemy as sa

from labwidgets.records import (
    Hypothesis,
    ModelRun,
    Recording,
    Segment,
    Transcription,
)
from labwidgets.store import drafts, intake, schema
from labwidgets.store.faces.transactions import Transactions


class Hypotheses(Transactions):
    """Model runs and their hypotheses."""

    def begin_run(self, run: ModelRun, *, actor: str | None = None) -> None:
        """Keep that a model run began.

        Raises:
            StoreError: When its id is taken.
        """
        self._write(lambda connection: drafts.begin_run(connection, run, actor=actor))

    def finish_run(self, run_id: str, *, n_drafted: int, n_cached: int, n_failed: int) -> None:
        """Keep that a model run ended.

        Raises:
            NotFoundError: On an unknown run.
        """
        self._write(
            lambda connection: drafts.finish_run(
                connection, run_id, n_drafted=n_drafted, n_cached=n_cached, n_failed=n_failed
            )
        )

    def add_hypothesis(
        self, *, run_id: str, segment_id: str | Segment, cache_key: str, transcription: Transcription
    ) -> Hypothesis:
        """Store what a model said of a segment and make it the draft; durable on return.

        Args:
            run_id: Of a run that was begun.
            segment_id: Of the segment; or the segment as the model heard it.
            cache_key: What the transcription was made under.
            transcription: What the model said.

        Raises:
            NotFoundError: On an unknown run or segment.
            SegmentError: On a retired segment, or one with other times than those that were heard.
            TextError: The text may not be stored.
        """
        return self._write(
            lambda connection: drafts.add_hypothesis(
                connection,
                run_id=run_id,
                segment=segment_id,
                cache_key=cache_key,
                transcription=transcription,
            )
        )

    def model_names(self) -> list[str]:
        """Return the names of all models that ever drafted here."""
        model = schema.model_run.c.model
        return self._read(lambda connection: list(connection.scalars(sa.select(model).distinct())))

    def hypothesis_by_key(self, cache_key: str) -> Hypothesis | None:
        """Return the newest hypothesis made under a cache key, None if there is none."""
        return self._read(lambda connection: drafts.hypothesis_by_key(connection, cache_key))

    def segments_to_draft(self) -> list[tuple[Segment, Recording]]:
        """Return the live segments whose recordings are not broken, in order of adding."""
        return self._read(lambda connection: list(intake.segments_to_draft(connection)))
