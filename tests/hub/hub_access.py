"""Who may do what on the test Hub, and where things lie."""

from __future__ import annotations

import threading
from pathlib import Path

from hub_git import Repository
from hub_messages import RefusedError, Request

WRITERS = {"hf_writer": ("writer", ("writer", "team", "me"))}
READERS = {"hf_reader": ("reader", ())}


class Access:
    """The repositories in a folder, found for those who may see them."""

    url = storage_url = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.private: set[str] = set()
        self.gated: dict[str, str] = {}

    def user(self, request: Request, *, required: bool = True) -> str | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        known = WRITERS | READERS
        if token in known:
            return token
        if token or required:
            raise RefusedError(401, "Invalid credentials in Authorization header")
        return None

    def writable(self, request: Request, owner: str) -> None:
        token = self.user(request)
        if owner not in WRITERS.get(token or "", ("", ()))[1]:
            raise RefusedError(403, f"You don't have the rights to write to {owner}")

    def repository(self, request: Request, owner: str, name: str) -> Repository:
        token = self.user(request, required=False)
        folder = self.folder / "repos" / owner / f"{name}.git"
        hidden = f"{owner}/{name}" in self.private and owner not in WRITERS.get(token or "", ("", ()))[1]
        if not folder.is_dir() or hidden:
            raise RefusedError(404, "Repository not found", "RepoNotFound")
        return self._repository(f"{owner}/{name}")

    def _repository(self, repo_id: str) -> Repository:
        return Repository(self.folder / "repos" / f"{repo_id}.git", self.folder / "objects" / repo_id)

    def at(self, request: Request, owner: str, name: str, revision: str) -> tuple[Repository, str]:
        repository = self.repository(request, owner, name)
        commit = repository.resolve(revision)
        if commit is None:
            raise RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return repository, commit
