"""What an analysis of errors reads and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labwidgets.records import AnalysedSegment, Hypothesis, Mark, ModelRun, Transcription
from labwidgets.store import analysis
from labwidgets.store.faces.transactions import Transactions


class Analysis(Transactions):
    """Hypotheses of other programs, what all models said, and people's marks."""

    def add_hypotheses(
        self,
        run: ModelRun,
        said: Mapping[str, Transcription],
        *,
        as_draft: bool = False,
        actor: str | None = None,
    ) -> int:
        """Store what another program said, by segment, and return how many texts are new; all or none.

        Raises:
            TextError: A text may not be stored; nothing is then.
        """
        return self._write(
            lambda connection: analysis.add_hypotheses(connection, run, said, as_draft=as_draft, actor=actor)
        )

    def analysed_segments(self) -> list[AnalysedSegment]:
        """Return every live segment with its reference, its recording and what each model said last."""
        return self._read(analysis.analysed_segments)

    def hypotheses_of(self, segment_id: str) -> dict[str, Hypothesis]:
        """Return the newest hypothesis of each model for a segment, with its words, by model."""
        return self._read(lambda connection: analysis.hypotheses_of(connection, segment_id))

    def mark(self, marks: Sequence[Mark], *, annotator: str) -> None:
        """Keep what a person decided of segments; durable on return.

        Raises:
            ConfigError: There is no such mark.
            NotFoundError: On an unknown segment.
            SegmentError: On a retired one.
        """
        self._write(lambda connection: analysis.mark(connection, marks, annotator=annotator))

    def marks(self) -> dict[str, Mark]:
        """Return the newest mark of each segment that has one."""
        return self._read(analysis.marks)
