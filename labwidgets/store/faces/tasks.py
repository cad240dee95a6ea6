"""The queue."""

from __future__ import annotations

from labwidgets.records import (
    QueueCounts,
    QueuePage,
    QueueQuery,
)
from labwidgets.store import queue, vocabulary
from labwidgets.store.faces.transactions import Transactions


class Tasks(Transactions):
    """What is to be done, in which order, and who holds it."""

    def queue(self, query: QueueQuery, *, offset: int = 0, limit: int = 100) -> QueuePage:
        """Return rows ``offset..offset + limit`` of a query (at most 1,000) and how many match.

        Raises:
            ConfigError: On an unknown order or filter.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.page(connection, query, offset=offset, limit=limit))

    def counts(self) -> QueueCounts:
        """Return the progress over everything."""
        return self._read(queue.counts)

    def upcoming(self, query: QueueQuery, *, after: str | None = None, n: int = 1) -> list[str]:
        """Return the next open segments behind ``after`` in the query's order, going round once.

        Raises:
            ConfigError: On an unknown order or filter.
            NotFoundError: On an unknown ``after``.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.upcoming(connection, query, after=after, n=n))

    def position(self, query: QueueQuery, segment_id: str) -> int | None:
        """Return how many rows of a query stand before a segment; None where it is not among them.

        Raises:
            ConfigError: On an unknown order or filter.
            TextError: On a search that cannot be.
        """
        return self._read(lambda connection: queue.position(connection, query, segment_id))

    def shown_texts(self, language: str, *, n: int) -> list[tuple[str, float]]:
        """Return at most ``n`` texts of segments in a language, each with a weight: drafts count less."""
        return self._read(lambda connection: vocabulary.shown_texts(connection, language, n=n))

    def claim(self, annotator: str, query: QueueQuery, *, lease_s: float) -> str | None:
        """Take the first open segment that nobody holds, for ``lease_s`` seconds; None if there is none.

        Raises:
            ConfigError: On an unknown order or filter.
        """
        return self._write(lambda connection: queue.claim(connection, annotator, query, lease_s=lease_s))

    def renew(self, segment_id: str, annotator: str, *, lease_s: float) -> bool:
        """Hold a claimed segment for ``lease_s`` seconds from now; False when the lease is lost."""
        return self._write(lambda connection: queue.renew(connection, segment_id, annotator, lease_s=lease_s))

    def release(self, segment_id: str, annotator: str) -> bool:
        """Give a claimed segment back; False when it was not held."""
        return self._write(lambda connection: queue.release(connection, segment_id, annotator))
