"""The segments of recordings, and how they are changed."""

from __future__ import annotations

from labwidgets.records import RecordingSegment, Segment, SegmentChange, SegmentsChanged
from labwidgets.store import segment_rows, segment_use, segmenting, unsegmenting
from labwidgets.store.faces.transactions import Transactions


class Segments(Transactions):
    """What a recording is cut into."""

    def recording_segments(self, recording_id: str, *, annotator: str) -> tuple[RecordingSegment, ...]:
        """Return the live segments of a recording by start, as one person sees them."""
        return self._read(
            lambda connection: segment_rows.recording_segments(connection, recording_id, annotator=annotator)
        )

    def change_segments(self, change: SegmentChange) -> SegmentsChanged:
        """Do one change to the segments of a recording; on disk when this returns, once however often sent.

        Raises:
            DiskFullError: No room left.
            NotFoundError: On an unknown recording or segment, or one whose speaker took consent back.
            SegmentError: On a change that makes no sense, or of a segment that somebody else is working on.
            StaleSegmentsError: When a segment is no longer as the client saw it.
            StoreError: When the id of the change belongs to something else.
            TextError: When a text or name may not be stored.
        """
        return self._write(lambda connection: segmenting.change(connection, change))

    def segments_by_use(
        self, recording_id: str, *, but_by: str | None = None
    ) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
        """Return the live segments that nobody has worked on, and the others, by start.

        Args:
            recording_id: Of the recording.
            but_by: Whose changes of segments are no work: a program's, that names and parts them.
        """
        return self._read(lambda connection: segment_use.by_use(connection, recording_id, but_by=but_by))

    def undo_segments(self, change_id: str, *, annotator: str) -> SegmentsChanged:
        """Bring back what was there before a change of this person, under the same ids.

        Raises:
            NotFoundError: This person made no such change, or the recording is gone.
            StaleSegmentsError: Somebody labelled or changed what came of it since.
        """
        return self._write(lambda connection: unsegmenting.undo(connection, change_id, annotator=annotator))
