"""Pushing an exported data set to a Hub: one atomic commit, resumable, checked at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labwidgets.corpus.card import LICENCE_FILE, Card, merge_cards
from labwidgets.corpus.hub.client import Line, patient
from labwidgets.corpus.hub.errors import explained, is_conflict, is_transient, status_of
from labwidgets.corpus.hub.files import (
    CARD_FILE,
    DATA_FILE,
    File,
    Wanted,
    checked_gate,
    checked_repo_id,
    wanted_files,
)
from labwidgets.corpus.hub.report import PushReport
from labwidgets.corpus.hub.repository import Repository
from labwidgets.errors import HubError

MAX_TRIES = 5
TIMEOUT_S = 20.0

logger = logging.getLogger(__name__)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How a data set is pushed.

    Attributes:
        private: Make a new repository private.
        token: Of the Hub; the one that ``hf auth login`` stored when None.
        dry_run: Only count; needs no network.
        message: Of the commit.
        tag: Name for this state, for example ``v1.2``.
        timeout_s: Longest silence of the server before a request fails.
        history: Folder of the second config's files; None for none.
        card: As it shall be; made of the counts beside the files when None.
        known: SHA-256 of each file as ``PushReport.wanted`` had it the last time, for the dry run.
        before_commit: Called when all is sent and nothing can be seen yet; may raise to stop it.
        clean_history: Delete all older revisions for good afterwards.
        gated: Let readers ask for access first, granted at once (``auto``) or by hand (``manual``); None
            leaves the repository as it is.
    """

    private: bool = False
    token: str | None = None
    dry_run: bool = False
    message: str = "Update the data set"
    tag: str | None = None
    timeout_s: float = TIMEOUT_S
    history: Path | None = None
    card: Card | None = None
    known: Mapping[str, str] | None = None
    before_commit: Callable[[], None] = _nothing
    clean_history: bool = False
    gated: str | None = None


def push(folder: Path, repo_id: str, *, options: PushOptions | None = None) -> PushReport:
    """Make the repository hold the data set in ``folder``, in one commit or not at all.

    Files that are there already are not sent again, so an interrupted push goes on where it stopped. Files
    that earlier pushes brought and that are not part of the data set any more go; all other files in the
    repository are left alone. What people wrote in the card stays.

    Args:
        folder: As ``labwidgets.corpus.dataset.write_parquet`` made it.
        repo_id: ``owner/name``; made when it does not exist.
        options: See ``PushOptions``.

    Raises:
        HubError: The Hub refused or could not be reached; the message says what to do.
    """
    options = options or PushOptions()
    checked_repo_id(repo_id)
    checked_gate(options.gated)
    wanted = wanted_files(folder, options.card, repo_id, history=options.history)
    if options.gated is not None:
        wanted = wanted.behind_gate()
    if options.dry_run:
        return _dry_run(wanted.all(), options.known or {})
    line = Line(repo_id, options.timeout_s)
    with patient(line), explained(repo_id):
        return _Push(repo_id, wanted, options).run(line)


def _dry_run(files: Mapping[str, File], known: Mapping[str, str]) -> PushReport:
    changed = [file for name, file in sorted(files.items()) if known.get(name) != file.sha256]
    n_new = sum(file.n_bytes for file in changed)
    total = sum(file.n_bytes for file in files.values())
    return PushReport(
        "",
        len(files),
        n_new,
        total - n_new,
        changed=tuple(file.path for file in changed),
        removed=tuple(sorted(set(known) - set(files))),
        warnings=() if known else ("Nothing is known of an earlier push from here.",),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """What has to happen between the repository's head and the data set."""

    head: str
    files: Mapping[str, File]
    changed: tuple[str, ...]
    stale: tuple[str, ...]


class _Push:
    """One push to one repository."""

    def __init__(self, repo_id: str, wanted: Wanted, options: PushOptions) -> None:
        self.repository = Repository(repo_id, options.token)
        self.wanted = wanted
        self.options = options

    def run(self, line: Line) -> PushReport:
        """Create, commit, check, tag, clean."""
        repository, options = self.repository, self.options
        url = repository.open(private=options.private)
        # Before anything can be seen there.
        if repository.gate(options.gated):
            self.wanted = self.wanted.behind_gate()
        commit, step = self._commit()
        self._check(commit, step.files)
        if options.tag is not None:
            repository.tag(options.tag, commit)
        cleaned: list[str] = []
        if options.clean_history:
            cleaned = repository.clean()
            commit = repository.head()
            self._check(commit, step.files)
        sent, total = line.total_sent(), sum(file.n_bytes for file in step.files.values())
        return PushReport(
            commit,
            len(step.files),
            sent,
            max(0, total - sent),
            url,
            changed=step.changed,
            removed=step.stale,
            cleaned=tuple(cleaned),
            wanted={name: file.sha256 for name, file in self.wanted.all().items()},
        )

    def _commit(self) -> tuple[str, _Step]:
        first: _Step | None = None
        for attempt in range(1, MAX_TRIES + 1):
            step = self._step()
            first = first or step
            done = _Step(step.head, step.files, first.changed, first.stale)
            if not step.changed and not step.stale:
                return step.head, done
            start_s = time.monotonic()
            try:
                self.options.before_commit()
                files = [step.files[name] for name in step.changed]
                message = self.options.message
                commit = self.repository.commit(files, step.stale, message=message, parent=step.head)
            except Exception as e:
                # After a lost answer the commit may well be there: the next round's look at the tree tells.
                is_over = attempt == MAX_TRIES or not (is_conflict(e) or is_transient(e))
                # Silence costs a timeout each time; a line that was cut shows at once.
                is_silent = status_of(e) is None and time.monotonic() - start_s > self.options.timeout_s
                if is_over or is_silent:
                    raise
                logger.warning("commit %d of %d failed: %s", attempt, MAX_TRIES, type(e).__name__)
                time.sleep(0.2 * 2**attempt if is_transient(e) else 0.1)
            else:
                return commit, done
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _step(self) -> _Step:
        repository = self.repository
        head = repository.head()
        tree = repository.tree(head)
        ours, base = repository.manifest(tree, head)
        _refuse_foreign(tree, ours, self.wanted.data)
        if LICENCE_FILE in tree and LICENCE_FILE not in ours:
            self.wanted = self.wanted.without_terms()
        files = self.wanted.all()
        if CARD_FILE in tree and not files[CARD_FILE].is_like(tree[CARD_FILE]):
            theirs = repository.read(CARD_FILE, head)
            files = self.wanted.all(merge_cards(theirs, self.wanted.card, base=base))
        changed = tuple(sorted(name for name, file in files.items() if not file.is_like(tree.get(name))))
        stale = tuple(sorted(name for name in ours if name in tree and name not in files))
        if (changed or stale) and self.options.tag is not None and self.options.tag in repository.tags():
            raise HubError(
                "a tag of that name exists, and points at something else",
                value=self.options.tag,
                remedy="Choose another name",
            )
        if CARD_FILE in changed:
            repository.check_card(str(files[CARD_FILE].content(), "utf-8"))  # type: ignore[arg-type]
        return _Step(head, files, changed, stale)

    def _check(self, commit: str, files: Mapping[str, File]) -> None:
        tree = self.repository.tree(commit)
        wrong = sorted(name for name, file in files.items() if not file.is_like(tree.get(name)))
        if wrong:
            raise HubError(
                "the Hub holds something else than was pushed", value=wrong[0], remedy="Push again"
            )


def _refuse_foreign(tree: Mapping[str, Any], ours: set[str], wanted: Mapping[str, File]) -> None:
    foreign = sorted(
        name for name in tree if DATA_FILE.fullmatch(name) and name not in ours and name not in wanted
    )
    if foreign:
        raise HubError(
            "the repository holds data files that labwidgets did not write, and would mix with ours",
            value=foreign[0],
            remedy="Push to another repository, or delete them there first",
        )
