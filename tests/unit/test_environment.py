"""The set-up files say the same thing."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

import labwidgets

CHECKOUT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]


@pytest.fixture(scope="module")
def conda() -> list[Any]:
    return yaml.safe_load((CHECKOUT / "environment.yml").read_text())["dependencies"]


@pytest.fixture
def torch_index() -> ModuleType:
    spec = importlib.util.spec_from_file_location("torch_index", CHECKOUT / ".ci" / "torch_index.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def torch_pin() -> Requirement:
    return Requirement(PYPROJECT["dependency-groups"]["torch"][0])


def test_conda_gets_the_packages_and_pins_of_pyproject(conda):
    pip = next(entry["pip"] for entry in conda if isinstance(entry, dict))
    wanted = {Requirement(text) for text in PROJECT["dependencies"] if Requirement(text).name != "torch"}
    assert {Requirement(text) for text in pip if not text.startswith("-")} == wanted | {torch_pin()}


def test_conda_installs_the_checkout_itself(conda):
    assert next(entry["pip"] for entry in conda if isinstance(entry, dict))[-1] == "-e ."


def test_conda_gets_the_python_of_pyproject(conda):
    assert f"python{PROJECT['requires-python']}" in conda


def test_the_pinned_torch_is_one_that_the_package_accepts():
    accepted = next(
        Requirement(text) for text in PROJECT["dependencies"] if Requirement(text).name == "torch"
    )
    (pin,) = torch_pin().specifier
    assert pin.operator == "=="
    assert accepted.specifier.contains(pin.version)


def test_python_and_npm_carry_one_version():
    package = json.loads((CHECKOUT / "labwidgets" / "frontend" / "package.json").read_text())
    assert package["version"] == PROJECT["version"] == labwidgets.__version__


def test_npm_pins_are_exact():
    package = json.loads((CHECKOUT / "labwidgets" / "frontend" / "package.json").read_text())
    pins = {**package["dependencies"], **package["devDependencies"]}
    assert {name: pin for name, pin in pins.items() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)} == {}


def test_lock_files_name_no_registry():
    lock = (CHECKOUT / "labwidgets" / "frontend" / "package-lock.json").read_text()
    assert '"resolved": "http' not in lock


def test_ci_types_what_a_person_types():
    steps = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"][
        "steps"
    ]
    assert {"run": ".ci/run"} in steps
    script = (CHECKOUT / ".ci" / "run").read_text()
    assert "export CI=true" in script
    assert "exec make test" in script


def test_every_hook_is_local():
    config = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in config["repos"]} == {"local"}


def test_make_help_names_every_command():
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-C", str(CHECKOUT), "help"], capture_output=True, text=True, check=True, env=environment
    )
    for command in ("lab", "test", "test-fast", "soak", "bench", "clean"):
        assert re.search(rf"^  make {command}\s", done.stdout, re.MULTILINE)


CUDNN = ("nvidia-cudnn-cu13==9",)
BINDINGS = ("cuda-bindings>=13",)


def metadata(version: str = "2.13.0", needs: tuple[str, ...] = ()) -> dict[str, object]:
    return {"version": version, "requires_dist": ["filelock", *needs]}


@pytest.mark.parametrize(
    ("file", "has_gpu", "printed"),
    [
        pytest.param(metadata(needs=CUDNN), False, "--index-url", id="cuda build, no gpu"),
        pytest.param(metadata(needs=BINDINGS), False, "--index-url", id="cuda bindings, no gpu"),
        pytest.param(metadata(needs=CUDNN), True, "", id="cuda build, gpu"),
        pytest.param(metadata("2.13.0+cpu"), False, "", id="cpu build"),
        pytest.param(metadata(), False, "", id="build without cuda"),
        pytest.param(None, False, "", id="pip finds none"),
    ],
)
def test_torch_comes_without_cuda_where_no_gpu_answers(
    torch_index, monkeypatch, capsys, file, has_gpu, printed
):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_index, "_has_gpu", lambda: has_gpu)
    monkeypatch.setattr(torch_index, "_resolved", lambda _: file)
    torch_index.main()
    assert capsys.readouterr().out.startswith(printed)
    assert bool(printed) == bool(not has_gpu and file is not None and torch_index._brings_cuda(file))


def test_torch_comes_from_the_usual_index_off_linux(torch_index, monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(torch_index, "_has_gpu", lambda: False)
    monkeypatch.setattr(torch_index, "_resolved", lambda _: metadata(needs=CUDNN))
    torch_index.main()
    assert capsys.readouterr().out == ""
