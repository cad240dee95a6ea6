"""Corrections that people made more than once: words that a model gets wrong again and again."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator

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
                self._found = tuple(_hot_words(self._threads, self._kept))
            return self._found

    def _take(self, row: _Said) -> None:
        segment_id, annotator, draft, text = row
        before = self._threads.pop((segment_id, annotator), None)
        if before is not None:
            self._kept.subtract(before.kept)
        if draft is not None and text is not None:
            made = corrections(draft, text)
            self._kept.update(made.kept)
            self._threads[segment_id, annotator] = made


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
        .order_by(_event.seq.desc())
        .limit(_MOST_OPINIONS)
    )
    return [tuple(row) for row in reversed(connection.execute(query).all())]


def _hot_words(threads: dict[tuple[str, str], Corrections], kept: Counter[str]) -> Iterator[HotWord]:
    cases: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    written: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for (segment_id, _), made in threads.items():
        for pair in made.replaced:
            wrong, right = map(word_key, pair)
            cases[wrong][right].add(segment_id)
            written[wrong, right][pair] += 1
    found = []
    for wrong, rights in cases.items():
        right, segments = max(rights.items(), key=lambda item: len(item[1]))
        against = len(cases[right][wrong]) if right in cases and wrong in cases[right] else 0
        n_cases = sum(map(len, rights.values())) + kept[wrong] + against
        if len(segments) >= MIN_SEGMENTS and len(segments) >= _SHARE * n_cases:
            [(pair, _)] = written[wrong, right].most_common(1)
            found.append(HotWord(*pair, len(segments)))
    return iter(sorted(found, key=lambda word: (-word.n, word.wrong))[:_MOST_WORDS])
