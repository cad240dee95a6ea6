"""Folders that a project can lie in, and those that it cannot."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from labwidgets.errors import ConfigError, DiskFullError, ProjectError
from labwidgets.project import Project


@pytest.mark.parametrize(
    "name", ["x" * 250, "two\nlines", "हिन्दी 'q\"", "?#%41", "-f", os.fsdecode(b"\xff\xfe")]
)
def test_a_project_lies_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    Project.create(tmp_path / name, language="en").close()
    with Project.open(tmp_path / name) as project:
        assert project.name.isprintable()
        assert project.verify().ok


@pytest.mark.parametrize("name", ["y" * 300, "a\0b", "loop"])
def test_a_folder_that_the_system_refuses_is_a_project_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ProjectError, match="cannot be used"):
        Project.create(tmp_path / name, language="en")
    with pytest.raises(ProjectError, match=r"cannot be used|no project here"):
        Project.open(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 101, "'name'. allowed: String should have at most 100"),
        (" ", "name in the new project: no usable name: ' '"),
        ("a\0b", "name in the new project: no usable name"),
        ("two\nlines", "name in the new project: no usable name"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Project.create(tmp_path / "p", language="en", name=name)
    assert not (tmp_path / "p").exists()


def test_a_project_that_found_no_room_can_be_made_in_the_same_folder_later(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DiskFullError, match="no room left"):
            Project.create(tmp_path / "p", language="en")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    Project.create(tmp_path / "p", language="en").close()
