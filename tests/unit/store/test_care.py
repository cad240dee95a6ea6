"""Verify, rebuild, backup and migrations."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from labwidgets.errors import ConfigError, DiskFullError, StoreError
from labwidgets.records import Consent, ModelRun, QueueQuery, Submission, Transcription
from labwidgets.store import (
    Store,
    backup,
    checkpoint,
    decide_reference,
    engine,
    events,
    migrate,
    schema,
    search,
    statements,
)

Fill = Callable[[Store, int], list[str]]
Submit = Callable[..., Submission]


@pytest.fixture
def used(store: Store, fill: Fill, submission: Submit) -> Store:
    """A store with one of everything."""
    ids = fill(store, 4)
    store.begin_run(ModelRun("run_1", "m", "r", {}))
    said = Transcription("a", (), 0.3, "en")
    store.add_hypothesis(run_id="run_1", segment_id=ids[0], cache_key="k", transcription=said)
    store.finish_run("run_1", n_drafted=1, n_cached=0, n_failed=0)
    store.submit(submission(ids[0], flags=("noise",)))
    store.submit(submission(ids[1], annotator="a2", skip_reason="music"))
    store.mark_broken(store.segment(ids[2]).recording_id, "gone")
    store.retire(ids[3])
    store.assign_splits({"s1": "train"})
    store.add_snapshot("v1", n_rows=1, digest="d", path="p")
    store.claim("a1", QueueQuery(), lease_s=60)
    return store


def test_a_sound_store_verifies_and_a_rebuild_changes_nothing(used: Store) -> None:
    before = [
        used.queue(QueueQuery()),
        used.status(),
        list(used.labelled_rows()),
        used.splits(),
        used.snapshots(),
    ]
    report = used.verify()
    assert (report.ok, report.differences) == (True, ())
    assert used.rebuild() == report.events
    assert before == [
        used.queue(QueueQuery()), used.status(), list(used.labelled_rows()), used.splits(), used.snapshots(),
    ]  # fmt: skip
    assert used.verify().ok


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("UPDATE task SET state = 'open' WHERE state = 'done'", "task .*: state"),
        ("UPDATE tally SET n = n + 1 WHERE state = 'done'", "tally .*: n"),
        ("DELETE FROM reference", "reference .*: missing in the store"),
        ("INSERT INTO split VALUES ('x', 'train', 0)", "split .*: missing in the rebuild"),
        ("UPDATE segment SET end_us = 5", "segment .*: end_us"),
        ("DELETE FROM event WHERE kind = 'recording_added'", "recording .*: missing in the rebuild"),
        ("UPDATE event SET kind = 'x' WHERE kind = 'splits_assigned'", "cannot be replayed"),
        ("UPDATE search_text SET folded = 'x'", "search_text .*: folded"),
        ("DELETE FROM annotator", "points to a missing row of annotator"),
    ],
)
def test_whatever_strays_from_the_events_is_reported(
    used: Store, store_path: Path, statement: str, difference: str
) -> None:
    raw = sqlite3.connect(store_path)
    with raw:
        raw.execute(statement)
    raw.close()
    report = used.verify()
    assert not report.ok
    assert any(re.search(difference, line) for line in report.differences), report


def test_a_rebuild_mends_a_projection(used: Store, store_path: Path) -> None:
    raw = sqlite3.connect(store_path)
    with raw:
        raw.execute("UPDATE task SET state = 'open', confidence = 0.9")
    raw.close()
    used.rebuild()
    assert used.verify().ok


def test_a_backup_of_a_store_in_use_opens_as_the_same_project(used: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    n_events = used.backup(copy)
    with Store.open(copy) as other:
        assert other.project_id == used.project_id
        assert list(other.labelled_rows()) == list(used.labelled_rows())
        assert other.verify().events == n_events
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []


def test_a_backup_overwrites_nothing_and_needs_a_folder(used: Store, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(StoreError, match="file exists already"):
        used.backup(taken)
    with pytest.raises(StoreError, match="no such folder"):
        used.backup(tmp_path / "none" / "copy.db")
    assert taken.read_text() == "mine"


def test_a_backup_does_not_replace_a_file_that_came_meanwhile(
    used: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.db"
    link = os.link

    def after_another(source: str, name: Path) -> None:
        target.write_text("theirs")
        link(source, name)

    monkeypatch.setattr(os, "link", after_another)
    with pytest.raises(StoreError, match="the file exists already"):
        used.backup(target)
    assert target.read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []


def test_a_store_on_a_server_is_copied_by_other_tools(tmp_path: Path) -> None:
    server = sa.create_mock_engine("postgresql://host/db", lambda *_: None)
    server.url = sa.make_url("postgresql://host/db")  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match=r"this store is no file.*pg_dump"):
        backup.backup(server, tmp_path / "copy.db")  # type: ignore[arg-type]


def test_statements_for_the_other_engine_compile() -> None:
    dialect = postgresql.dialect()
    added = str(statements.upsert("postgresql", schema.tally, is_sum=True).compile(dialect=dialect))
    assert "ON CONFLICT (stage, state, shard) DO UPDATE SET n = (tally.n + excluded.n)" in added
    ignored = str(statements.insert_if_new("postgresql", schema.annotator).compile(dialect=dialect))
    assert ignored.endswith("ON CONFLICT DO NOTHING")
    plan = statements._insert(dialect, schema.annotator, ("name", "role"))
    assert plan.text == "INSERT INTO annotator (name, role) VALUES (%(name)s::VARCHAR, %(role)s::VARCHAR)"
    assert plan.names == ("name", "role")
    assert not plan.is_positional
    recording = schema.recording.c
    known = statements._select_among("postgresql", (recording.id,), recording.bytes_sha256)
    assert str(known.compile(dialect=dialect)).endswith("= ANY (%(given)s::VARCHAR[])")


@pytest.mark.parametrize("n_rows", [0, 1, statements._ROWS_AT_ONCE - 1, 2 * statements._ROWS_AT_ONCE + 1])
def test_any_number_of_rows_goes_in_and_is_found(store: Store, n_rows: int) -> None:
    content = schema.content.c
    rows = [
        {"id": f"con_{n}", "text": str(n), "folded": "", "words": [n], "layers": {}, "fields": {"n": n},
         "erased_us": None}
        for n in range(n_rows)
    ]  # fmt: skip
    with engine.writing(store._engine) as connection:
        statements.insert_rows(connection, schema.content, rows)
    wanted = [f"con_{n}" for n in range(n_rows + 5)]
    with engine.reading(store._engine) as connection:
        shown = (content.id, content.text, content.words, content.fields)
        found = statements.select_among(connection, shown, content.id, wanted)
    assert sorted(found) == sorted((row["id"], row["text"], row["words"], row["fields"]) for row in rows)


def test_what_is_erased_goes_from_the_file_while_the_log_is_moved(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "PAUSE_S", 0.0)
    for n in range(30):
        store.give_consent(Consent("", f"s{n}", "CC0-1.0", ("share",), "1", "x" * 200_000, 0))
        assert store.scrub()


def test_trouble_with_the_target_of_a_backup_is_told(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match="no room left"), engine.file_seam(tmp_path):
        raise OSError(28, "No space left on device")
    with (
        pytest.raises(StoreError, match=r"cannot be written .Permission denied."),
        engine.file_seam(tmp_path),
    ):
        raise OSError(13, "Permission denied")


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    with engine.reading(store._engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        assert migrate.is_current(connection)


def test_every_table_is_either_truth_or_can_be_rebuilt_or_only_passes() -> None:
    known = {*schema.TRUTH, *schema.PROJECTIONS, *schema.PASSING, schema.meta}
    assert known == set(schema.metadata.tables.values())


def test_an_older_store_is_upgraded_after_a_copy_was_made(
    used: Store,
    store_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    used.close()
    scripts = tmp_path / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts)
    (scripts / "versions" / "9999_note.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999'\n"
        f"down_revision = '{migrate.versions()[-1]}'\n"
        "def upgrade():\n    op.create_table('note', sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    with caplog.at_level(logging.WARNING), Store.open(store_path) as upgraded:
        assert upgraded.counts().done == 1
    assert "a copy of the old one is" in caplog.text
    monkeypatch.undo()
    [copy] = tmp_path.glob("store.db.before-upgrade-*")
    with Store.open(copy) as old:
        assert old.counts().done == 1
    with pytest.raises(StoreError, match="newer labwidgets"):
        Store.open(store_path)


def test_a_store_without_a_table_for_the_search_gets_one(
    store: Store, store_path: Path, fill: Fill, submission: Submit
) -> None:
    first, second = fill(store, 2)
    store.submit(submission(first, text="Cafe\u0301 का"))
    store.close()
    raw = sqlite3.connect(store_path)
    with raw:
        raw.execute("DROP TABLE search_text")
        raw.execute("DROP TABLE kept_edit")
        raw.execute("DROP TABLE segment_start")
        raw.execute("DROP INDEX ix_task_audits")
        raw.execute("DROP INDEX ix_task_state_priority")
        raw.execute("ALTER TABLE opinion DROP COLUMN is_blank")
        raw.execute("UPDATE event SET payload = json_remove(payload, '$.is_blank')")
        raw.execute("UPDATE content SET folded = lower(text)")
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    raw.close()
    with Store.open(store_path) as upgraded:
        assert upgraded.upcoming(QueueQuery()) == [second]
        assert [row.segment_id for row in upgraded.queue(QueueQuery(search="CAFE")).rows] == [first]
        assert upgraded.verify().ok


def test_a_text_that_is_blanked_leaves_the_search_too(
    store: Store, fill: Fill, submission: Submit, store_path: Path
) -> None:
    [segment_id] = fill(store, 1)
    store.submit(submission(segment_id, text="a secret"))

    def blank(connection: sa.Connection) -> None:
        values = {"text": "", "folded": "", "words": [], "erased_us": 1}
        connection.execute(schema.content.update().values(values))
        search.refresh(connection, [segment_id])

    engine.write(store._engine, blank)
    for _ in range(2):
        raw = sqlite3.connect(store_path)
        assert raw.execute("SELECT folded FROM search_text").fetchall() == [("",)]
        raw.close()
        store.rebuild()


def test_old_payloads_are_brought_up_to_date_on_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events.SCHEMA_VERSIONS, "run_finished", 3)
    monkeypatch.setitem(events.UPCASTS, ("run_finished", 1), lambda payload: {**payload, "b": 2})
    monkeypatch.setitem(
        events.UPCASTS, ("run_finished", 2), lambda payload: {**payload, "c": payload["b"] + 1}
    )
    assert events.upcast("run_finished", 1, {"a": 1}) == {"a": 1, "b": 2, "c": 3}
    assert events.upcast("run_finished", 3, {"a": 1}) == {"a": 1}


@pytest.mark.parametrize(("kind", "version"), [("run_finished", 99), ("unheard_of", 1)])
def test_payloads_of_a_newer_labwidgets_are_refused(kind: str, version: int) -> None:
    with pytest.raises(StoreError, match="events made by a newer labwidgets"):
        events.upcast(kind, version, {})


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown policy for references: 'votes'"):
        decide_reference([], policy="votes")  # type: ignore[arg-type]
