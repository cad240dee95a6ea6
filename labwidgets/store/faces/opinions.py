"""What people said."""

from __future__ import annotations

from labwidgets.records import (
    Ack,
    Event,
    HotWord,
    KeptEdit,
    Opinion,
    SegmentView,
    Submission,
)
from labwidgets.store import keeping, labels
from labwidgets.store.faces.transactions import Transactions
from labwidgets.store.hot_words import HotWords


class Opinions(Transactions):
    """Submits, threads, and what a screen shows of a segment."""

    _hot_words: HotWords

    def submit(self, submission: Submission) -> Ack:
        """Store one opinion or skip; on disk when this returns, once however often it is sent.

        Raises:
            DiskFullError: No room left.
            NotFoundError: On an unknown segment.
            SegmentError: On a retired segment.
            StaleRevisionError: When this person's thread went on since ``base_revision``.
            StoreError: The store cannot be written.
            TextError: The text may not be stored.
        """
        return self._write(lambda connection: labels.submit(connection, submission))

    def view(self, segment_id: str, *, annotator: str) -> SegmentView:
        """Return what a screen shows of a segment to one person.

        Raises:
            NotFoundError: On an unknown segment.
            SegmentError: On a retired one.
        """
        return self._read(lambda connection: labels.view(connection, segment_id, annotator=annotator))

    def keep(self, edit: KeptEdit) -> int:
        """Keep what one person typed into a segment, in place of what was there; gone with the submit.

        Returns:
            When, in microseconds since 1970.

        Raises:
            DiskFullError: No room left.
            NotFoundError: On an unknown segment.
            SegmentError: On a retired segment.
            StoreError: The store cannot be written.
            TextError: The text may not be stored.
        """
        return self._write(lambda connection: keeping.keep(connection, edit))

    def drop_kept(self, segment_id: str, *, annotator: str) -> None:
        """Forget what one person typed into a segment."""
        self._write(lambda connection: keeping.drop(connection, segment_id, annotator))

    def kept(self, *, annotator: str) -> list[KeptEdit]:
        """Return what one person typed and did not submit, the newest first."""
        return self._read(lambda connection: keeping.kept(connection, annotator))

    def thread(self, segment_id: str, annotator: str) -> list[Opinion]:
        """Return one person's opinions of a segment, oldest revision first."""
        return self._read(lambda connection: labels.opinions(connection, segment_id, annotator))

    def hot_words(self) -> tuple[HotWord, ...]:
        """Return the corrections of drafts that were made in more than one segment; never who made them."""
        return self._read(self._hot_words.read)

    def history(self, segment_id: str) -> list[Event]:
        """Return the events of a segment, its recording and its threads, in order.

        Raises:
            NotFoundError: On an unknown segment.
        """
        return self._read(lambda connection: labels.history(connection, segment_id))
