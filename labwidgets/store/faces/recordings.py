"""Recordings and their segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from labwidgets.errors import NotFoundError
from labwidgets.records import (
    NewRecording,
    Quality,
    Recording,
    Segment,
)
from labwidgets.store import codec, intake, labels, schema
from labwidgets.store import engine as engines
from labwidgets.store.faces.transactions import Transactions

_PAGE = 500


class Recordings(Transactions):
    """What the store knows of sound."""

    def known_bytes(self, hashes: Sequence[str]) -> dict[str, str]:
        """Return the recording ids of those SHA-256 hashes (of encoded bytes) that are known."""
        return self._read(lambda connection: intake.known_bytes(connection, hashes))

    def known_sources(self, sources: Sequence[str]) -> dict[str, str]:
        """Return the recording ids of those sources that are known."""
        return self._read(lambda connection: intake.known_sources(connection, sources))

    def add_recordings(self, items: Sequence[NewRecording], *, actor: str | None = None) -> list[Recording]:
        """Store recordings, all or none, each with one segment and an open task; known ones stay.

        Returns:
            One recording per item, in order: the stored one where its bytes were known.

        Raises:
            DiskFullError: No room left.
            StoreError: The store cannot be written.
            TextError: A text or field may not be stored.
        """
        return self._write(lambda connection: intake.add_recordings(connection, items, actor=actor))

    def add_new(self, items: Sequence[NewRecording], *, actor: str | None = None) -> dict[str, str]:
        """Do as ``add_recordings`` does; return only the ids of known ones, by hash of their bytes.

        Raises:
            DiskFullError: No room left.
            StoreError: The store cannot be written.
            TextError: A text or field may not be stored.
        """
        return self._write(lambda connection: intake.add_new(connection, items, actor=actor))

    def mark_decoded(
        self, recording_id: str, *, sound_sha256: str, duration_s: float, quality: Quality
    ) -> tuple[str, ...]:
        """Keep what decoding found and return the ids of other recordings with the same sound.

        Raises:
            NotFoundError: On an unknown recording.
        """
        return self._write(
            lambda connection: intake.mark_decoded(
                connection, recording_id, sound_sha256=sound_sha256, duration_s=duration_s, quality=quality
            )
        )

    def mark_broken(self, recording_id: str, reason: str) -> None:
        """Keep that a recording cannot be used; its open tasks become blocked.

        Raises:
            NotFoundError: On an unknown recording.
        """
        self._write(lambda connection: intake.mark_broken(connection, recording_id, reason))

    def state_licence(self, licence: str, *, collection: str | None = None, actor: str | None = None) -> int:
        """Keep the licence of all recordings that name none, or of one source's, and return how many.

        Raises:
            TextError: The licence may not be stored.
        """
        return self._write(
            lambda connection: intake.state_licence(connection, licence, collection=collection, actor=actor)
        )

    def recordings(self, state: str | None = None) -> Iterator[Recording]:
        """Give the recordings in the order they were added; the store may be written meanwhile."""
        after = 0
        while True:
            with engines.reading(self._engine) as connection:
                some = intake.recordings(connection, state=state, after=after, limit=_PAGE)
            if not some:
                return
            yield from (recording for _, recording in some)
            after = some[-1][0]

    def recording(self, recording_id: str) -> Recording:
        """Return a recording.

        Raises:
            NotFoundError: On an unknown id.
        """
        found = self._read(lambda connection: intake.recordings_by_id(connection, [recording_id]))
        if recording_id not in found:
            raise NotFoundError("unknown recording", value=recording_id)
        return found[recording_id]

    def segment(self, segment_id: str) -> Segment:
        """Return a segment, retired ones too.

        Raises:
            NotFoundError: On an unknown id.
        """
        query = sa.select(schema.segment).where(schema.segment.c.id == segment_id)
        row = self._read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise NotFoundError("unknown segment", value=segment_id, remedy="Look it up in the queue")
        return codec.segment_of(row)

    def retire(self, segment_id: str, *, actor: str | None = None) -> None:
        """Take a segment out of the work for good; its history stays.

        Raises:
            NotFoundError: On an unknown segment.
            SegmentError: On one that is retired already.
        """
        self._write(lambda connection: labels.retire(connection, segment_id, actor=actor))
