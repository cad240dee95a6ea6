"""How the test Hub forgets: squashed branches, deleted tags, large objects deleted for good."""

from __future__ import annotations

from hub_access import Access
from hub_messages import Answer, Request

DATE = "2026-01-02T03:04:05.678Z"


class History(Access):
    """The routes that take things away."""

    def super_squash(self, request: Request, owner: str, name: str, branch: str) -> Answer:
        """Make one commit of a branch."""
        self.writable(request, owner)
        repository, head = self.at(request, owner, name, branch)
        message = request.json().get("message") or "squashed"
        tree = repository.git("rev-parse", f"{head}^{{tree}}").decode().strip()
        commit = repository.git("commit-tree", tree, stdin=message.encode()).decode().strip()
        repository.git("update-ref", f"refs/heads/{branch}", commit, head)
        return Answer.json({})

    def lfs_files(self, request: Request, owner: str, name: str) -> Answer:
        """List all large objects, those of old revisions too."""
        self.writable(request, owner)
        repository = self.repository(request, owner, name)
        objects = sorted(repository.objects.iterdir()) if repository.objects.is_dir() else []
        shown = [
            {
                "fileOid": path.name,
                "filename": path.name,
                "oid": path.name,
                "pushedAt": DATE,
                "ref": "main",
                "size": path.stat().st_size,
            }
            for path in objects
        ]
        return Answer.json(shown)

    def delete_lfs_files(self, request: Request, owner: str, name: str) -> Answer:
        """Delete large objects for good."""
        self.writable(request, owner)
        repository = self.repository(request, owner, name)
        for sha256 in request.json()["deletions"]["sha"]:
            repository.object_path(sha256).unlink(missing_ok=True)
        return Answer.json({})

    def delete_tag(self, request: Request, owner: str, name: str, tag: str) -> Answer:
        """Take a tag away."""
        self.writable(request, owner)
        self.repository(request, owner, name).git("update-ref", "-d", f"refs/tags/{tag}")
        return Answer.json({})
