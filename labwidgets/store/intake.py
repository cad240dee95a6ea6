"""Recordings: taken in, decoded, broken, and read back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError
from labwidgets.records import (
    MIX,
    ModelRun,
    NewRecording,
    NewSegment,
    Quality,
    Recording,
    Segment,
    Transcription,
    new_id,
)
from labwidgets.store import codec, drafts, schema
from labwidgets.store.events import NewEvent, chunks, next_version
from labwidgets.store.projections import OWN_SPEAKERS, record, record_recordings, record_segments
from labwidgets.store.statements import insert_rows, select_among
from labwidgets.store.tasks import position
from labwidgets.text import MAX_CHARACTERS
from labwidgets.timeline import to_s, to_us

_MAX_REASON = 2000
_rand = random.SystemRandom()


def known_bytes(connection: sa.Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Return the ids of recordings by hash of their bytes, of those that are known."""
    recording = schema.recording.c
    shown = (recording.bytes_sha256, recording.id)
    return dict(select_among(connection, shown, recording.bytes_sha256, hashes))


def known_sources(connection: sa.Connection, sources: Sequence[str]) -> dict[str, str]:
    """Return the ids of recordings by source, of those that are known."""
    recording = schema.recording.c
    return dict(select_among(connection, (recording.source, recording.id), recording.source, sources))


def add_recordings(
    connection: sa.Connection, items: Sequence[NewRecording], *, actor: str | None
) -> list[Recording]:
    """Store recordings with one segment and one open task each; known ones stay as they are.

    Returns:
        One recording per item, in order.

    Raises:
        TextError: When a text or field may not be stored; nothing is then.
    """
    known = add_new(connection, items, actor=actor)
    hashes = [item.bytes_sha256 for item in items]
    ids = known | known_bytes(connection, [digest for digest in hashes if digest not in known])
    stored = recordings_by_id(connection, list(ids.values()))
    return [stored[ids[digest]] for digest in hashes]


def add_new(connection: sa.Connection, items: Sequence[NewRecording], *, actor: str | None) -> dict[str, str]:
    """Store those whose bytes are not known, and return the ids of the others by hash of their bytes.

    Raises:
        TextError: When a text or field may not be stored; nothing is then.
    """
    known = known_bytes(connection, [item.bytes_sha256 for item in items])
    fresh: dict[str, NewRecording] = {}
    for item in items:
        if item.bytes_sha256 not in known:
            fresh.setdefault(item.bytes_sha256, item)
    if fresh:
        _add(connection, list(fresh.values()), actor=actor)
    return known


def _add(connection: sa.Connection, new: Sequence[NewRecording], *, actor: str | None) -> None:
    ids, parts = [new_id("rec") for _ in new], [item.segments or (_whole(item),) for item in new]
    segment_ids = [[new_id("seg") for _ in some] for some in parts]
    own = [_own_speakers(some, keys) for some, keys in zip(parts, segment_ids, strict=True)]
    described = [
        codec.content_row(fields=codec.recording_fields(item) | ({OWN_SPEAKERS: names} if names else {}))
        for item, names in zip(new, own, strict=True)
    ]
    texts = [[_reference(part) for part in some] for some in parts]
    insert_rows(connection, schema.content, described + [row for rows in texts for row in rows if row])
    added = [
        NewEvent(recording_id, 1, "recording_added", _technical(item, content["id"]), actor=actor)
        for recording_id, item, content in zip(ids, new, described, strict=True)
    ]
    given = {row["id"]: row["fields"] for row in described}
    seqs = [event.seq for event in record_recordings(connection, added, given)]
    segments = [
        NewEvent(key, 1, "segment_added", _placed(part, recording_id, seq, text), actor=actor)
        for recording_id, seq, some, keys, rows in zip(ids, seqs, parts, segment_ids, texts, strict=True)
        for part, key, text in zip(some, keys, rows, strict=True)
    ]
    speakers = {
        key: names.get(key, item.speaker)
        for item, keys, names in zip(new, segment_ids, own, strict=True)
        for key in keys
    }
    record_segments(connection, segments, speakers)
    said = {
        key: (part, item.language)
        for item, some, keys in zip(new, parts, segment_ids, strict=True)
        for part, key in zip(some, keys, strict=True)
        if part.text is not None and part.text_as == "draft"
    }
    _add_drafts(connection, said, actor=actor)


def _whole(item: NewRecording) -> NewSegment:
    """Return the one segment of a recording of which no segments are known."""
    channel = 0 if item.n_channels == 1 else MIX
    return NewSegment(0.0, item.duration_s, channel, text=item.text, text_as=item.text_as)


def _own_speakers(parts: Sequence[NewSegment], keys: Sequence[str]) -> dict[str, str]:
    """Return who speaks in the segments of which that is known; names stand in a content alone."""
    return {key: part.speaker for part, key in zip(parts, keys, strict=True) if part.speaker is not None}


def _reference(part: NewSegment) -> dict[str, Any] | None:
    if part.text is None or part.text_as != "reference":
        return None
    return codec.content_row(text=part.text, words=part.words, layers=part.layers, fields=part.metadata)


def _technical(item: NewRecording, content_id: str) -> dict[str, Any]:
    return {
        "content_id": content_id,
        "bytes_sha256": item.bytes_sha256,
        "n_bytes": item.n_bytes,
        "duration_us": to_us(item.duration_s),
        "sample_rate_hz": item.sample_rate_hz,
        "n_channels": item.n_channels,
        "codec": item.codec,
        "language": item.language,
        "copied": item.copied,
    }


def _placed(part: NewSegment, recording_id: str, seq: int, text: dict[str, Any] | None) -> dict[str, Any]:
    start_us = to_us(part.start_s)
    payload: dict[str, Any] = {
        "recording_id": recording_id,
        "channel": part.channel,
        "start_us": start_us,
        "end_us": to_us(part.end_s),
        "parent_ids": [],
        "position": position(seq, start_us),
        "rand": _rand.random(),
        "selected_by": "all",
        "inclusion_p": 1.0,
    }
    if text:
        payload["reference"] = {"content_id": text["id"], "origin": "imported"}
    return payload


def _add_drafts(
    connection: sa.Connection, said: Mapping[str, tuple[NewSegment, str]], *, actor: str | None
) -> None:
    texts = {
        (key, f"imported:{key}"): Transcription(part.text or "", part.words, part.confidence, language)
        for key, (part, language) in said.items()
    }
    if not texts:
        return
    run = ModelRun(id=new_id("run"), model="imported", revision="", settings={})
    drafts.begin_run(connection, run, actor=actor)
    drafts.insert_hypotheses(connection, run.id, texts)
    drafts.finish_run(connection, run.id, n_drafted=len(texts), n_cached=0, n_failed=0)


def mark_decoded(
    connection: sa.Connection, recording_id: str, *, sound_sha256: str, duration_s: float, quality: Quality
) -> tuple[str, ...]:
    """Keep what decoding found, correct the length, and return the ids of other recordings of that sound.

    Raises:
        NotFoundError: On an unknown recording.
    """
    before = recordings_by_id(connection, [recording_id]).get(recording_id)
    if before is None or before.state == "withdrawn":
        raise _not_here(recording_id)
    segment = schema.segment.c
    # The header's length may lie, the segment that spans the whole follows; others were placed on the sound.
    whole = sa.select(segment.id).where(
        segment.recording_id == recording_id,
        segment.start_us == 0,
        segment.end_us == to_us(before.duration_s),
        segment.retired_by.is_(None),
    )
    payload = {
        "sound_sha256": sound_sha256,
        "duration_us": to_us(duration_s),
        "quality": codec.quality_json(quality),
        "segment_ids": sorted(connection.scalars(whole)),
    }
    version = next_version(connection, recording_id)
    record(connection, [NewEvent(recording_id, version, "recording_decoded", payload)])
    recording = schema.recording.c
    same = sa.select(recording.id).where(recording.sound_sha256 == sound_sha256, recording.id != recording_id)
    return tuple(connection.scalars(same.order_by(recording.seq)))


def mark_broken(connection: sa.Connection, recording_id: str, reason: str) -> None:
    """Keep that a recording cannot be decoded; its open tasks become blocked.

    Raises:
        NotFoundError: On an unknown recording.
    """
    _require(connection, recording_id)
    # A reason often quotes a file name or a decoder: it must never be the second thing that fails.
    shown = "".join(character if character.isprintable() else " " for character in reason)[:_MAX_REASON]
    content = codec.content_row(text=shown[:MAX_CHARACTERS])
    connection.execute(schema.content.insert(), content)
    version = next_version(connection, recording_id)
    payload = {"content_id": content["id"]}
    record(connection, [NewEvent(recording_id, version, "recording_broken", payload)])


def state_licence(
    connection: sa.Connection, licence: str, *, collection: str | None, actor: str | None
) -> int:
    """Keep the licence of all recordings that name none, or of those of one source; return how many."""
    recording = schema.recording.c
    bare = sa.select(recording.id).where(recording.licence.is_(None), recording.state != "withdrawn")
    if collection is not None:
        bare = bare.where(recording.collection == collection)
    payload = {"licence": codec.clean_json(licence)}
    new = [
        NewEvent(key, next_version(connection, key), "recording_licensed", payload, actor=actor)
        for key in connection.scalars(bare.order_by(recording.seq)).all()
    ]
    return len(record(connection, new)) if new else 0


def _require(connection: sa.Connection, recording_id: str) -> None:
    recording = schema.recording.c
    state = connection.scalar(sa.select(recording.state).where(recording.id == recording_id))
    if state in {None, "withdrawn"}:
        raise _not_here(recording_id)


def _not_here(recording_id: str) -> NotFoundError:
    return NotFoundError(
        "unknown recording, or one whose speaker took consent back", value=recording_id, remedy=""
    )


def recordings_by_id(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Recording]:
    """Return recordings by id, of those that are known."""
    found: dict[str, Recording] = {}
    for some in chunks(ids):
        query = select_recordings().where(schema.recording.c.id.in_(some))
        found.update((row["id"], codec.recording_of(row)) for row in connection.execute(query).mappings())
    return found


def select_recordings() -> sa.Select[Any]:
    """Return a query of all that ``codec.recording_of`` needs."""
    recording, content = schema.recording, schema.content
    return sa.select(recording, content.c.fields).join(content, content.c.id == recording.c.content_id)


def recordings(
    connection: sa.Connection, *, state: str | None, after: int, limit: int
) -> list[tuple[int, Recording]]:
    """Return recordings with their numbers, oldest first, from behind number ``after``."""
    recording = schema.recording.c
    query = select_recordings().where(recording.seq > after).order_by(recording.seq).limit(limit)
    if state is not None:
        query = query.where(recording.state == state)
    return [(row["seq"], codec.recording_of(row)) for row in connection.execute(query).mappings()]


def segments_to_draft(connection: sa.Connection) -> Iterator[tuple[Segment, Recording]]:
    """Give each live segment whose sound can be read, with its recording, in order of adding."""
    segment, recording, content = schema.segment, schema.recording, schema.content
    query = (
        sa.select(segment, *(column.label(f"rec_{column.name}") for column in recording.c), content.c.fields)
        .join(recording, recording.c.id == segment.c.recording_id)
        .join(content, content.c.id == recording.c.content_id)
        .where(segment.c.retired_by.is_(None), recording.c.state.in_(("added", "decoded")))
        .order_by(segment.c.position, segment.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield codec.segment_of(row), codec.recording_of(unprefixed(row, "rec_"))


def unprefixed(row: sa.RowMapping, prefix: str) -> Any:
    """Return the columns of ``row`` that start with ``prefix``, without it, and ``fields``."""
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)} | {
        "fields": row["fields"]
    }


def hours(duration_us: int) -> float:
    """Return microseconds as hours."""
    return to_s(duration_us) / 3600
