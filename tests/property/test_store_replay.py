"""Whatever is done to a store, in whatever order: a replay of its events gives the same store."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labwidgets.errors import NotFoundError, SegmentError
from labwidgets.records import (
    AuditDraw,
    AuditPool,
    Consent,
    ModelRun,
    NewDecision,
    NewRecording,
    PoolUnit,
    Quality,
    QueueQuery,
    RoundSettings,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    Submission,
    Transcription,
)
from labwidgets.store import Store

SPEAKERS = st.sampled_from(["s1", "s2"])
PEOPLE = st.sampled_from(["a1", "a2", "a3"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
CONFIDENCES = st.none() | st.floats(0, 1)
PLACES = st.integers(0, 10**6)


class Replay(RuleBasedStateMachine):
    """Random commands against one store, beside a plain model of the threads."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.create(Path(self.folder.name) / "store.db")
        self.n_recordings = 0
        self.live: list[str] = []
        self.pools: list[str] = []
        self.threads: dict[tuple[str, str], list[str]] = {}
        self.rounds: list[dict[str, int]] = []

    def teardown(self) -> None:
        report = self.store.verify()
        assert report.ok, report.differences
        before = self.told()
        self.store.rebuild()
        assert before == self.told()
        self.store.close()
        self.folder.cleanup()

    def told(self) -> tuple[object, ...]:
        store = self.store
        rows, recordings = list(store.labelled_rows()), list(store.recordings())
        return (store.counts(), rows, recordings, store.snapshots(), store.rounds(), store.splits())

    def pick(self, place: int) -> str:
        return self.live[place % len(self.live)]

    @rule(
        n=st.integers(1, 3),
        text=TEXTS,
        text_as=st.sampled_from(["reference", "draft", "metadata"]),
        speaker=SPEAKERS | st.none(),
    )
    def add(self, n: int, text: str, text_as: str, speaker: str | None) -> None:
        items = []
        for _ in range(n):
            self.n_recordings += 1
            name = f"{self.n_recordings:064x}"
            items.append(
                NewRecording(
                    name, name, 1, 2.0, 8000, 1, "flac", "en",
                    speaker=speaker, text=text, text_as=text_as, metadata={"said": text},
                )
            )  # fmt: skip
        self.store.add_recordings(items)
        self.live = [segment.id for segment, _ in self.store.segments_to_draft()]

    @precondition(lambda self: self.live)
    @rule(
        place=PLACES,
        annotator=PEOPLE,
        text=TEXTS,
        is_skip=st.booleans(),
        flags=st.sampled_from([(), ("pii",)]),
        is_blank=st.none() | st.booleans(),
    )
    def submit(
        self,
        place: int,
        annotator: str,
        text: str,
        is_skip: bool,
        flags: tuple[str, ...],
        is_blank: bool | None,
    ) -> None:
        segment_id = self.pick(place)
        thread = self.threads.setdefault((segment_id, annotator), [])
        sent = Submission(
            str(uuid.uuid4()), segment_id, annotator, len(thread), text,
            flags=flags, listened=((0.0, 1.0),), skip_reason="x" if is_skip else None,
            is_blank=is_blank,
        )  # fmt: skip
        assert self.store.submit(sent).revision == len(thread) + 1
        assert self.store.submit(sent).repeated
        thread.append(text)

    @precondition(lambda self: self.live)
    @rule(place=PLACES, confidence=CONFIDENCES, text=TEXTS)
    def draft(self, place: int, confidence: float | None, text: str) -> None:
        run = ModelRun(f"run_{uuid.uuid4()}", "m", "r", {})
        self.store.begin_run(run)
        said = Transcription(text, (), confidence, "en")
        self.store.add_hypothesis(
            run_id=run.id, segment_id=self.pick(place), cache_key=text, transcription=said
        )
        self.store.finish_run(run.id, n_drafted=1, n_cached=0, n_failed=0)

    @precondition(lambda self: self.live)
    @rule(place=PLACES, duration_s=st.floats(0.1, 10))
    def decode(self, place: int, duration_s: float) -> None:
        recording_id = self.store.segment(self.pick(place)).recording_id
        quality = Quality(-20.0, float("-inf"), 0.0, None, 0.5)
        self.store.mark_decoded(recording_id, sound_sha256="s", duration_s=duration_s, quality=quality)

    @precondition(lambda self: self.live)
    @rule(place=PLACES)
    def breaks(self, place: int) -> None:
        self.store.mark_broken(self.store.segment(self.pick(place)).recording_id, "gone")

    @precondition(lambda self: self.live)
    @rule(place=PLACES)
    def retire(self, place: int) -> None:
        segment_id = self.pick(place)
        self.store.retire(segment_id)
        self.live.remove(segment_id)

    @precondition(lambda self: self.live)
    @rule(place=PLACES, share=st.floats(0.2, 0.8), speaker=SPEAKERS | st.none())
    def cut(self, place: int, share: float, speaker: str | None) -> None:
        segment = self.store.segment(self.pick(place))
        at_s = segment.start_s + share * segment.duration_s
        spans = [(segment.start_s, at_s), (at_s, segment.end_s)]
        if min(end_s - start_s for start_s, end_s in spans) < 0.05:
            return
        pieces = tuple(SegmentPiece(str(uuid.uuid4()), 0, *span, speaker=speaker) for span in spans)
        ref = SegmentRef(segment.id, segment.version)
        change_id = str(uuid.uuid4())
        asked = SegmentChange(change_id, segment.recording_id, "a1", "split", (ref,), pieces)
        try:
            self.store.change_segments(asked)
        except SegmentError:  # held by somebody, or behind an end that was corrected
            return
        self.live.remove(segment.id)
        for piece in pieces:
            self.live.append(piece.id)
            self.threads[piece.id, "a1"] = [one.text for one in self.store.thread(piece.id, "a1")]

    @precondition(lambda self: self.live)
    @rule(n=st.integers(1, 3))
    def audit(self, n: int) -> None:
        found = self.store.candidates("m")
        if not found:
            return
        units = [PoolUnit(one.segment_id, one.draft_id, one.confidence or 0.0) for one in found]
        pool = AuditPool("", "m", "confidence", 0, 5.0, 0.1, ((0.1, 1.0),))
        self.pools.append(self.store.open_pool(pool, units).id)
        drawn = AuditDraw(len(units), 1, {unit.segment_id: 0.5 for unit in units[:n]})
        self.store.draw_audits(self.pools[-1], drawn)
        assert all(self.store.view(key, annotator="a1").draft is None for key in drawn.chances)

    @precondition(lambda self: self.pools)
    @rule(place=PLACES)
    def decide(self, place: int) -> None:
        pool_id = self.pools[place % len(self.pools)]
        units = [unit.segment_id for unit in self.store.pool_units(pool_id)]
        self.store.decide(NewDecision(pool_id, 0.1, 0.05, 5, "basic", 0.5, 0.04, 3, tuple(units)))

    @precondition(lambda self: self.store.decisions())
    @rule(place=PLACES)
    def revoke(self, place: int) -> None:
        made = self.store.decisions()
        self.store.revoke(made[place % len(made)].id, reason="x")

    @rule(speaker=SPEAKERS)
    def consent(self, speaker: str) -> None:
        self.store.give_consent(Consent("", speaker, "CC0-1.0", ("share",), "1", "binder", 0))

    @rule(speaker=SPEAKERS)
    def withdraw(self, speaker: str) -> None:
        try:
            gone = set(self.store.withdraw(speaker).segment_ids)
        except NotFoundError:
            return
        self.live = [segment for segment in self.live if segment not in gone]
        for (segment, _), texts in self.threads.items():
            if segment in gone:
                texts[:] = [""] * len(texts)

    @rule(annotator=PEOPLE)
    def claim(self, annotator: str) -> None:
        self.store.claim(annotator, QueueQuery(order="random"), lease_s=60)

    @rule(group=st.sampled_from(["s1", "s2"]), name=st.sampled_from(["train", "test"]))
    def split(self, group: str, name: str) -> None:
        before = self.store.splits()
        assert self.store.assign_splits({group: name})[group] == before.get(group, name)

    @precondition(lambda self: self.n_recordings)
    @rule(licence=st.sampled_from(["CC0-1.0", "MIT"]))
    def license(self, licence: str) -> None:
        bare = [one.id for one in self.store.recordings() if (one.licence, one.state) == (None, "added")]
        assert self.store.state_licence(licence) >= len(bare)
        found = {one.id: one.licence for one in self.store.recordings()}
        assert {found[key] for key in bare} <= {licence}

    @rule(name=st.sampled_from(["labels-1", "labels-2"]))
    def snapshot(self, name: str) -> None:
        before = [one.name for one in self.store.snapshots()]
        if name in before:
            self.store.drop_snapshot(name)
        else:
            self.store.add_snapshot(name, n_rows=len(before), digest="d", path="p")
        assert {one.name for one in self.store.snapshots()} == {name} ^ set(before)

    @rule(risk=st.floats(0.01, 0.5))
    def begin_round(self, risk: float) -> None:
        number = len(self.rounds) + 1
        begun = self.store.begin_round(RoundSettings(risk=risk), number=number)
        if begun.number == number:
            self.rounds.append({})

    @precondition(lambda self: self.rounds and self.store.rounds()[-1].ended_us is None)
    @rule(key=st.sampled_from(["pool", "run"]), value=PLACES, audits=PLACES, is_end=st.booleans())
    def note_round(self, key: str, value: int, audits: int, is_end: bool) -> None:
        self.rounds[-1][key] = value
        told = {"settings": {"audits": audits}, "noted": {key: value}}
        kept = self.store.note_round(len(self.rounds), **told, is_end=is_end)
        assert (kept.settings.audits, kept.ended_us is not None) == (audits, is_end)

    @precondition(lambda self: self.live)
    @rule(place=PLACES)
    def rank(self, place: int) -> None:
        self.store.rank({self.pick(place): float(place)}, {"rows": []}, {}, min_per_s=0.1)

    @invariant()
    def rounds_hold_what_was_noted(self) -> None:
        assert [one.noted for one in self.store.rounds()] == self.rounds

    @invariant()
    def threads_hold_what_was_submitted(self) -> None:
        for (segment_id, annotator), texts in self.threads.items():
            assert [one.text for one in self.store.thread(segment_id, annotator)] == texts

    @invariant()
    def sums_equal_the_rows(self) -> None:
        rows = self.store.queue(QueueQuery()).rows
        counts = self.store.counts()
        assert counts.total == len(rows)
        assert counts.done == sum(row.state == "done" for row in rows)
        assert counts.skipped == sum(row.state == "skipped" for row in rows)
        assert counts.blocked == sum(row.state == "blocked" for row in rows)


TestReplay = pytest.mark.slow(Replay.TestCase)
TestReplay.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
