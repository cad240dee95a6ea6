"""Speakers: what they allowed, and how one who takes it back is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError
from labwidgets.records import Consent, Recording, new_id
from labwidgets.store import codec, events, intake, labels, schema, worth
from labwidgets.store.events import NewEvent, chunks, next_version
from labwidgets.store.projections import contents, record

_WITHDRAWALS = "withdrawals"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What belonged to a speaker who was taken out, as it was before."""

    recordings: tuple[Recording, ...]
    segment_ids: tuple[str, ...]


def give_consent(connection: sa.Connection, consent: Consent, *, actor: str | None) -> Consent:
    """Put a consent on record and return it with its id and time."""
    content = codec.content_row(fields={"speaker": consent.speaker, "note": consent.note})
    connection.execute(schema.content.insert(), content)
    payload = {
        "content_id": content["id"],
        "licence": codec.clean_json(consent.licence),
        "scope": list(consent.scope),
        "text_version": codec.clean_json(consent.text_version),
    }
    [event] = record(connection, [NewEvent(new_id("cns"), 1, "consent_given", payload, actor=actor)])
    return Consent(
        event.stream_id,
        consent.speaker,
        consent.licence,
        consent.scope,
        consent.text_version,
        consent.note,
        event.at_us,
    )


def consents(connection: sa.Connection) -> list[Consent]:
    """Return all consents, oldest first; of those taken back only that they were."""
    consent, content = schema.consent, schema.content
    query = sa.select(consent, content.c.fields).join(content, content.c.id == consent.c.content_id)
    rows = connection.execute(query.order_by(consent.c.at_us, consent.c.id)).mappings()
    return [
        Consent(
            row["id"],
            row["speaker"],
            row["licence"],
            tuple(row["scope"]),
            row["text_version"],
            row["fields"].get("note", ""),
            row["at_us"],
            row["withdrawn_us"] is not None,
        )
        for row in rows
    ]


def n_withdrawals(connection: sa.Connection) -> int:
    """Return how many speakers were taken out."""
    return next_version(connection, _WITHDRAWALS) - 1


def withdrawn_bytes(connection: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """Return those hashes whose recordings were taken out."""
    recording = schema.recording.c
    found: set[str] = set()
    for some in chunks(hashes):
        query = sa.select(recording.bytes_sha256).where(recording.bytes_sha256.in_(some))
        found.update(connection.scalars(query.where(recording.state == "withdrawn")))
    return found


def belongings(connection: sa.Connection, speaker: str) -> Withdrawn:
    """Return the recordings in which a speaker is heard, and all their segments.

    Raises:
        NotFoundError: On a speaker of whom nothing is known.
    """
    recording, segment = schema.recording.c, schema.segment.c
    heard = sa.select(segment.recording_id).where(segment.speaker == speaker)
    ids = connection.scalars(
        sa.select(recording.id).where((recording.speaker == speaker) | recording.id.in_(heard))
    ).all()
    allowed = sa.select(schema.consent.c.id).where(schema.consent.c.speaker == speaker)
    if not ids and connection.scalar(allowed.limit(1)) is None:
        raise NotFoundError("unknown speaker", value=speaker, remedy="Look up the pseudonyms in the queue")
    found = intake.recordings_by_id(connection, ids)
    segments = [
        key
        for some in chunks(ids)
        for key in connection.scalars(sa.select(segment.id).where(segment.recording_id.in_(some)))
    ]
    return Withdrawn(tuple(found[key] for key in ids), tuple(sorted(segments)))


def withdraw(connection: sa.Connection, speaker: str, *, actor: str | None) -> Withdrawn:
    """Take a speaker out: texts, names and sources are emptied, the events stay and still replay.

    Every recording goes in which the speaker is heard, with all that others said in it.

    Raises:
        NotFoundError: On a speaker of whom nothing is known.
    """
    found = belongings(connection, speaker)
    given = schema.consent.c
    consent_ids = connection.scalars(sa.select(given.id).where(given.speaker == speaker)).all()
    ids = [recording.id for recording in found.recordings]
    for some in chunks(found.segment_ids):
        connection.execute(schema.kept_edit.delete().where(schema.kept_edit.c.segment_id.in_(some)))
    _erase(connection, _contents_of(connection, ids, found.segment_ids, consent_ids))
    _forget_split(connection, {speaker, *ids})
    worth.forget(connection)
    payload = {
        "recording_ids": ids,
        "segment_ids": list(found.segment_ids),
        "consent_ids": list(consent_ids),
    }
    version = next_version(connection, _WITHDRAWALS)
    record(connection, [NewEvent(_WITHDRAWALS, version, "speaker_withdrawn", payload, actor=actor)])
    return found


def _contents_of(
    connection: sa.Connection, recordings: Sequence[str], segments: Sequence[str], consents: Sequence[str]
) -> Iterator[str]:
    """Give the ids of all contents that events of these streams, or hypotheses, point at."""
    thread, hypothesis = schema.thread.c, schema.hypothesis.c
    streams = [*recordings, *segments, *consents, *map(labels.changes_of, recordings)]
    for some in chunks(segments):
        rows = connection.execute(
            sa.select(thread.segment_id, thread.annotator).where(thread.segment_id.in_(some))
        )
        streams += [labels.thread_stream(row.segment_id, row.annotator) for row in rows]
        yield from connection.scalars(sa.select(hypothesis.content_id).where(hypothesis.segment_id.in_(some)))
    for some in chunks(streams):
        for event in events.read(connection, some):
            yield from _pointed_at(event.payload)


def _pointed_at(payload: Mapping[str, Any]) -> Iterator[str]:
    for name, value in payload.items():
        if isinstance(value, Mapping):
            yield from _pointed_at(value)
        elif isinstance(value, list):
            for one in value:
                yield from _pointed_at(one if isinstance(one, Mapping) else {})
        elif name == "content_id" or name.endswith("_content_id"):
            yield str(value)


def _erase(connection: sa.Connection, ids: Iterable[str]) -> None:
    content = schema.content
    empty = {"text": "", "folded": "", "words": [], "layers": {}, "fields": {}, "erased_us": events.now_us()}
    for some in chunks(list(ids)):
        connection.execute(content.update().where(content.c.id.in_(some)).values(empty))


def _forget_split(connection: sa.Connection, groups: set[str]) -> None:
    """Take names out of the splits, in the projection and in what it is replayed from."""
    split, content = schema.split, schema.content
    connection.execute(split.delete().where(split.c.group_key.in_(groups)))
    for event in events.read(connection, ["splits"]):
        key = event.payload["content_id"]
        fields = contents(connection, [key])[key]["fields"]
        kept = {group: name for group, name in fields.items() if group not in groups}
        if kept != fields:
            connection.execute(content.update().where(content.c.id == key).values(fields=kept))
