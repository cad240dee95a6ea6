"""One data set repository on the Hub, as far as a push needs it."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from labwidgets.corpus.card import LICENCE_FILE, Card
from labwidgets.corpus.hub.errors import is_transient
from labwidgets.corpus.hub.files import CARD_FILE, DATA_FILE, MANIFEST_FILE, File
from labwidgets.errors import HubError

TRIES = 3

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Repository:
    """The repository ``repo_id``, seen with ``token``."""

    def __init__(self, repo_id: str, token: str | None) -> None:
        from huggingface_hub import HfApi

        self.api = HfApi(token=token)
        self.repo_id = repo_id
        self.where: dict[str, Any] = {"repo_id": repo_id, "repo_type": "dataset"}

    def open(self, *, private: bool) -> str:
        """Make it where it is missing, make sure that we may write, and return its address."""
        url = _steady(lambda: self.api.create_repo(**self.where, private=private or None, exist_ok=True))
        _steady(lambda: self.api.auth_check(**self.where, write=True))
        return str(url)

    def gate(self, gated: str | None) -> bool:
        """Put up a gate of the kind ``gated`` (None: leave it as it is), and return whether there is one."""
        there = _steady(lambda: self.api.repo_info(**self.where).gated)
        if gated is not None and there != gated:
            _steady(lambda: self.api.update_repo_settings(**self.where, gated=gated))
        return bool(gated or there)

    def head(self) -> str:
        """Return the newest commit."""
        return str(_steady(lambda: self.api.repo_info(**self.where).sha))

    def tree(self, revision: str) -> dict[str, Any]:
        """Return all files of a revision by path."""
        from huggingface_hub.hf_api import RepoFile

        def listed() -> dict[str, Any]:
            entries = self.api.list_repo_tree(**self.where, revision=revision, recursive=True)
            return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}

        return _steady(listed)

    def manifest(self, tree: Mapping[str, Any], revision: str) -> tuple[set[str], Card | None]:
        """Return which files our last push brought, and the card as it wrote it."""
        if MANIFEST_FILE not in tree:
            return set(), None
        try:
            content = json.loads(self.read(MANIFEST_FILE, revision))
            names = {name for name in content["files"] if DATA_FILE.fullmatch(name) or name == LICENCE_FILE}
            card = content.get("card")
            return names, None if card is None else Card(dict(card["fields"]), str(card["text"]))
        except (ValueError, KeyError, TypeError):
            # Somebody wrote into it: it is as if there were none.
            return set(), None

    def read(self, name: str, revision: str) -> str:
        """Return the text of a file."""

        def downloaded() -> str:
            with tempfile.TemporaryDirectory(prefix="labwidgets-hub-") as folder:
                path = self.api.hf_hub_download(
                    **self.where, filename=name, revision=revision, local_dir=folder
                )
                return Path(path).read_text(encoding="utf-8", errors="replace")

        return _steady(downloaded)

    def check_card(self, text: str) -> None:
        """Let the Hub look at a card before anything is sent.

        Raises:
            HubError: It does not accept it.
        """
        from huggingface_hub import DatasetCard

        try:
            _steady(lambda: DatasetCard(text).validate(repo_type="dataset"))
        except ValueError as e:
            raise HubError(
                "the Hub does not accept the YAML at the top of the card",
                value=CARD_FILE,
                remedy=f"Correct it there, then push again. The Hub said: {' '.join(str(e).split())[:300]}",
            ) from e

    def commit(self, files: Iterable[File], stale: Iterable[str], *, message: str, parent: str) -> str:
        """Send what the Hub lacks of ``files``, and return the one commit that puts all in place."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        # Built anew for each try: huggingface_hub keeps the state of an upload inside the operation.
        additions = [
            CommitOperationAdd(path_in_repo=one.path, path_or_fileobj=one.content()) for one in files
        ]
        self.api.preupload_lfs_files(**self.where, additions=additions, free_memory=False)
        deletions = [CommitOperationDelete(path_in_repo=name) for name in sorted(stale)]
        info = self.api.create_commit(
            **self.where, operations=[*additions, *deletions], commit_message=message, parent_commit=parent
        )
        return str(info.oid)

    def tags(self) -> dict[str, str]:
        """Return the commit of each tag."""
        refs = _steady(lambda: self.api.list_repo_refs(**self.where))
        return {tag.name: str(tag.target_commit) for tag in refs.tags}

    def tag(self, name: str, commit: str) -> None:
        """Give a commit a name."""
        _steady(lambda: self.api.create_tag(**self.where, tag=name, revision=commit, exist_ok=True))

    def clean(self) -> list[str]:
        """Delete everything but the newest state for good, and say what went.

        Tags go first: they keep old revisions alive.
        """
        gone = []
        for name in sorted(self.tags()):
            _steady(partial(self.api.delete_tag, **self.where, tag=name))
            gone.append(f"tag {name} deleted")
        _steady(lambda: self.api.super_squash_history(**self.where, branch="main"))
        gone.append("all commits squashed into one")
        kept = {str(entry.lfs.sha256) for entry in self.tree("main").values() if entry.lfs is not None}
        old = [
            one
            for one in _steady(lambda: list(self.api.list_lfs_files(**self.where)))
            if one.file_oid not in kept
        ]
        _steady(lambda: self.api.permanently_delete_lfs_files(**self.where, lfs_files=old))
        gone.append(f"{len(old)} large files of old revisions deleted")
        return gone


def _steady(call: Callable[[], T]) -> T:
    """Return what ``call``, which may be repeated, gives; huggingface_hub tries these calls only once."""
    for attempt in range(1, TRIES):
        try:
            return call()
        except Exception as e:
            if not is_transient(e):
                raise
            logger.warning("a call to the Hub failed, trying again: %s", type(e).__name__)
            time.sleep(0.25 * 2**attempt)
    return call()
