"""Corrections that people made more than once: words that a model gets wrong again and again."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict

import sqlalchemy as sa

from labwidgets.records import HotWord
from labwidgets.store import schema
from labwidgets.text import Corrections, corrections, word_key

MIN_SEGMENTS = 2
"""A correction made in so many segments is one that is needed again."""

_SHARE = 2 / 3
"""Of all cases of a word, those that must agree: also where it was left as it is, it was a case."""
_MOST_OPINIONS = 5_000
"""The newest so many are looked at when a store was opened: what counts is what people correct now."""
_MOST_WORDS = 500

_Said = tuple[str, str, str | None, str | None]
"""Segment, annotator, draft and text."""

Cases = defaultdict[str, defaultdict[str, Counter[tuple[str, tuple[str, str]]]]]
"""By what is wrong and what is right: segments, each with how it was written there."""

_event, _opinion, _thread = schema.event.c, schema.opinion.c, schema.thread.c
_newest_seq = sa.select(sa.func.max(_event.seq))


class HotWords:
    """The corrections in a store, read on from where they were read last; for one process, any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._seq = 0
        self._threads: dict[tuple[str, str], Corrections] = {}
        self._kept: Counter[str] = Counter()
        self._cases: Cases = defaultdict(lambda: defaultdict(Counter))
        self._found: tuple[HotWord, ...] = ()

    def read(self, connection: sa.Connection) -> tuple[HotWord, ...]:
        """Return the hot words, the most frequent first."""
        with self._lock:
            newest = connection.scalar(_newest_seq) or 0
            if newest == self._seq:
                return self._found
            if _is_withdrawn(connection, after=self._seq):
                # What was erased may not live on here.
                self._forget()
            rows = _opinions(connection, after=self._seq)
            for row in rows:
                self._take(row)
            self._seq = newest
            if rows:
                self._found = tuple(_hot_words(self._cases, self._kept))
            return self._found

    def _take(self, row: _Said) -> None:
        segment_id, annotator, draft, text = row
        before = self._threads.pop((segment_id, annotator), None)
        if before is not None:
            self._count(segment_id, before, -1)
        if draft is not None and text is not None:
            made = corrections(draft, text)
            self._count(segment_id, made, 1)
            self._threads[segment_id, annotator] = made

    def _count(self, segment_id: str, made: Corrections, by: int) -> None:
        for word in made.kept:
            self._kept[word] += by
        for pair in made.replaced:
            wrong, right = map(word_key, pair)
            cases = self._cases[wrong][right]
            cases[segment_id, pair] += by
            if not cases[segment_id, pair]:
                del cases[segment_id, pair]


def _is_withdrawn(connection: sa.Connection, *, after: int) -> bool:
    query = sa.select(_event.seq).where(_event.seq > after, _event.kind == "speaker_withdrawn").limit(1)
    return after > 0 and connection.scalar(query) is not None


def _opinions(connection: sa.Connection, *, after: int) -> list[_Said]:
    """Return segment, annotator, draft and text of the newest revisions since, oldest first."""
    said, drafted = schema.content.alias("said"), schema.content.alias("drafted")
    newest = (
        (_thread.segment_id == _opinion.segment_id)
        & (_thread.annotator == _opinion.annotator)
        & (_thread.revision == _opinion.revision)
    )
    is_there = said.c.erased_us.is_(None) & _opinion.skip_reason.is_(None)
    query = (
        sa.select(_opinion.segment_id, _opinion.annotator, drafted.c.text, said.c.text)
        .select_from(schema.event)
        .join(schema.opinion, _opinion.event_id == _event.event_id)
        .join(schema.thread, newest)
        .outerjoin(said, (said.c.id == _opinion.content_id) & is_there)
        .outerjoin(schema.hypothesis, schema.hypothesis.c.id == _opinion.draft_id)
        .outerjoin(drafted, (drafted.c.id == schema.hypothesis.c.content_id) & drafted.c.erased_us.is_(None))
        .where(_event.seq > after, _event.kind == "opinion_submitted")
        # Half of a segment that was split is no second case of its corrections.
        .where(_event.payload["change_id"].as_string().is_(None))
        .order_by(_event.seq.desc())
        .limit(_MOST_OPINIONS)
    )
    return [tuple(row) for row in reversed(connection.execute(query).all())]


def _hot_words(cases: Cases, kept: Counter[str]) -> list[HotWord]:
    found = []
    for wrong, rights in cases.items():
        if sum(map(len, rights.values())) < MIN_SEGMENTS:
            continue
        n_segments = {right: len({segment_id for segment_id, _ in seen}) for right, seen in rights.items()}
        right, n = max(n_segments.items(), key=lambda item: item[1])
        against = len(cases[right][wrong]) if right in cases and wrong in cases[right] else 0
        if n >= MIN_SEGMENTS and n >= _SHARE * (sum(n_segments.values()) + kept[wrong] + against):
            written = Counter(pair for _, pair in rights[right])
            found.append(HotWord(*max(written, key=written.__getitem__), n))
    return sorted(found, key=lambda word: (-word.n, word.wrong))[:_MOST_WORDS]
