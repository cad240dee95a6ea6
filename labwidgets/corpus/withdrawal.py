"""Taking a speaker out of a project, and saying honestly where they still are."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labwidgets.corpus.releases import Releases
from labwidgets.records import Recording, in_words
from labwidgets.store import Store

MODELS = "models"
UNFINISHED = ".training"
SEGMENTS_FILE = "segments.json"
"""In a model's folder: the ids of the segments that it learned from, by split."""
_LEARNED = ("train", "validation", "pseudo")
_SHOWN = 3
_SCRUB_TRIES = 5


class Forgetful(Protocol):
    """The part of the audio cache that is needed here."""

    def remove(self, key: str, /) -> bool:
        """Delete a recording's sound; False when there was none."""
        ...


@dataclass(frozen=True, slots=True)
class WithdrawReport:
    """What became of a speaker's recordings.

    Attributes:
        recordings: Taken out.
        segments: Taken out with them.
        cleaned: Places where nothing of them is left.
        not_cleaned: Places where something may be left, and what to do about it.
    """

    recordings: int
    segments: int
    cleaned: tuple[str, ...]
    not_cleaned: tuple[str, ...]

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        head = f"{self.recordings} recordings and {self.segments} segments taken out."
        lines = [
            *(f"  cleaned: {line}" for line in self.cleaned),
            *(f"  LEFT: {line}" for line in self.not_cleaned),
        ]
        return "\n".join([head, *lines])


def withdraw(
    store: Store, cache: Forgetful, releases: Releases, *, folder: Path, speaker: str
) -> WithdrawReport:
    """Take ``speaker`` out of the project in ``folder``: sound, texts, names, and rows of saved data sets.

    Files go before the store forgets the name, so that it can be run again after a crash.

    Raises:
        NotFoundError: On a speaker of whom nothing is known.
    """
    found = store.belongings(speaker)
    segments = set(found.segment_ids)
    was_public = not segments.isdisjoint(store.places())
    n_sounds = sum(cache.remove(one.bytes_sha256) for one in found.recordings)
    copies = [folder / one.source for one in found.recordings if one.copied]
    for path in copies:
        path.unlink(missing_ok=True)
    groups = {speaker, *(one.id for one in found.recordings)}
    snapshots = releases.take_out(segments, groups)
    store.withdraw(speaker)
    # A worker may have decoded one of them anew while the others went.
    for one in found.recordings:
        cache.remove(one.bytes_sha256)
    is_scrubbed = _scrub(store)
    cleaned = [
        "the store: texts, drafts, names, sources and metadata of these recordings",
        f"audio/: canonical sound of {n_sounds} recordings",
        "datasets/: the data set as it was last written",
    ]
    cleaned += [f"sources/: {len(copies)} copied files"] if copies else []
    cleaned += [f"datasets/{name}: {n} rows" for name, n in snapshots.items() if n]
    cleaned += ["the store's file: free pages and log"] if is_scrubbed else []
    left = [
        *_sources(found.recordings),
        *(_hub(store) if was_public else ()),
        *_models(folder, segments),
        *_copies(folder),
        *(() if is_scrubbed else (_BUSY,)),
        "browsers of labellers: sound and unsent texts; let them clear the site data of the Jupyter address",
    ]
    return WithdrawReport(len(found.recordings), len(segments), tuple(cleaned), tuple(left))


_BUSY = "free pages of the store's file, in use by others: close them, then call project.store.scrub()"


def _scrub(store: Store) -> bool:
    for _ in range(_SCRUB_TRIES):
        if store.scrub():
            return True
        time.sleep(0.2)
    return False


def _sources(recordings: Sequence[Recording]) -> Iterator[str]:
    lying = [one.source for one in recordings if not one.copied and Path(one.source).exists()]
    if lying:
        shown = ", ".join(lying[:_SHOWN]) + (f" and {len(lying) - _SHOWN} more" if lying[_SHOWN:] else "")
        yield f"the recordings where they lie: {shown}; delete them there"


def _hub(store: Store) -> Iterator[str]:
    repositories = dict.fromkeys(done.repo_id for done in store.pushes())
    for repo_id in repositories:
        n = sum(done.repo_id == repo_id for done in store.pushes())
        yield (
            f"the Hub, {repo_id}: {n} revisions pushed from here; push again, with clean_history=True "
            f"(labwidgets push … {repo_id} --clean-history) to delete the old ones for good"
        )
    if repositories:
        yield "whoever downloaded or mirrored those revisions; tell them"


def _models(folder: Path, segments: AbstractSet[str]) -> Iterator[str]:
    found = [path for path in (folder / MODELS).glob("*") if path.is_dir() and not path.name.startswith(".")]
    cut_short = [path for path in (folder / MODELS / UNFINISHED).glob("*") if path.is_dir()]
    # A run that was cut short also keeps what models said of those who measure.
    trained = [
        *(path.name for path in sorted(found) if _may_know(path, segments, _LEARNED)),
        *(path.name for path in sorted(cut_short) if _may_know(path, segments, (*_LEARNED, "test"))),
    ]
    if trained:
        shown = ", ".join(trained[:_SHOWN]) + (
            f" and {len(trained) - _SHOWN} more" if trained[_SHOWN:] else ""
        )
        yield f"models that may have learned from them: {shown}; train them anew"


def _may_know(folder: Path, segments: AbstractSet[str], splits: Sequence[str]) -> bool:
    """Tell whether a model learned from some segments, or does not say what it learned from."""
    try:
        learned = json.loads((folder / SEGMENTS_FILE).read_text(encoding="utf-8"))
        return any(not segments.isdisjoint(learned[split]) for split in splits)
    except (OSError, ValueError, KeyError, TypeError):
        return True


def _copies(folder: Path) -> Iterator[str]:
    before = sorted(path.name for path in folder.glob("store.db.before-upgrade-*"))
    if before:
        yield f"copies of the store from before an upgrade: {', '.join(before)}; delete them"
    yield "copies made elsewhere: backups, exported data sets, converted files; they are not known here"
