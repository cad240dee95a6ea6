"""What a newcomer does in the first hour: the whole first notebook, by keyboard, with a crash in between."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from waiting import WAIT

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Code cells of notebooks/01_label.ipynb, by number.
ADD, DRAFT, LABEL, LOOK, DATASET, PUSH = range(6)


class LabellerPage:
    """The labeller in a notebook's cell, as a person at the keyboard sees it."""

    def __init__(self, opened: Any, cell: int) -> None:
        self.page = opened.page
        self.root = self.page.locator(".jp-CodeCell").nth(cell).locator(".lw-frame")

    def wait(self) -> None:
        self.root.locator(".lw-row").first.wait_for()
        self.root.locator(".cm-content").wait_for()

    def dismiss_hints(self) -> None:
        self.root.get_by_role("button", name="No hints").click()
        self.focus()

    def focus(self) -> None:
        self.root.locator(".cm-content").click()

    def wait_state(self, words: str) -> None:
        exactly = re.compile(f"^{re.escape(words)}$")
        self.root.locator(".lw-state-words", has_text=exactly).wait_for()

    def wait_all_done(self) -> None:
        self.root.locator(".lw-empty", has_text="Nothing left to do").wait_for()
        self.wait_state("saved")

    def wait_draft(self) -> None:
        self.page.wait_for_function(
            """root => root.querySelector("[aria-busy=false]") && root.querySelector(".cm-content")
                && !root.querySelector(".cm-placeholder")""",
            arg=self.root.element_handle(),
            timeout=2 * WAIT,
        )

    def replace_text(self, text: str) -> None:
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)


def screenshot(opened: Any, name: str) -> None:
    folder = Path(__file__).parents[2] / ".screenshots"
    folder.mkdir(exist_ok=True)
    opened.page.screenshot(path=folder / f"{name}.png")


def test_the_first_notebook_survives_a_crash_and_ends_on_the_hub(
    hub_lab: tuple[Any, Any], open_page: Any, tmp_path: Path
) -> None:
    lab, hub = hub_lab
    opened = open_page(lab)
    opened.open("notebooks/01_label.ipynb")
    opened.run(ADD)
    opened.run(DRAFT)
    opened.run(LABEL)
    labeller = LabellerPage(opened, LABEL)
    labeller.wait()
    labeller.dismiss_hints()
    labeller.wait_draft()
    screenshot(opened, "first-hour-draft")

    texts = ["first, corrected by hand", "second, after the crash", "third clip"]
    labeller.focus()
    labeller.replace_text(texts[0])
    opened.page.keyboard.press("Control+Enter")
    labeller.wait_state("saved")
    screenshot(opened, "first-hour-saved")

    opened.kill_kernel()
    opened.run(ADD)
    opened.run(DRAFT)
    opened.run(LABEL)
    labeller.wait()
    labeller.focus()
    labeller.wait_draft()
    labeller.replace_text(texts[1])
    opened.page.keyboard.press("Control+Enter")
    # No waiting here: what is typed before the next clip is there must land in it, whole.
    labeller.replace_text(texts[2])
    labeller.wait_draft()
    opened.page.keyboard.press("Control+Enter")
    labeller.wait_all_done()
    screenshot(opened, "first-hour-done")

    opened.run(LOOK)
    opened.run(DATASET)
    opened.run(PUSH)
    screenshot(opened, "first-hour-data-set")
    assert not opened.page_errors()

    with Project.open(lab.root / "notebooks" / "my-corpus") as project:
        assert project.verify().ok
        assert saved_texts(project) == sorted(texts)
        ids = [row.segment_id for row in project.queue(QueueQuery()).rows]
        assert [len(project.store.thread(segment, "me")) for segment in ids] == [1, 1, 1]
    snapshots = sorted((lab.root / "notebooks" / "my-corpus" / "datasets").glob("20*"))
    assert sorted(texts_in(snapshots[-1])) == sorted(texts)
    assert sorted(texts_on_hub(hub, "me/my-corpus", tmp_path)) == sorted(texts)


def saved_texts(project: Project) -> list[str]:
    rows = project.store.labelled_rows()
    return sorted(row.reference.text for row in rows if row.reference is not None)


LOAD = (
    "import json, sys; from datasets import Audio, load_dataset; "
    "found = load_dataset(sys.argv[1], **json.loads(sys.argv[2])); "
    "found = found.cast_column('audio', Audio(decode=False)); "
    "assert all(row['audio']['bytes'][:4] == b'fLaC' for split in found.values() for row in split); "
    "print(json.dumps([text for split in found.values() for text in split['text']]))"
)


def texts_in(folder: Path) -> list[str]:
    """Read the texts with the datasets library, in a process that knows nothing of labwidgets."""
    return loaded(["parquet", json.dumps({"data_dir": str(folder / "data")})], environment=None)


def texts_on_hub(hub: Any, repo_id: str, home: Path) -> list[str]:
    """Load the repository from the Hub with a cache that has never seen it."""
    return loaded([repo_id, "{}"], environment=hub.environment(home))


def loaded(arguments: list[str], *, environment: dict[str, str] | None) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout.splitlines()[-1]))
