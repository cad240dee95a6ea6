"""What a push came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labwidgets.records import in_words

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did, or would do.

    Attributes:
        commit: Id of the commit that holds the data set; empty for a dry run.
        files: Files of the data set in the repository.
        bytes_sent: What went over the line; for a dry run: the size of the new and changed files.
        bytes_known: What did not have to, because the repository has it.
        url: Where to look at it; empty for a dry run.
        changed: New and changed files.
        removed: Files that are no part of the data set any more.
        cleaned: What was deleted from the repository's history, in words.
        warnings: What the user should know.
        wanted: SHA-256 of each file as it was before a person's part of the card came in.
    """

    commit: str
    files: int
    bytes_sent: int
    bytes_known: int
    url: str = ""
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    cleaned: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict, repr=False)

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        verb = "sent" if self.commit else "new or changed"
        sizes = f"{_size(self.bytes_sent)} {verb}, {_size(self.bytes_known)}"
        lines = [f"{self.files} files, {sizes} known: {self.url}"]
        if not self.commit:
            lines = [f"Would go: {self.files} files, {sizes} known. Nothing was sent."]
            lines += [f"  {name}" for name in self.changed[:_SHOWN]]
            more = len(self.changed) - _SHOWN
            lines += [f"  and {more} more"] if more > 0 else []
            if self.bytes_known:
                lines.append(
                    "Plain LFS sends those files whole; xet, the Hub's storage, only what changed in them."
                )
        lines += [f"  goes: {name}" for name in self.removed[:_SHOWN]]
        return "\n".join([*lines, *(f"  {line}" for line in (*self.cleaned, *self.warnings))])


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 100_000 else f"{n_bytes / 1e3:.1f} kB"
