"""Where a store may lie, and what opening one loads."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from labwidgets.config import ProjectSettings, store_url
from labwidgets.errors import StoreError
from labwidgets.project import Project
from labwidgets.records import NewRecording, QueueQuery
from labwidgets.store import Store, engine, migrate
from labwidgets.store.checkpoint import move_log

CHECKOUT = Path(__file__).parents[3]
Fill = Callable[[Store, int], list[str]]
FOLDERS = ["a?mode=ro", "a#b", "100%25 done", "two  words", 'it\'s "so"', "देवनागरी", "a&b=c;d", "file:x", "%"]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_may_have_any_name(tmp_path: Path, name: str, fill: Fill) -> None:
    folder = tmp_path / name
    folder.mkdir()
    url = store_url(ProjectSettings(name="a", language="en"), folder)
    with Store.create(url) as made:
        ids = fill(made, 1)
    assert [path.name for path in folder.iterdir()] == ["store.db"]
    with Store.open(url) as opened, Store.open(folder / "store.db") as by_path:
        assert opened.upcoming(QueueQuery()) == by_path.upcoming(QueueQuery()) == ids
        assert opened.backup(folder / "copy?.db") == 2
        assert opened.verify().ok
    with Store.open(folder / "copy?.db") as copy:
        assert copy.upcoming(QueueQuery()) == ids


@pytest.mark.parametrize("name", FOLDERS)
def test_a_project_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with Project.create(folder, language="en", name="a"):
        pass
    with Project.open(folder) as opened:
        assert opened.status().recordings == 0
    assert (folder / "store.db").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_relative_address_is_fixed_when_the_store_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.create("sqlite:///here.db") as made:
        (tmp_path / "else").mkdir()
        monkeypatch.chdir(tmp_path / "else")
        assert made.counts().total == 0
    assert (tmp_path / "here.db").is_file()


def test_a_password_is_not_shown_with_a_wrong_address() -> None:
    with pytest.raises(StoreError, match="no address of a store") as caught:
        Store.open("mysql://user:secret@host/db")
    assert "secret" not in str(caught.value)


def test_opening_a_current_store_loads_no_migration_tool(store: Store, store_path: Path, fill: Fill) -> None:
    fill(store, 1)
    store.close()
    program = (
        "import sys; from labwidgets.store import Store; Store.open(sys.argv[1]).close();"
        " print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(store_path)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert done.stdout.strip() == "[]"


def test_the_scripts_names_give_the_versions_that_the_migration_tool_sees() -> None:
    directory = ScriptDirectory.from_config(migrate.config())
    assert migrate.versions() == sorted(script.revision for script in directory.walk_revisions())
    assert migrate.versions()[-1] == directory.get_current_head()


def test_many_rows_are_inserted_as_one_is(
    store: Store, make_new_recording: Callable[..., NewRecording]
) -> None:
    one = make_new_recording(source="देव.wav", bytes_sha256="0" * 64, metadata={"a": [1, 2.5, None, "ü"]})
    [added] = store.add_recordings([one])
    assert store.recording(added.id) == added
    many = [make_new_recording(source=f"{i}.wav", bytes_sha256=f"{i:064x}") for i in range(1, 1200)]
    assert store.add_recordings(many) == list(store.recordings())[1:]


def test_the_log_is_moved_into_the_database_beside_the_saves(
    store: Store, store_path: Path, fill: Fill
) -> None:
    fill(store, 200)
    moved = _until(lambda: store_path.stat().st_size > 300_000)
    assert moved, store_path.stat().st_size


def test_a_log_that_cannot_be_moved_is_left_for_later(
    store: Store, store_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.close()
    store_path.unlink()
    store_path.mkdir()
    with caplog.at_level("INFO"):
        move_log(engine.make_engine(engine.store_url(store_path)))
    assert "was not moved" in caplog.text


def _until(is_so: Callable[[], bool], *, longest_s: float = 120) -> bool:
    end = time.monotonic() + longest_s
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()
