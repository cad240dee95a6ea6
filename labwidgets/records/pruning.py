"""What can go, of all that trainings leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labwidgets.records.reports import in_words


@dataclass(frozen=True, slots=True)
class Pruned:
    """One thing that nothing refers to.

    Attributes:
        kind: ``run`` for one that was cut short, ``snapshot`` for labels that a training froze.
        name: Of the run or snapshot.
        n_bytes: On disk.
        reason: Why it can go.
    """

    kind: Literal["run", "snapshot"]
    name: str
    n_bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What can go, or went.

    Attributes:
        pruned: What nothing refers to.
        n_kept: Runs and snapshots that stay.
        kept_bytes: Of those.
        is_done: Whether it was deleted.
    """

    pruned: tuple[Pruned, ...]
    n_kept: int
    kept_bytes: int
    is_done: bool

    _repr_pretty_ = in_words

    @property
    def n_bytes(self) -> int:
        """Of all that can go, or went."""
        return sum(one.n_bytes for one in self.pruned)

    def __str__(self) -> str:
        kept = f"{self.n_kept} runs and snapshots stay ({_size(self.kept_bytes)})."
        if not self.pruned:
            return f"Nothing to prune; {kept}"
        what = "are deleted" if self.is_done else "can go"
        lines = [f"  {one.kind} {one.name}, {_size(one.n_bytes)}: {one.reason}" for one in self.pruned]
        lines += [] if self.is_done else ["Nothing was deleted yet: prune_runs(delete=True), or --delete."]
        return "\n".join([f"{len(self.pruned)} {what} ({_size(self.n_bytes)}); {kept}", *lines])


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"
