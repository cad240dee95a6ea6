"""Pools of drafts, the audits drawn from them, and decisions: what is written and read of them.

Pools and audits are one stream of the log; a pool's drafts stand in contents. A draw is on record before
any of it is labelled, and an audit shows no draft from then on (see ``deciding_log``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import NotFoundError, ProjectError, StoreError
from labwidgets.records import (
    AuditDraw,
    AuditPool,
    NewDecision,
    PoolUnit,
    SizeRule,
    StoredDecision,
    TakenDraft,
    new_id,
)
from labwidgets.store import candidates, codec, schema, worth
from labwidgets.store.deciding_log import accepted_by_decision
from labwidgets.store.events import NewEvent, next_version, read
from labwidgets.store.projections import contents, record
from labwidgets.store.statements import insert_rows

_AUDITS = "audits"
_UNITS_A_CONTENT = 20_000
_decision, _event = schema.decision.c, schema.event.c


def open_pool(
    connection: sa.Connection, pool: AuditPool, units: Sequence[PoolUnit], *, actor: str | None
) -> AuditPool:
    """Keep which drafts form a pool and return it with its id and size.

    Args:
        connection: In a write transaction.
        pool: Without id and size.
        units: Its drafts; what somebody touches from now on cannot be drawn.
        actor: Who opens it.

    Raises:
        ProjectError: There are none.
    """
    if not units:
        raise ProjectError(
            "no drafts to audit",
            value=pool.model,
            allowed="drafts of segments that nobody worked on yet",
            remedy="Add recordings and draft them first",
        )
    opened = replace(pool, id=new_id("pool"), n=len(units))
    rows = []
    left = iter(units)
    while some := list(islice(left, _UNITS_A_CONTENT)):
        fields = {
            "segments": [unit.segment_id for unit in some],
            "drafts": [unit.draft_id for unit in some],
            "scores": [unit.score for unit in some],
            "words": [unit.words for unit in some],
        }
        rows.append(codec.content_row(fields=fields))
    insert_rows(connection, schema.content, rows)
    payload = {
        "pool_id": opened.id,
        "n": opened.n,
        "content_ids": [row["id"] for row in rows],
        **{name: getattr(pool, name) for name in ("model", "score", "n_words", "step")},
        "starts": [list(start) for start in pool.starts],
        "by_size": None if pool.by_size is None else asdict(pool.by_size),
    }
    _note(connection, "pool_opened", payload, actor)
    return opened


def _note(connection: sa.Connection, kind: str, payload: Mapping[str, Any], actor: str | None) -> None:
    version = next_version(connection, _AUDITS)
    record(connection, [NewEvent(_AUDITS, version, kind, payload, actor=actor)])


def pools(connection: sa.Connection) -> list[AuditPool]:
    """Return all pools, oldest first."""
    found: dict[str, AuditPool] = {}
    for event in read(connection, [_AUDITS]):
        payload, key = event.payload, event.payload["pool_id"]
        if event.kind == "pool_opened":
            names = ("model", "score", "n", "n_words", "step")
            starts = tuple((share, part) for share, part in payload["starts"])
            rule = payload.get("by_size")
            by_size = None if rule is None else SizeRule(**rule)
            fixed = {name: payload[name] for name in names}
            found[key] = AuditPool(id=key, starts=starts, by_size=by_size, **fixed)
        elif event.kind == "audits_spent":
            found[key] = replace(found[key], is_closed=True)
    for one in decisions(connection):
        if one.is_revoked:
            found[one.pool_id] = replace(found[one.pool_id], is_closed=True)
    return list(found.values())


def pool_units(connection: sa.Connection, pool_id: str) -> list[PoolUnit]:
    """Return the drafts of a pool, in no order that means anything.

    Raises:
        NotFoundError: There is no such pool.
    """
    opened = next((event for event in _events(connection, pool_id) if event.kind == "pool_opened"), None)
    if opened is None:
        raise NotFoundError("no such pool of drafts", value=pool_id)
    ids = opened.payload["content_ids"]
    stored = contents(connection, ids)
    rows = [row for key in ids for row in _unit_rows(stored[key]["fields"])]
    gone = candidates.withdrawn(connection, [segment_id for segment_id, *_ in rows])
    return [
        PoolUnit(segment_id, draft_id, score, segment_id not in gone, words)
        for segment_id, draft_id, score, words in rows
    ]


def _unit_rows(fields: Mapping[str, Any]) -> Iterator[tuple[str, str, float, int]]:
    names = ("segments", "drafts", "scores")
    # Pools of earlier versions counted no words.
    words = fields.get("words") or [0] * len(fields["segments"])
    return zip(*(fields[name] for name in names), words, strict=True)


def _events(connection: sa.Connection, pool_id: str) -> list[Any]:
    return [event for event in read(connection, [_AUDITS]) if event.payload["pool_id"] == pool_id]


def add_audits(
    connection: sa.Connection, pool_id: str, drawn: AuditDraw, *, n_draws: int | None, actor: str | None
) -> None:
    """Keep which segments were drawn, in order: from now on they are labelled blind.

    Args:
        connection: In a write transaction.
        pool_id: Of the pool.
        drawn: The draw.
        n_draws: How many there were before it, as far as it knows; None where that does not matter.
        actor: Who draws.

    Raises:
        StoreError: Somebody touched one of them, or drew or closed the pool meanwhile; nothing is drawn.
    """
    if n_draws is not None:
        _require(connection, pool_id, len(draws(connection, pool_id)) == n_draws)
    touched = candidates.touched(connection, list(drawn.chances))
    if touched:
        raise StoreError(
            "somebody worked on a segment while audits were drawn", value=min(touched), remedy="Draw again"
        )
    # Where they stand in the order of worth must not tell what they hold.
    worth.shuffle_places(connection, list(drawn.chances))
    fields = {"segments": list(drawn.chances), "inclusion": list(drawn.chances.values())}
    content = codec.content_row(fields=fields)
    insert_rows(connection, schema.content, [content])
    payload = {
        "pool_id": pool_id,
        "content_id": content["id"],
        "n": len(drawn.chances),
        "region": drawn.region,
        # As text: JSON numbers of that size do not survive every reader.
        "seed": str(drawn.seed),
    }
    _note(connection, "audits_drawn", payload, actor)


def _require(connection: sa.Connection, pool_id: str, is_as_seen: bool) -> None:
    """Refuse to go by a pool that is not what it was when it was looked at."""
    is_open = any(one.id == pool_id and not one.is_closed for one in pools(connection))
    if not is_open or not is_as_seen:
        raise StoreError(
            "somebody else drew from this pool, looked at it or closed it meanwhile",
            value=pool_id,
            remedy="Call it again",
        )


def draws(connection: sa.Connection, pool_id: str) -> list[AuditDraw]:
    """Return the draws of a pool, in order."""
    found = []
    for event in _events(connection, pool_id):
        if event.kind == "audits_drawn":
            key = event.payload["content_id"]
            fields = contents(connection, [key])[key]["fields"]
            chances = dict(zip(fields["segments"], fields["inclusion"], strict=True))
            found.append(AuditDraw(event.payload["region"], int(event.payload["seed"]), chances))
    return found


def taken(connection: sa.Connection, pool_id: str) -> list[TakenDraft]:
    """Return the drafts of a pool, but for its audits, that people took out of the model's hands."""
    drawn = {key for one in draws(connection, pool_id) for key in one.chances}
    looks = [one.id for one in decisions(connection) if one.pool_id == pool_id]
    contents_of = [
        event.payload["content_id"] for event in read(connection, looks) if event.kind == "drafts_accepted"
    ]
    fields = (row["fields"] for row in contents(connection, contents_of).values())
    accepted = {key for one in fields for key in one.get("drafts", ())}
    return candidates.taken(connection, pool_units(connection, pool_id), drawn=drawn, accepted=accepted)


def spend(connection: sa.Connection, pool_id: str, *, model: str, actor: str | None) -> None:
    """Keep that the audits of a pool trained or chose a model: nothing more is decided with them."""
    _note(connection, "audits_spent", {"pool_id": pool_id, "model": codec.clean_json(model)}, actor)


# ---- decisions -----------------------------------------------------------------------------------------


def add_decision(
    connection: sa.Connection, new: NewDecision, *, n_looks: int | None, actor: str | None
) -> str:
    """Keep a look at a pool and return its id; what it accepts is told by ``accept``.

    Args:
        connection: In a write transaction.
        new: The look.
        n_looks: How many there were at this pool before it, as far as it knows; None where that does not
            matter.
        actor: Who looks.

    Raises:
        StoreError: Somebody looked at the pool or closed it meanwhile; nothing is decided.
    """
    if n_looks is not None:
        known = [one for one in decisions(connection) if one.pool_id == new.pool_id]
        _require(connection, new.pool_id, len(known) == n_looks)
    decision_id = new_id("dec")
    names = ("pool_id", "max_wer", "risk", "max_edits", "normalize")
    payload = {
        "kind": "auto_accept",
        "settings": {name: getattr(new, name) for name in names},
        "threshold": codec.finite(new.threshold),
        "bound": codec.finite(new.bound),
        "n_audited": new.audited,
    }
    record(connection, [NewEvent(decision_id, 1, "decision_made", payload, actor=actor)])
    return decision_id


def accept(connection: sa.Connection, decision_id: str, drafts: Mapping[str, str]) -> None:
    """Let some drafts that a decision accepts count, given by segment, unless somebody touched them.

    None where it was withdrawn meanwhile.
    """
    revoked = connection.scalar(sa.select(_decision.revoked_us).where(_decision.id == decision_id))
    accepted = candidates.untouched(connection, drafts) if revoked is None else []
    if accepted:
        content = codec.content_row(fields={"drafts": [drafts[segment_id] for segment_id in accepted]})
        insert_rows(connection, schema.content, [content])
        payload = {"content_id": content["id"], "n": len(accepted)}
        version = next_version(connection, decision_id)
        record(connection, [NewEvent(decision_id, version, "drafts_accepted", payload)])


def would_accept(connection: sa.Connection, new: NewDecision) -> int:
    """Return how many drafts a decision would accept that do not count yet."""
    return len(candidates.untouched(connection, wanted_drafts(connection, new)))


def wanted_drafts(connection: sa.Connection, new: NewDecision) -> dict[str, str]:
    """Return the drafts that a decision accepts, by segment."""
    drafts = {unit.segment_id: unit.draft_id for unit in pool_units(connection, new.pool_id)}
    return {segment_id: drafts[segment_id] for segment_id in new.segment_ids}


def decisions(connection: sa.Connection) -> list[StoredDecision]:
    """Return all looks, oldest first."""
    accepted = accepted_by_decision(connection)
    # Not by time: a clock may have gone back.
    made = (_event.stream_id == _decision.id) & (_event.stream_version == 1)
    query = sa.select(schema.decision).join(schema.event, made).order_by(_event.seq)
    rows = connection.execute(query).mappings()
    return [
        StoredDecision(
            id=row["id"],
            **row["settings"],
            threshold=row["threshold"],
            bound=row["bound"],
            audited=row["n_audited"],
            accepted=accepted.get(row["id"], (0, 0.0))[0],
            accepted_s=accepted.get(row["id"], (0, 0.0))[1],
            is_revoked=row["revoked_us"] is not None,
        )
        for row in rows
    ]


def revoke(connection: sa.Connection, decision_id: str, *, reason: str, actor: str | None) -> int:
    """Withdraw a decision and return how many segments went back into the queue.

    Raises:
        NotFoundError: There is no such decision.
    """
    known = next((one for one in decisions(connection) if one.id == decision_id), None)
    if known is None:
        raise NotFoundError("no such decision", value=decision_id)
    if not known.is_revoked:
        version = next_version(connection, decision_id)
        payload = {"reason": codec.clean_json(reason)}
        record(connection, [NewEvent(decision_id, version, "decision_revoked", payload, actor=actor)])
    return 0 if known.is_revoked else known.accepted
