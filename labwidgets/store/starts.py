"""Where segments began when their texts were stored: times in a text follow its segment when that moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from labwidgets.records import Opinion, Reference, Segment, Span
from labwidgets.store import schema
from labwidgets.store.cutting import moved_words
from labwidgets.store.events import chunks
from labwidgets.store.statements import insert_if_new
from labwidgets.timeline import to_s

_start = schema.segment_start.c
_opinion = schema.opinion.c
_reference = schema.reference.c

REFERENCE_VERSION = (
    sa.select(_opinion.segment_version)
    .where(_opinion.segment_id == _reference.segment_id, _opinion.content_id == _reference.content_id)
    .limit(1)
    .correlate(schema.reference)
    .scalar_subquery()
    .label("segment_version")
)
"""Version of the segment for which a row of ``reference`` was said; NULL for one that came with it."""


class Starts:
    """The starts of some segments, as far as they were ever moved."""

    def __init__(self, connection: sa.Connection, segment_ids: Sequence[str]) -> None:
        self._of: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for some in chunks(segment_ids):
            query = sa.select(_start.segment_id, _start.version, _start.start_us)
            query = query.where(_start.segment_id.in_(some)).order_by(_start.version)
            for segment_id, version, start_us in connection.execute(query):
                self._of[segment_id].append((version, start_us))

    def by_s(self, segment_id: str, version: int) -> float:
        """Return how much later times from ``version`` of a segment are from its start now, seconds."""
        known = self._of.get(segment_id)
        if known is None:
            return 0.0
        then_us = next((start_us for since, start_us in reversed(known) if since <= version), known[0][1])
        return to_s(then_us - known[-1][1])

    def opinion(self, opinion: Opinion, segment: Segment, version: int) -> Opinion:
        """Return an opinion with its times from the segment's start now."""
        by_s = self.by_s(segment.id, version)
        if not by_s:
            return opinion
        words = moved_words(opinion.words, by_s, duration_s=segment.duration_s)
        return replace(opinion, words=words, listened=moved_spans(opinion.listened, by_s))

    def reference(self, reference: Reference, segment: Segment, version: int | None) -> Reference:
        """Return a reference with its times from the segment's start now."""
        by_s = self.by_s(segment.id, version or 1)
        # A draft's words are moved with it, and one that was accepted is let go of when its segment moves.
        if not by_s or reference.origin == "auto_accepted":
            return reference
        return replace(reference, words=moved_words(reference.words, by_s, duration_s=segment.duration_s))


def moved_spans(spans: Sequence[Span], by_s: float) -> tuple[Span, ...]:
    """Return spans ``by_s`` later, without what lies before 0."""
    moved = ((max(0.0, start_s + by_s), end_s + by_s) for start_s, end_s in spans)
    return tuple((start_s, end_s) for start_s, end_s in moved if end_s > start_s)


def note_moves(connection: sa.Connection, moved: Sequence[tuple[sa.RowMapping, dict[str, Any]]]) -> None:
    """Keep where segments begin from their new version on, given their rows before and what they become."""
    rows = [
        {"segment_id": before["id"], "version": version, "start_us": start_us}
        for before, now in moved
        if now["start_us"] != before["start_us"]
        for version, start_us in (
            (before["version"], before["start_us"]),
            (now["version"], now["start_us"]),
        )
    ]
    if rows:
        connection.execute(insert_if_new(connection.dialect.name, schema.segment_start), rows)
