"""Replacing in many texts at once, and taking a whole replace back.

Nothing becomes a label that nobody heard. In a segment that nobody worked on, the text is a draft and stays
one: a hypothesis of its own, whose parent is the draft that it mends. In what a person submitted, the change
is a new revision by that person, and only where they played the place.

Each person has a stream of replaces; a replace is named in its events.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import LabError, SegmentError
from labwidgets.records import (
    Found,
    ModelRun,
    Opinion,
    Replace,
    Replaced,
    Replacement,
    Submission,
    Transcription,
    Wanted,
)
from labwidgets.store import drafts, finding, labels, schema
from labwidgets.store.events import NewEvent, next_version, now_us
from labwidgets.store.mending import mended_words
from labwidgets.store.projections import record
from labwidgets.text import apply_rules, replaced, stored_text
from labwidgets.timeline import covered_s


def replace_places(
    connection: sa.Connection, job: Replace, items: Sequence[Replacement]
) -> tuple[Replaced, ...]:
    """Replace places of some segments, in one transaction; what cannot be done is told, the rest is done.

    Raises:
        TextError: The replacement may not be stored.
    """
    job = replace(job, text=stored_text(job.text))
    rows = finding.texts_of(connection, [item.segment_id for item in items], annotator=job.annotator)
    texts = {one.segment_id: one for one in finding.found_in(connection, list(rows.values()), job.wanted)}
    done: list[Replaced] = []
    run_ids: set[str] = set()
    event_ids: list[str] = []
    for item in items:
        now = texts.get(item.segment_id)
        try:
            if now is None:
                raise SegmentError("it was submitted by somebody, or taken out of the work, meanwhile")
            _refuse_what_changed(now, item, rows[item.segment_id], annotator=job.annotator)
            places = [place for place in now.places if place[0] in item.starts]
            if now.kind == "own":
                event_id, base = _submit(connection, job, now, places, item)
                event_ids.append(event_id)
            else:
                run_id, base = _mend(connection, job, now, places)
                run_ids.add(run_id)
        except LabError as error:
            left = now or Found(item.segment_id, 0.0, item.kind, "", "", (), (), ())
            done.append(Replaced(left, 0, str(error)))
            continue
        texts[item.segment_id] = _after(now, places, job, base)
        done.append(Replaced(texts[item.segment_id], len(places)))
    if run_ids or event_ids:
        payload = {"replace_id": job.id, "run_ids": sorted(run_ids), "event_ids": event_ids}
        note(connection, job.annotator, "texts_replaced", payload)
        _count_runs(connection, run_ids)
    return tuple(done)


def _refuse_what_changed(now: Found, item: Replacement, row: sa.RowMapping, *, annotator: str) -> None:
    """Refuse a segment that is not as it was found.

    Raises:
        SegmentError: With the reason.
    """
    if now.kind == "imported":
        raise SegmentError("its text came with the recording", remedy="Open the segment and correct it there")
    if (now.kind, now.base) != (item.kind, item.base):
        raise SegmentError("its text changed meanwhile", remedy="Search again")
    if not item.starts or not set(item.starts) <= {start for start, _ in now.places}:
        raise SegmentError("what was looked for is no longer there", remedy="Search again")
    is_held = (row["lease_until_us"] or 0) > now_us() and row["lease_holder"] != annotator
    if now.kind == "draft" and is_held:
        raise SegmentError("somebody is working on it")


def _after(now: Found, places: Sequence[tuple[int, int]], job: Replace, base: str) -> Found:
    """Return a text after its places were replaced, with those that are left."""
    left, shift = [], 0
    for start, end in now.places:
        if (start, end) in places:
            shift += len(job.text) - (end - start)
        else:
            left.append((start + shift, end + shift))
    text = replaced(now.text, places, job.text)
    words = mended_words(now.text, now.words, places, job.text)
    times = finding.times_of(text, words, left, duration_s=now.duration_s)
    return replace(now, base=base, text=text, words=words, places=tuple(left), times=times)


# ---- drafts --------------------------------------------------------------------------------------------


def _mend(
    connection: sa.Connection, job: Replace, now: Found, places: Sequence[tuple[int, int]]
) -> tuple[str, str]:
    """Store the mended draft as a child of the one that was found; return its run and its id."""
    parent = (
        connection.execute(drafts.select_hypotheses().where(schema.hypothesis.c.id == now.base))
        .mappings()
        .one()
    )
    said = Transcription(
        stored_text(replaced(now.text, places, job.text)),
        mended_words(now.text, now.words, places, job.text),
        parent["confidence"],
        parent["language"],
        tuple(parent["alarms"]),
    )
    run_id = _run(connection, job, parent)
    key = (now.segment_id, f"replace:{now.base}")
    [mended] = drafts.insert_hypotheses(connection, run_id, {key: said}, parents={now.segment_id: now.base})
    return run_id, mended


def _run(connection: sa.Connection, job: Replace, parent: sa.RowMapping) -> str:
    """Return the run of this replace over drafts of one model run; it is begun with the first of them."""
    digest = hashlib.sha256(f"{job.id} {parent['run_id']}".encode()).hexdigest()
    run_id = f"run_{digest[:20]}"
    run = schema.model_run.c
    if connection.scalar(sa.select(run.id).where(run.id == run_id)) is None:
        # What was looked for is personal text, which no event may carry: parent and child tell it.
        settings = {
            "replace": job.id,
            "parent_run": parent["run_id"],
            "whole_word": job.wanted.whole_word,
            "match_case": job.wanted.match_case,
            "match_accents": job.wanted.match_accents,
        }
        model = parent["model"].removesuffix(drafts.MENDED) + drafts.MENDED
        run_of = ModelRun(run_id, model, parent["revision"], settings)
        drafts.begin_run(connection, run_of, actor=job.annotator)
    return run_id


def _count_runs(connection: sa.Connection, run_ids: Iterable[str]) -> None:
    hypothesis = schema.hypothesis.c
    for run_id in sorted(run_ids):
        query = sa.select(sa.func.count()).where(hypothesis.run_id == run_id)
        n = connection.scalar(query) or 0
        drafts.finish_run(connection, run_id, n_drafted=n, n_cached=0, n_failed=0)


# ---- own submits ---------------------------------------------------------------------------------------


def _submit(
    connection: sa.Connection,
    job: Replace,
    now: Found,
    places: Sequence[tuple[int, int]],
    item: Replacement,
) -> tuple[str, str]:
    """Submit the mended text as the next revision of the own thread; return its event and its number."""
    for start_s, end_s, _ in finding.times_of(now.text, now.words, places, duration_s=now.duration_s):
        if covered_s(item.heard, start_s, end_s) < 0.9 * (end_s - start_s):
            raise SegmentError("it is your submitted text, and this place was not played", remedy="Play it")
    before = labels.opinions(connection, now.segment_id, job.annotator)[-1]
    text = replaced(now.text, places, job.text)
    sent = Submission(
        event_id=str(uuid.uuid4()),
        segment_id=now.segment_id,
        annotator=job.annotator,
        base_revision=before.revision,
        text=text,
        words=mended_words(now.text, now.words, places, job.text),
        layers=_followed(before, text, job.rules),
        flags=before.flags,
        origin="typed" if before.origin == "typed" else "corrected",
        draft_id=before.draft_id,
        listened=item.heard,
    )
    ack = labels.submit(connection, sent)
    return ack.event_id, str(ack.revision)


def _followed(before: Opinion, text: str, rules: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the layers for a new main text: those that only followed it follow it again."""
    return {
        name: apply_rules(text, rules[name])
        if name in rules and layer == apply_rules(before.text, rules[name])
        else layer
        for name, layer in before.layers.items()
    }


# ---- the stream of replaces ----------------------------------------------------------------------------


def begin(connection: sa.Connection, wanted: Wanted, *, annotator: str) -> str:
    """Keep that a person began a replace and return its id."""
    replace_id = str(uuid.uuid4())
    payload = {
        "replace_id": replace_id,
        "whole_word": wanted.whole_word,
        "match_case": wanted.match_case,
        "match_accents": wanted.match_accents,
        "own": wanted.own,
    }
    note(connection, annotator, "replace_begun", payload)
    return replace_id


def stream_of(annotator: str) -> str:
    """Return the stream of a person's replaces."""
    return f"replace/{annotator}"


def note(connection: sa.Connection, annotator: str, kind: str, payload: Mapping[str, Any]) -> None:
    """Append to the stream of a person's replaces."""
    stream = stream_of(annotator)
    record(connection, [NewEvent(stream, next_version(connection, stream), kind, payload, actor=annotator)])
