"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import importlib
import json
import pickle
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from labwidgets import errors

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "labwidgets"
FRONTEND = PACKAGE / "frontend"
PYPROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
MAX_TYPESCRIPT_LINES = 300
HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "librosa",
    "av",
    "sqlalchemy",
    "pyarrow",
    "anywidget",
    "numba",
    "onnxruntime",
)
COMPUTING = ("torch", "transformers", "datasets", "librosa", "scipy", "numba", "rapidfuzz", "onnxruntime")

PYTHON = sorted(path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts)
# The first migration is the frozen list of the tables that it made, written once.
WRITTEN_BY_HAND = [path for path in PYTHON if path.name != "0001_first_tables.py"]
TESTS = sorted((CHECKOUT / "tests").rglob("*.py"))
TYPESCRIPT = sorted((FRONTEND / "src").rglob("*.ts"))


def named(paths: list[Path]) -> list[Any]:
    return [pytest.param(path, id=path.relative_to(CHECKOUT).as_posix()) for path in paths]


def n_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


# ---- sizes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", named([*WRITTEN_BY_HAND, *TESTS]))
def test_a_module_stays_under_its_size(path):
    assert n_lines(path) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", named(TYPESCRIPT))
def test_a_typescript_file_stays_under_its_size(path):
    assert n_lines(path) <= MAX_TYPESCRIPT_LINES


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring: a command line's options and a long text are no complexity."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", named(WRITTEN_BY_HAND))
def test_a_function_stays_under_its_size(path):
    long = {function.name: body_lines(function) for function in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


# ---- names and layers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", named([*PACKAGE.rglob("__init__.py")]))
def test_every_public_name_is_there(path):
    module = importlib.import_module(".".join(path.relative_to(CHECKOUT).parts[:-1]))
    names = getattr(module, "__all__", [])
    assert [name for name in names if not hasattr(module, name)] == []
    assert len(set(names)) == len(names)


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [path for path in PYTHON if path.stem in drawers or drawers & set(path.parts)] == []


@pytest.mark.slow
def test_imports_point_down():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


CONTRACTS = [
    contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"] if contract["type"] == "forbidden"
]


@pytest.mark.parametrize("contract", [pytest.param(entry, id=entry["name"]) for entry in CONTRACTS])
def test_a_heavy_library_has_one_home(contract):
    """Each contract names every module but the homes in its title, so a new module cannot slip past it."""
    modules = {f"labwidgets.{path.stem}" for path in PACKAGE.glob("*.py") if not path.stem.startswith("_")}
    modules |= {f"labwidgets.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    homes = {f"labwidgets.{word}" for word in contract["name"].partition(" only in ")[2].split(" and ")}
    assert modules - set(contract["source_modules"]) == homes


def loaded_by(code: str) -> set[str]:
    """Return the libraries that are there once a fresh interpreter ran ``code``."""
    told = f"import json, sys; {code}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


def test_importing_labwidgets_loads_nothing_heavy():
    assert loaded_by("import labwidgets") & set(HEAVY) == set()


def test_a_project_and_a_labeller_load_nothing_that_computes():
    """Commands and notebooks begin with them: what models and figures need waits until it is used."""
    assert loaded_by("import labwidgets as lw; lw.Project, lw.Labeller") & set(COMPUTING) == set()


# ---- what meets the outside ----------------------------------------------------------------------------

BANNED_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle"}
BANNED_CALLS = {"eval", "exec", "os.system", "os.popen", "torch.load", "yaml.load", "yaml.unsafe_load"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", named(PYTHON))
def test_no_module_unpickles(path):
    assert imported(ast.parse(path.read_text(encoding="utf-8"))) & BANNED_MODULES == set()


@pytest.mark.parametrize("path", named(PYTHON))
def test_no_module_runs_words_from_outside(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert {ast.unparse(call.func) for call in calls} & BANNED_CALLS == set()
    keywords = {(word.arg, ast.unparse(word.value)) for call in calls for word in call.keywords}
    assert keywords & {("shell", "True"), ("trust_remote_code", "True"), ("allow_pickle", "True")} == set()


# ---- the front end -------------------------------------------------------------------------------------

RAW_RESOURCES = re.compile(
    r"\baddEventListener\(|(?<![.\w])(?:window\.)?set(?:Timeout|Interval)\(|\brequestAnimationFrame\("
    r"|new (?:Resize|Mutation|Intersection)Observer\b"
)
HTML_SINKS = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write\b|\beval\(|new Function\("
)


def typescript_code(path: Path) -> str:
    """The file without its comments."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", named([path for path in TYPESCRIPT if path.name != "scope.ts"]))
def test_listeners_timers_and_observers_belong_to_a_scope(path):
    assert RAW_RESOURCES.findall(typescript_code(path)) == []


@pytest.mark.parametrize("path", named(TYPESCRIPT))
def test_text_never_becomes_markup(path):
    assert HTML_SINKS.findall(typescript_code(path)) == []


# ---- messages, errors, settings ------------------------------------------------------------------------


def payload_classes() -> set[str]:
    """Names of the messages: ``SegmentRequest``, ``SegmentReply`` and ``SegmentEvent`` make ``segment``."""
    modules = (PACKAGE / "widgets" / "protocol").glob("*.py")
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in modules)
    classes = (node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    found = (re.fullmatch(r"(\w+?)(?:Request|Reply|Event)", name) for name in classes)
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", match.group(1)).lower() for match in found if match}


def test_every_message_has_a_golden_file():
    golden = {path.stem for path in (CHECKOUT / "tests" / "protocol").glob("*.json")}
    assert payload_classes() - golden == set()


def children(base: type[errors.LabError]) -> Iterator[type[errors.LabError]]:
    yield base
    for child in base.__subclasses__():
        yield from children(child)


def make_error(kind: type[errors.LabError]) -> errors.LabError:
    if kind is errors.StaleRevisionError:
        return errors.StaleRevisionError(
            "seg_1", base_revision=1, current_revision=2, stored_text="a", sent_text="b"
        )
    return kind("no such thing", value="x", allowed="y", remedy="Do z")


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.__name__) for kind in children(errors.LabError)])
def test_an_error_survives_the_way_back_from_a_worker(kind):
    error = make_error(kind)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_no_two_errors_share_a_code():
    codes = [kind.code for kind in children(errors.LabError)]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("path", named(sorted((CHECKOUT / "configs").rglob("*.y*ml"))))
def test_a_shipped_setting_parses(path):
    assert yaml.safe_load(path.read_text(encoding="utf-8")) is not None


@pytest.mark.parametrize("path", named(sorted((CHECKOUT / "notebooks").glob("*.ipynb"))))
def test_a_notebook_carries_no_widget_state(path):
    assert "widgets" not in json.loads(path.read_text(encoding="utf-8"))["metadata"]
