"""Finds what trainings left behind and nothing refers to any more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from labwidgets.corpus.card import Facts
from labwidgets.corpus.releases import Releases
from labwidgets.errors import ConfigError, LabError
from labwidgets.records import Pruned, PruneReport
from labwidgets.training.runs import Runs

_DAY_S = 86_400


def prune(
    runs: Runs, releases: Releases, *, pushed: Collection[str], days: float, delete: bool
) -> PruneReport:
    """Return what can go, deleted where that is wanted. Nobody may train meanwhile.

    A run that was cut short can go once nothing was written to it for ``days``. Labels that a training froze
    can go where no finished run, no run that stays and no push has them.

    Args:
        runs: Of the project.
        releases: Of the project.
        pushed: SHA-256 of every file that was ever pushed.
        days: 0 or more.
        delete: Else it is only told.

    Raises:
        ConfigError: ``days`` is under 0.
    """
    if not days >= 0:
        raise ConfigError("no number of days", value=days, allowed="0 or more")
    before_s = time.time() - days * _DAY_S
    left = {path: _newest_s(path) for path in runs.cut_short()}
    old = [path for path, newest_s in left.items() if newest_s <= before_s]
    wanted = runs.snapshots(but=old)
    frozen = releases.frozen()
    unwanted = [
        name
        for name, folder in frozen.items()
        if wanted is not None and name not in wanted and not _was_pushed(folder, pushed)
    ]
    found = [
        *(Pruned("run", path.name, size(path), _age(left[path])) for path in old),
        *(Pruned("snapshot", name, size(frozen[name]), "no run and no push has it") for name in unwanted),
    ]
    kept = [
        *(path for path in runs.all() if path not in old),
        *(frozen[n] for n in frozen if n not in unwanted),
    ]
    kept_bytes = sum(map(size, kept))
    if delete:
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        for name in unwanted:
            releases.drop(name)
    return PruneReport(tuple(found), len(kept), kept_bytes, delete)


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder; 0 where there is none."""
    return sum(path.lstat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _newest_s(folder: Path) -> float:
    return max((path.lstat().st_mtime for path in (folder, *_files(folder))), default=0.0)


def _age(newest_s: float) -> str:
    days = (time.time() - newest_s) / _DAY_S
    return "cut short, and written to today" if days < 1 else f"cut short {days:.0f} days ago"


def _was_pushed(folder: Path, pushed: Collection[str]) -> bool:
    """Tell whether any file of a snapshot went out; what cannot be read counts as pushed."""
    if not folder.is_dir():
        return False
    try:
        return any(shard.sha256 in pushed for shard in Facts.load(folder).shards)
    except (LabError, OSError, ValueError, KeyError, TypeError):
        return True
