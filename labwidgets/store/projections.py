"""What each kind of event does to the projections; live writes and replay both go through here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from labwidgets.records import Event
from labwidgets.store import consenting, deciding_log, schema
from labwidgets.store.events import NewEvent, append, chunks
from labwidgets.store.heads import heads_of
from labwidgets.store.policy import Head, decide_reference, decide_state
from labwidgets.store.reshaping import BESIDE, segments_changed
from labwidgets.store.statements import insert_if_new, insert_rows, select_among, upsert
from labwidgets.store.tasks import STAGE, change_tasks, delete_tasks, insert_tasks, new_task, ranks

_contents = sa.select(schema.content).where(schema.content.c.id.in_(sa.bindparam("ids", expanding=True)))

_FIELDS = ("source", "speaker", "accent", "licence", "collection", "mtime_ns")
_TECHNICAL = ("content_id", "bytes_sha256", "n_bytes", "duration_us", "sample_rate_hz", "n_channels", "codec")


OWN_SPEAKERS = "segment_speakers"
"""Key, in the content of a recording, of who speaks in its segments, by the ids they were added under."""

Fields = Mapping[str, Mapping[str, Any]]
"""``fields`` of contents by id."""


def record(connection: sa.Connection, new: Sequence[NewEvent]) -> list[Event]:
    """Append events and let the projections follow, in the caller's transaction."""
    events = append(connection, new)
    apply(connection, events)
    return events


def record_recordings(connection: sa.Connection, new: Sequence[NewEvent], fields: Fields) -> list[Event]:
    """Do as ``record`` does for recordings whose contents, just stored, need not be read back."""
    events = append(connection, new)
    _add_recordings(connection, events, fields)
    return events


def record_segments(
    connection: sa.Connection, new: Sequence[NewEvent], speakers: Mapping[str, str | None]
) -> None:
    """Do as ``record`` does for new segments, given by id with their speakers, of recordings just stored."""
    _add_segments(connection, append(connection, new), speakers)


def apply(connection: sa.Connection, events: Iterable[Event]) -> None:
    """Bring the projections up to date with ``events``, given in order."""
    for kind, some in groupby(events, key=lambda event: event.kind):
        _APPLY[kind](connection, list(some))


def apply_hypotheses(connection: sa.Connection, rows: Sequence[Any]) -> None:
    """Make hypotheses (rows of that table, oldest first) the drafts of their segments."""
    drafts = [row for row in rows if not row["cache_key"].startswith(BESIDE)]
    audits = deciding_log.audits_among(connection, [row["segment_id"] for row in drafts])
    change_tasks(
        connection,
        {
            row["segment_id"]: {
                "draft_id": row["id"],
                "draft_content_id": row["content_id"],
                **ranks(row["confidence"]),
            }
            for row in drafts
            if row["segment_id"] not in audits
        },
    )
    change_tasks(
        connection,
        {row["segment_id"]: ranks(row["confidence"]) for row in drafts if row["segment_id"] in audits},
    )


def contents(connection: sa.Connection, ids: Sequence[str]) -> dict[str, sa.RowMapping]:
    """Return rows of ``content`` by id."""
    found: dict[str, sa.RowMapping] = {}
    for some in chunks(ids):
        rows = connection.execute(_contents, {"ids": some}).mappings()
        found.update((row["id"], row) for row in rows)
    return found


def _recording_added(connection: sa.Connection, events: list[Event]) -> None:
    known = contents(connection, [event.payload["content_id"] for event in events])
    _add_recordings(connection, events, {key: row["fields"] for key, row in known.items()})


def _add_recordings(connection: sa.Connection, events: list[Event], fields_of: Fields) -> None:
    rows = []
    for event in events:
        payload, fields = event.payload, fields_of[event.payload["content_id"]]
        described = {name: fields.get(name) for name in _FIELDS}
        rows.append(
            {
                "id": event.stream_id,
                "seq": event.seq,
                **{name: payload[name] for name in (*_TECHNICAL, "language", "copied")},
                **described,
                "source": described["source"] or "",
                "state": "added",
                "at_us": event.at_us,
            }
        )
    insert_rows(connection, schema.recording, rows)


def _segment_added(connection: sa.Connection, events: list[Event]) -> None:
    of = {event.stream_id: event.payload["recording_id"] for event in events}
    shared, own = _speakers(connection, list(dict.fromkeys(of.values())))
    speakers = {key: own.get(key, shared.get(recording_id)) for key, recording_id in of.items()}
    _add_segments(connection, events, speakers)


def _add_segments(connection: sa.Connection, events: list[Event], speakers: Mapping[str, str | None]) -> None:
    segments, tasks, references = [], [], []
    for event in events:
        payload, segment_id = event.payload, event.stream_id
        duration_us = payload["end_us"] - payload["start_us"]
        columns = ("recording_id", "channel", "start_us", "end_us", "parent_ids", "position")
        speaker = speakers.get(segment_id)
        segment = {"id": segment_id, "version": 1, "speaker": speaker}
        segments.append(segment | {name: payload[name] for name in columns})
        imported = payload.get("reference")
        tasks.append(
            new_task(
                segment_id,
                rand=payload["rand"],
                selected_by=payload["selected_by"],
                inclusion_p=payload["inclusion_p"],
                position=payload["position"],
                duration_us=duration_us,
                changed_us=event.at_us,
                speaker=speaker,
                reference_content_id=imported and imported["content_id"],
            )
        )
        if imported:
            references.append(
                {
                    "segment_id": segment_id,
                    "content_id": imported["content_id"],
                    "origin": imported["origin"],
                    "policy": "latest",
                    "decided_by": event.actor or "import",
                    "at_us": event.at_us,
                }
            )
    insert_rows(connection, schema.segment, segments)
    insert_tasks(connection, tasks)
    insert_rows(connection, schema.reference, references)


def _speakers(
    connection: sa.Connection, recording_ids: Sequence[str]
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the speakers of recordings, by their ids, and those of single segments, by theirs."""
    recording = schema.recording.c
    columns = (recording.id, recording.speaker, recording.content_id)
    rows = list(select_among(connection, columns, recording.id, recording_ids))
    known = contents(connection, [row[2] for row in rows])
    own: dict[str, str] = {}
    for row in known.values():
        own |= row["fields"].get(OWN_SPEAKERS, {})
    return {row[0]: row[1] for row in rows}, own


def _recording_decoded(connection: sa.Connection, events: list[Event]) -> None:
    recording, segment = schema.recording, schema.segment
    for event in events:
        duration_us = event.payload["duration_us"]
        whole = (segment.c.recording_id == event.stream_id) & (segment.c.id.in_(event.payload["segment_ids"]))
        connection.execute(segment.update().where(whole).values(end_us=duration_us))
        connection.execute(
            recording.update()
            .where(recording.c.id == event.stream_id)
            .values(
                state="decoded",
                reason=None,
                sound_sha256=event.payload["sound_sha256"],
                duration_us=duration_us,
                quality=event.payload["quality"],
            )
        )
        corrected = {segment_id: {"duration_us": duration_us} for segment_id in event.payload["segment_ids"]}
        change_tasks(connection, corrected)
        _change_state(connection, event.stream_id, before="blocked", after="open")


def _recording_broken(connection: sa.Connection, events: list[Event]) -> None:
    recording = schema.recording
    for event in events:
        content_id = event.payload["content_id"]
        reason = contents(connection, [content_id])[content_id]["text"]
        here = recording.c.id == event.stream_id
        connection.execute(recording.update().where(here).values(state="broken", reason=reason))
        _change_state(connection, event.stream_id, before="open", after="blocked")


def _recording_licensed(connection: sa.Connection, events: list[Event]) -> None:
    recording = schema.recording
    for event in events:
        here = recording.c.id == event.stream_id
        connection.execute(recording.update().where(here).values(licence=event.payload["licence"]))


def _change_state(connection: sa.Connection, recording_id: str, *, before: str, after: str) -> None:
    task, segment = schema.task.c, schema.segment.c
    query = (
        sa.select(task.segment_id)
        .join(schema.segment, segment.id == task.segment_id)
        .where(segment.recording_id == recording_id, task.stage == STAGE, task.state == before)
    )
    change_tasks(connection, {key: {"state": after} for key in connection.scalars(query).all()})


def _segment_retired(connection: sa.Connection, events: list[Event]) -> None:
    segment = schema.segment
    for event in events:
        here = segment.c.id == event.stream_id
        connection.execute(segment.update().where(here).values(retired_by=event.event_id))
    delete_tasks(connection, [event.stream_id for event in events])


def _run_begun(connection: sa.Connection, events: list[Event]) -> None:
    rows = [
        {
            "id": event.stream_id,
            **{name: event.payload[name] for name in ("model", "revision", "settings")},
            "state": "running",
            "started_us": event.at_us,
        }
        for event in events
    ]
    connection.execute(schema.model_run.insert(), rows)


def _run_finished(connection: sa.Connection, events: list[Event]) -> None:
    run = schema.model_run
    for event in events:
        values = {"state": "finished", "finished_us": event.at_us, **event.payload}
        connection.execute(run.update().where(run.c.id == event.stream_id).values(values))


def _opinion_submitted(connection: sa.Connection, events: list[Event]) -> None:
    for event in events:
        payload = event.payload
        _store_opinion(connection, event)
        heads = heads_of(connection, payload["segment_id"])
        chosen = decide_reference(heads)
        _store_reference(connection, event, chosen)
        change = {
            "state": decide_state(heads),
            "changed_us": event.at_us,
            "flags": payload["flags"],
            "is_flagged": bool(payload["flags"]),
            "n_opinions": sum(not head.is_skip for head in heads),
            "reference_content_id": chosen.content_id if chosen else None,
            "decision_id": None,
        }
        change_tasks(connection, {payload["segment_id"]: change})


def _store_opinion(connection: sa.Connection, event: Event) -> None:
    payload = event.payload
    key = {"segment_id": payload["segment_id"], "annotator": payload["annotator"]}
    engine_name = connection.dialect.name
    row = {"name": payload["annotator"], "role": "annotator", "since_us": event.at_us}
    connection.execute(insert_if_new(engine_name, schema.annotator), row)
    columns = ("content_id", "origin", "draft_id", "flags", "listened", "active_ms", "segment_version")
    row = {
        **key,
        "revision": event.stream_version,
        "seq": event.seq,
        "event_id": event.event_id,
        **{name: payload[name] for name in (*columns, "selected_by", "inclusion_p")},
        "skip_reason": None,
        "at_us": event.at_us,
        "client_at_us": event.client_at_us,
        "is_blank": payload.get("is_blank"),
    }
    if payload["is_skip"]:
        fields = contents(connection, [payload["content_id"]])[payload["content_id"]]["fields"]
        # An erased content has lost the reason, but the opinion stays a skip.
        row["skip_reason"] = fields.get("skip_reason", "")
    insert_rows(connection, schema.opinion, [row])
    head = {"revision": event.stream_version, "event_id": event.event_id}
    connection.execute(upsert(engine_name, schema.thread), {**key, **head})


def _store_reference(connection: sa.Connection, event: Event, chosen: Head | None) -> None:
    reference, segment_id = schema.reference, event.payload["segment_id"]
    if chosen is None:
        connection.execute(reference.delete().where(reference.c.segment_id == segment_id))
        return
    row = {
        "segment_id": segment_id,
        "content_id": chosen.content_id,
        "origin": chosen.origin,
        "policy": "latest",
        "decided_by": chosen.annotator,
        "annotator": chosen.annotator,
        "decision_id": None,
        "at_us": event.at_us,
    }
    connection.execute(upsert(connection.dialect.name, reference), row)


def _splits_assigned(connection: sa.Connection, events: list[Event]) -> None:
    for event in events:
        content_id = event.payload["content_id"]
        groups = contents(connection, [content_id])[content_id]["fields"]
        rows = [{"group_key": group, "split": name, "at_us": event.at_us} for group, name in groups.items()]
        if rows:
            connection.execute(schema.split.insert(), rows)


def _snapshot_added(connection: sa.Connection, events: list[Event]) -> None:
    for event in events:
        content_id = event.payload["content_id"]
        fields = contents(connection, [content_id])[content_id]["fields"]
        row = {
            "name": event.payload["name"],
            "seq": event.seq,
            "n_rows": event.payload["n_rows"],
            "digest": event.payload["digest"],
            "path": fields.get("path", ""),
            "at_us": event.at_us,
        }
        connection.execute(schema.snapshot.insert(), row)


def _snapshot_changed(connection: sa.Connection, events: list[Event]) -> None:
    snapshot = schema.snapshot
    for event in events:
        values = {name: event.payload[name] for name in ("n_rows", "digest")}
        here = snapshot.c.name == event.payload["name"]
        connection.execute(snapshot.update().where(here).values(values))


def _snapshot_dropped(connection: sa.Connection, events: list[Event]) -> None:
    for event in events:
        connection.execute(schema.snapshot.delete().where(schema.snapshot.c.name == event.payload["name"]))


def _nothing(_connection: sa.Connection, _events: list[Event]) -> None:
    pass


_APPLY: dict[str, Callable[[sa.Connection, list[Event]], None]] = {
    "recording_added": _recording_added,
    "recording_decoded": _recording_decoded,
    "recording_broken": _recording_broken,
    "recording_licensed": _recording_licensed,
    "segment_added": _segment_added,
    "segment_retired": _segment_retired,
    "run_begun": _run_begun,
    "run_finished": _run_finished,
    "opinion_submitted": _opinion_submitted,
    "splits_assigned": _splits_assigned,
    "snapshot_added": _snapshot_added,
    "snapshot_changed": _snapshot_changed,
    "snapshot_dropped": _snapshot_dropped,
    "consent_given": consenting.consent_given,
    "speaker_withdrawn": consenting.speaker_withdrawn,
    "audits_drawn": deciding_log.audits_drawn,
    "decision_made": deciding_log.decision_made,
    "drafts_accepted": deciding_log.drafts_accepted,
    "decision_revoked": deciding_log.decision_revoked,
    "segments_changed": segments_changed,
    "segments_change_undone": segments_changed,
    # Read back from the log itself.
    "rows_placed": _nothing,
    "pushed": _nothing,
    "segment_marked": _nothing,
    "replace_begun": _nothing,
    "texts_replaced": _nothing,
    "replace_undone": _nothing,
    "pool_opened": _nothing,
    "audits_spent": _nothing,
    "round_begun": _nothing,
    "round_noted": _nothing,
    "round_ended": _nothing,
}
