"""A disk that fills while a data set is written: said in words, and nothing half-written stays."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.errors import DiskFullError
from labwidgets.project import Project

DISK_KB = 2_000
LIMITED = """
import json, resource, signal, sys
from labwidgets.errors import LabError
from labwidgets.project import Project
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
said = []
with Project.open(sys.argv[1]) as project:
    for limit in map(int, sys.argv[2:]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            project.dataset()
        except LabError as e:
            said.append([e.code, str(e)])
print(json.dumps(said))
"""


@pytest.fixture
def project(tmp_path: Path):
    """Three speakers, twelve clips of a second of noise, 32 kB each that no encoder makes smaller."""
    rng = np.random.default_rng(3)
    source = tmp_path / "recordings"
    source.mkdir()
    lines = []
    for n in range(12):
        soundfile.write(source / f"clip{n}.wav", rng.uniform(-0.9, 0.9, 16_000), 16_000)
        lines.append(json.dumps({"file_name": f"clip{n}.wav", "text": f"take {n}", "speaker": f"Zoe{n % 3}"}))
    (source / "metadata.jsonl").write_text("\n".join(lines))
    with Project.create(tmp_path / "corpus", language="en") as made:
        made.add(source)
        made.consent("Zoe0", "Zoe1", "Zoe2", licence="CC-BY-4.0")
        yield made


class Disk:
    """A file system of two megabytes, and a file on it that takes all room but some."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def leave(self, n_kb: int) -> None:
        self.filler.unlink(missing_ok=True)
        found = os.statvfs(self.folder)
        self.filler.write_bytes(b"x" * max(0, found.f_bavail * found.f_bsize - n_kb * 1024))

    def files(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and path != self.filler
        )


@pytest.fixture
def disk(project: Project):
    """The project's data sets lie on a disk of their own."""
    folder = project.folder / "datasets"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount; the limit on a file's size stands in for it elsewhere")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def is_whole(disk: Disk) -> bool:
    """Whether every data set that can be seen has all that its card lists."""
    for facts in disk.folder.rglob(".facts.json"):
        folder = facts.parent
        shards = json.loads(facts.read_text())["shards"]
        if not all((folder / shard["path"]).stat().st_size == shard["n_bytes"] for shard in shards):
            return False
        if not (folder / "README.md").is_file():
            return False
    return True


@pytest.mark.slow
def test_a_disk_that_fills_at_any_point_leaves_nothing_half_written(project: Project, disk: Disk) -> None:
    for n_kb in (0, 4, 20, 150, 380, 392, 396, 400, 404, 420):
        disk.leave(n_kb)
        with pytest.raises(DiskFullError, match="Make room on that disk and call again"):
            project.dataset()
        assert not [name for name in disk.files() if ".part" in name or ".dataset-" in name]
        assert is_whole(disk)
        shutil.rmtree(disk.folder / ".current", ignore_errors=True)
        shutil.rmtree(disk.folder / ".arrow", ignore_errors=True)
    disk.leave(1_000)
    assert sum(len(part) for part in project.dataset().values()) == 12


@pytest.mark.slow
def test_a_push_from_a_full_disk_sends_nothing_and_the_next_one_all(
    hub, pushers, project: Project, disk: Disk
) -> None:
    send = pushers["lfs"]
    for n_kb in (0, 150, 396):
        disk.leave(n_kb)
        error = send(project.folder, "team/full", history=True)["error"]
        assert "no room for the data set" in error
        assert hub.requests() == []
    project.submit_text(next(iter(project.store.labelled_rows())).segment.id, "mended", annotator="a1")
    disk.filler.unlink()
    report = send(project.folder, "team/full", history=True)
    assert "error" not in report
    card = hub.git("team/full", "show", "main:README.md")
    assert "12 segments" in card
    for name, sha256 in report["wanted"].items():
        if name.startswith(("data/", "history/")):
            assert f"oid sha256:{sha256}" in hub.git("team/full", "show", f"main:{name}")


@pytest.mark.slow
def test_a_speaker_can_be_taken_out_again_when_there_was_no_room_for_it(project: Project, disk: Disk) -> None:
    # Speakers in one file, so that it has to be written anew without one of them.
    project.store.assign_splits({f"Zoe{n}": "train" for n in range(3)})
    project.save("v1")
    before = disk.files()
    for n_kb in (0, 40, 264):
        disk.leave(n_kb)
        with pytest.raises(DiskFullError, match="Make room on that disk"):
            project.withdraw("Zoe1")
        assert disk.files() == before
        assert is_whole(disk)
    assert sum(len(part) for part in project.difference("v1", "v1").added) == 0
    disk.filler.unlink()
    report = project.withdraw("Zoe1")
    assert "datasets/v1: 4 rows" in report.cleaned
    assert project.snapshots()[0].n_rows == 8
    assert "8 segments" in (disk.folder / "v1" / "README.md").read_text()
    assert b"Zoe1" not in b"".join((disk.folder / name).read_bytes() for name in disk.files())


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_told_the_same_way(project: Project) -> None:
    project.close()
    command = [sys.executable, "-c", LIMITED, str(project.folder), "1024", "40000", "120000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [code for code, _ in said] == ["disk_full"] * 3
    assert not list(project.folder.rglob("*.part"))
    assert not list(project.folder.rglob("*.parquet"))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
