"""What models said of segments that are cut, joined or moved: hypotheses of their own, marked as cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from labwidgets.records import ModelRun, Span, new_id
from labwidgets.store import codec, drafts, schema
from labwidgets.store.carrying import Parent, parted
from labwidgets.store.cutting import Said, move
from labwidgets.store.events import now_us
from labwidgets.store.projections import apply_hypotheses
from labwidgets.store.reshaping import BESIDE
from labwidgets.store.statements import insert_rows
from labwidgets.timeline import to_s

_MOVED = "moved:"
_hypothesis = schema.hypothesis.c


def carry_drafts(
    connection: sa.Connection,
    change_id: str,
    parents: Sequence[Parent],
    pieces: Mapping[str, Span],
    texts: Sequence[str] | None,
) -> None:
    """Let every model say of the pieces what it said of their parents; the draft stays the draft.

    Args:
        connection: In a write transaction.
        change_id: Of the change.
        parents: By start.
        pieces: Spans of the new segments, by id and start.
        texts: What the pieces say, where the page knew it.
    """
    spans = list(pieces.values())
    rows: list[dict[str, Any]] = []
    contents: list[dict[str, Any]] = []
    for number, said_by in enumerate(_by_model(connection, parents)):
        olds = [row for row in said_by if row is not None]
        sides = [
            Said("", (), parent.span) if row is None else _said(row, parent.span)
            for parent, row in zip(parents, said_by, strict=True)
        ]
        run_id = _run(connection, olds)
        is_beside = all(row["cache_key"].startswith(BESIDE) for row in olds)
        for segment_id, said in zip(pieces, parted(sides, spans, texts), strict=True):
            content = codec.content_row(text=said.text, words=said.words)
            contents.append(content)
            key = f"{BESIDE if is_beside else ''}cut:{change_id}:{number}"
            rows.append(_row(olds[0], segment_id, content, key) | {"run_id": run_id})
            rows[-1]["confidence"] = _confidence(said, olds)
            rows[-1]["alarms"] = list(dict.fromkeys(alarm for row in olds for alarm in row["alarms"]))
    _insert(connection, contents, rows)


def move_drafts(
    connection: sa.Connection, change_id: str, moved: Iterable[tuple[sa.RowMapping, Mapping[str, Any]]]
) -> None:
    """Let the words of hypotheses stay where they sound while their segments move.

    Args:
        connection: In a write transaction.
        change_id: Of the change or of its undoing.
        moved: Rows of segments before, and what they became.
    """
    rows: list[dict[str, Any]] = []
    contents: list[dict[str, Any]] = []
    for before, now in moved:
        here = (before["start_us"], before["end_us"])
        span = (to_s(now["start_us"]), to_s(now["end_us"]))
        for row in _newest(connection, before["id"], before["draft_id"]):
            root, root_us = _root(connection, row, here)
            said = move(_said(root, (to_s(root_us[0]), to_s(root_us[1]))), span)
            if said.words == codec.words_of(row["words"]):
                continue
            content = codec.content_row(text=said.text, words=said.words)
            contents.append(content)
            beside = BESIDE if row["cache_key"].startswith(BESIDE) else ""
            key = f"{beside}{_MOVED}{root['id']}:{root_us[0]}:{root_us[1]}:{change_id}"
            rows.append(_row(root, before["id"], content, key))
    _insert(connection, contents, rows)


def _root(
    connection: sa.Connection, row: sa.RowMapping, here: tuple[int, int]
) -> tuple[sa.RowMapping, tuple[int, int]]:
    """Return the hypothesis that was not moved yet, and where its segment lay, so that back is exact."""
    key = row["cache_key"].removeprefix(BESIDE)
    if not key.startswith(_MOVED):
        return row, here
    root_id, start_us, end_us, _ = key.removeprefix(_MOVED).split(":", 3)
    query = drafts.select_hypotheses().where(_hypothesis.id == root_id)
    return connection.execute(query).mappings().one(), (int(start_us), int(end_us))


def _newest(connection: sa.Connection, segment_id: str, draft_id: str | None) -> list[sa.RowMapping]:
    """Return the newest hypothesis of each model, the draft as the last."""
    query = drafts.select_hypotheses().where(_hypothesis.segment_id == segment_id).order_by(_hypothesis.seq)
    by_model = {row["model"]: row for row in connection.execute(query).mappings()}
    return sorted(by_model.values(), key=lambda row: (row["id"] == draft_id, row["seq"]))


def _by_model(connection: sa.Connection, parents: Sequence[Parent]) -> list[list[sa.RowMapping | None]]:
    """Return hypotheses, one a parent: of each model that speaks of all, and of the drafts, as the last."""
    newest = [_newest(connection, parent.row["id"], parent.row["draft_id"]) for parent in parents]
    by_model = [{row["model"]: row for row in rows} for rows in newest]
    shared = [name for name in by_model[0] if all(name in one for one in by_model)] if by_model else []
    draft_ids = [parent.row["draft_id"] for parent in parents]
    found: list[list[sa.RowMapping | None]] = [[one[name] for one in by_model] for name in shared]
    found = [rows for rows in found if [row and row["id"] for row in rows] != draft_ids]
    if any(draft_ids):
        found.append(
            [
                next((row for row in rows if row["id"] == draft_id), None)
                for rows, draft_id in zip(newest, draft_ids, strict=True)
            ]
        )
    return found


def _run(connection: sa.Connection, olds: Sequence[sa.RowMapping]) -> str:
    """Return the run that made these; where several models did, one that names them all."""
    models = sorted({row["model"] for row in olds})
    if len(models) == 1:
        return str(max(olds, key=lambda row: row["seq"])["run_id"])
    digest = hashlib.sha256(" ".join(sorted({row["run_id"] for row in olds})).encode()).hexdigest()
    run_id = f"run_{digest[:20]}"
    run = schema.model_run.c
    if connection.scalar(sa.select(run.id).where(run.id == run_id)) is None:
        drafts.begin_run(connection, ModelRun(run_id, " & ".join(models), "", {"joined": models}), actor=None)
        drafts.finish_run(connection, run_id, n_drafted=0, n_cached=0, n_failed=0)
    return run_id


def _said(row: sa.RowMapping, span: Span) -> Said:
    return Said(row["text"], codec.words_of(row["words"]), span)


def _row(old: sa.RowMapping, segment_id: str, content: Mapping[str, Any], cache_key: str) -> dict[str, Any]:
    return {
        **{name: old[name] for name in ("run_id", "confidence", "language", "alarms")},
        "id": new_id("hyp"),
        "segment_id": segment_id,
        "content_id": content["id"],
        "cache_key": cache_key,
        "cut": True,
        "parent_id": old["id"],
        "at_us": now_us(),
    }


def _confidence(said: Said, olds: Sequence[sa.RowMapping]) -> float | None:
    """Return the mean over the words; where they have none, the least of what it was made of."""
    if not said.text:
        return None
    by_word = [word.confidence for word in said.words if word.confidence is not None]
    if by_word and len(by_word) == len(said.words):
        return sum(by_word) / len(by_word)
    known = [row["confidence"] for row in olds if row["confidence"] is not None]
    return min(known) if known else None


def _insert(
    connection: sa.Connection, contents: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]
) -> None:
    insert_rows(connection, schema.content, contents)
    insert_rows(connection, schema.hypothesis, rows)
    apply_hypotheses(connection, rows)
