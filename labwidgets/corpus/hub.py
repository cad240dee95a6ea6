"""Pushing an exported data set to a Hub: one atomic commit, resumable, checked at the end."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labwidgets.corpus.card import MARKER
from labwidgets.corpus.hub_errors import explained, is_conflict, is_transient
from labwidgets.corpus.rows import file_sha256
from labwidgets.errors import HubError
from labwidgets.records import in_words

MANIFEST_FILE = "labwidgets.json"
CARD_FILE = "README.md"
MAX_TRIES = 5
TIMEOUT_S = 30.0
_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]{0,95}")
_DATA_FILE = re.compile(r"data/(train|validation|test)-[^/]*")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did.

    Attributes:
        commit: Id of the commit that holds the data set; empty for a dry run.
        files: Files of the data set in the repository.
        bytes_sent: Size of the files that were new or changed.
        bytes_known: Size of the files that the repository had already.
        url: Where to look at it; empty for a dry run.
    """

    commit: str
    files: int
    bytes_sent: int
    bytes_known: int
    url: str

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        sizes = (
            f"{self.files} files, {self.bytes_sent / 1e6:.1f} MB new, {self.bytes_known / 1e6:.1f} MB known"
        )
        return f"{sizes}: {self.url}" if self.commit else f"Would go: {sizes}. Nothing was sent."


@dataclass(frozen=True, slots=True)
class _File:
    """One file to be in the repository: on disk, or ``content``."""

    path: str
    sha256: str
    n_bytes: int
    source: Path | bytes


def push(  # noqa: PLR0913 - what, where, and how it shall look
    folder: Path,
    repo_id: str,
    *,
    private: bool = False,
    token: str | None = None,
    dry_run: bool = False,
    message: str = "Update the data set",
    tag: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> PushReport:
    """Make the repository hold the data set in ``folder``, in one commit or not at all.

    Files that are there already are not sent again, so an interrupted push goes on where it stopped. Files
    that earlier pushes brought and that are not part of the data set any more go; all other files in the
    repository are left alone. A card that was written by hand keeps its text.

    Args:
        folder: As ``labwidgets.corpus.dataset.write_parquet`` made it.
        repo_id: ``owner/name``; made when it does not exist.
        private: Make a new repository private.
        token: Of the Hub; the one that ``hf auth login`` stored when None.
        dry_run: Only count; needs no network.
        message: Of the commit.
        tag: Name for this state, for example ``v1.2``.
        timeout_s: Longest silence of the server before the push fails.

    Raises:
        HubError: The Hub refused or could not be reached; the message says what to do.
    """
    if _REPO_ID.fullmatch(repo_id) is None or ".." in repo_id or "--" in repo_id:
        raise HubError("not the name of a repository", value=repo_id, allowed="owner/name", remedy="")
    files = _files(folder)
    if dry_run:
        return PushReport("", len(files), sum(file.n_bytes for file in files.values()), 0, "")
    with _patient(timeout_s), explained(repo_id):
        return _Push(repo_id, token, message).run(files, private=private, tag=tag)


def _files(folder: Path) -> dict[str, _File]:
    shards = sorted((folder / "data").glob("*.parquet"))
    if not shards or not (folder / CARD_FILE).is_file():
        raise HubError(
            "there is no exported data set", value=folder, remedy="Export it with to='parquet' first"
        )
    files = {}
    for path in [*shards, folder / CARD_FILE]:
        name = path.relative_to(folder).as_posix()
        files[name] = _File(name, file_sha256(path), path.stat().st_size, path)
    listed = {name: file.sha256 for name, file in files.items() if name != CARD_FILE}
    manifest = json.dumps({"written_by": "labwidgets", "files": listed}, indent=2).encode() + b"\n"
    files[MANIFEST_FILE] = _from_bytes(MANIFEST_FILE, manifest)
    return files


def _from_bytes(name: str, data: bytes) -> _File:
    return _File(name, hashlib.sha256(data).hexdigest(), len(data), data)


class _Push:
    """One push to one repository."""

    def __init__(self, repo_id: str, token: str | None, message: str) -> None:
        from huggingface_hub import HfApi

        self.api = HfApi(token=token)
        self.where: dict[str, Any] = {"repo_id": repo_id, "repo_type": "dataset"}
        self.message = message

    def run(self, files: dict[str, _File], *, private: bool, tag: str | None) -> PushReport:
        """Create, commit, check, tag."""
        url = self.api.create_repo(**self.where, private=private or None, exist_ok=True)
        self.api.auth_check(**self.where, write=True)
        commit, sent, files = self._commit(files)
        self._check(commit, files)
        if tag is not None:
            self.api.create_tag(**self.where, tag=tag, revision=commit, exist_ok=True)
        n_sent = sum(files[name].n_bytes for name in sent)
        total = sum(file.n_bytes for file in files.values())
        return PushReport(commit, len(files), n_sent, total - n_sent, str(url))

    def _commit(self, files: dict[str, _File]) -> tuple[str, set[str], dict[str, _File]]:
        sent: set[str] = set()
        for attempt in range(1, MAX_TRIES + 1):
            head = str(self.api.repo_info(**self.where).sha)
            remote = self._tree(head)
            wanted = self._with_kept_card(files, remote, head)
            changed = {name for name, file in wanted.items() if not _same(file, remote.get(name))}
            stale = self._stale(wanted, remote, head)
            if not changed and not stale:
                return head, sent, wanted
            sent |= changed
            try:
                return self._send(wanted, changed, stale, head), sent, wanted
            except Exception as e:
                # After a lost answer the commit may well be there: the next round's look at the tree tells.
                if attempt == MAX_TRIES or not (is_conflict(e) or is_transient(e)):
                    raise
                logger.warning(
                    "commit %d of %d failed, trying again: %s", attempt, MAX_TRIES, type(e).__name__
                )
                time.sleep(0.2 * 2**attempt if is_transient(e) else 0.1)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _send(self, files: Mapping[str, _File], changed: set[str], stale: set[str], head: str) -> str:
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        # Built anew in each round: huggingface_hub keeps the state of an upload inside the operation.
        additions = [
            CommitOperationAdd(path_in_repo=name, path_or_fileobj=_content(files[name].source))
            for name in sorted(changed)
        ]
        self.api.preupload_lfs_files(**self.where, additions=additions, free_memory=False)
        deletions = [CommitOperationDelete(path_in_repo=name) for name in sorted(stale)]
        info = self.api.create_commit(
            **self.where,
            operations=[*additions, *deletions],
            commit_message=self.message,
            parent_commit=head,
        )
        return str(info.oid)

    def _tree(self, revision: str) -> dict[str, Any]:
        from huggingface_hub.hf_api import RepoFile

        entries = self.api.list_repo_tree(**self.where, revision=revision, recursive=True)
        return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}

    def _check(self, commit: str, files: Mapping[str, _File]) -> None:
        remote = self._tree(commit)
        wrong = sorted(name for name, file in files.items() if not _same(file, remote.get(name)))
        if wrong:
            raise HubError(
                "the Hub holds something else than was pushed", value=wrong[0], remedy="Push again"
            )

    def _stale(self, files: Mapping[str, _File], remote: Mapping[str, Any], head: str) -> set[str]:
        ours = set(self._manifest(head)) if MANIFEST_FILE in remote else set()
        foreign = sorted(
            name for name in remote if _DATA_FILE.fullmatch(name) and name not in ours and name not in files
        )
        if foreign:
            raise HubError(
                "the repository holds data files that labwidgets did not write, and would mix with ours",
                value=foreign[0],
                remedy="Push to another repository, or delete them there first",
            )
        return {name for name in ours if name in remote and name not in files}

    def _manifest(self, revision: str) -> list[str]:
        try:
            names = json.loads(self._read(MANIFEST_FILE, revision))["files"]
        except (ValueError, KeyError, TypeError):
            return []
        return [name for name in names if isinstance(name, str) and _DATA_FILE.fullmatch(name)]

    def _with_kept_card(
        self, files: dict[str, _File], remote: Mapping[str, Any], head: str
    ) -> dict[str, _File]:
        if CARD_FILE not in remote or _same(files[CARD_FILE], remote[CARD_FILE]):
            return files
        theirs = self._read(CARD_FILE, head)
        if MARKER in theirs:
            return files
        merged = merge_cards(theirs, _text(files[CARD_FILE]))
        return {**files, CARD_FILE: _from_bytes(CARD_FILE, merged.encode())}

    def _read(self, name: str, revision: str) -> str:
        with tempfile.TemporaryDirectory(prefix="labwidgets-hub-") as folder:
            path = self.api.hf_hub_download(**self.where, filename=name, revision=revision, local_dir=folder)
            return Path(path).read_text(encoding="utf-8", errors="replace")


def merge_cards(theirs: str, ours: str) -> str:
    """Return ``theirs`` with our description of the files: the text and all other fields stay."""
    from huggingface_hub import DatasetCard

    try:
        card = DatasetCard(theirs, ignore_metadata_errors=True)
    except ValueError:
        return ours
    mine = DatasetCard(ours).data.to_dict()
    for key, value in mine.items():
        if key in ("configs", "dataset_info", "size_categories") or card.data.get(key) is None:
            card.data[key] = value
    return str(card)


def _same(file: _File, remote: Any) -> bool:
    if remote is None:
        return False
    if remote.lfs is not None:
        return str(remote.lfs.sha256) == file.sha256
    data = _content(file.source)
    content = data if isinstance(data, bytes) else Path(data).read_bytes()
    # Git's name of a blob, which is all that the Hub tells of a small file.
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return bool(remote.blob_id == blob.hexdigest())


def _content(source: Path | bytes) -> bytes | str:
    return source if isinstance(source, bytes) else str(source)


def _text(file: _File) -> str:
    return file.source.decode() if isinstance(file.source, bytes) else file.source.read_text(encoding="utf-8")


@contextmanager
def _patient(timeout_s: float) -> Iterator[None]:
    """Give huggingface_hub's client a timeout, which it has none of by itself."""
    from huggingface_hub import set_client_factory
    from huggingface_hub.utils import _http

    before: Callable[[], Any] = _http._GLOBAL_CLIENT_FACTORY  # noqa: SLF001 - see above

    def client() -> Any:
        made = before()
        made.timeout = timeout_s
        return made

    # The uploader for xet storage has its own client and would be silent for minutes.
    os.environ.setdefault("HF_XET_CLIENT_RETRY_MAX_ATTEMPTS", "3")
    os.environ.setdefault("HF_XET_CLIENT_RETRY_BASE_DELAY", "500ms")
    set_client_factory(client)
    try:
        yield
    finally:
        set_client_factory(before)
