"""What the test Hub answers, route by route."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote

import yaml
from hub_access import READERS, WRITERS
from hub_git import StaleParentError, decoded, is_large, pointer
from hub_history import History
from hub_messages import Answer, RefusedError, Request, ranged
from hub_storage import Storage

DATE = "2026-01-02T03:04:05.678Z"


class Hub(Storage, History):
    """Repositories in a folder, and the API over them."""

    # ---- dispatch ----------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request to the Hub itself."""
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and request.method in method.split():
                arguments = {key: unquote(value or "") for key, value in found.groupdict().items()}
                return getattr(self, name)(request, **arguments)
        return Answer.error(404, f"no such page: {request.path}", "EntryNotFound")

    # ---- account and repositories ------------------------------------------------------------------------

    def whoami(self, request: Request) -> Answer:
        token = self.user(request) or ""
        name, owners = (WRITERS | READERS)[token]
        orgs = [{"name": owner, "roleInOrg": "write"} for owner in owners if owner != name]
        role = "write" if token in WRITERS else "read"
        return Answer.json(
            {"type": "user", "name": name, "orgs": orgs, "auth": {"accessToken": {"role": role}}}
        )

    def create(self, request: Request) -> Answer:
        wanted = request.json()
        token = self.user(request) or ""
        owner = wanted.get("organization") or (WRITERS | READERS)[token][0]
        self.writable(request, owner)
        repo_id = f"{owner}/{wanted['name']}"
        url = f"{self.url}/datasets/{repo_id}"
        with self.lock:
            repository = self._repository(repo_id)
            if repository.folder.exists():
                return Answer.error(409, "You already created this dataset repo", url=url)
            repository.create()
            if wanted.get("private") or wanted.get("visibility") == "private":
                self.private.add(repo_id)
        return Answer.json({"url": url, "name": repo_id, "id": repo_id})

    def settings(self, request: Request, owner: str, name: str) -> Answer:
        self.writable(request, owner)
        self.repository(request, owner, name)
        self.gated[f"{owner}/{name}"] = request.json()["gated"]
        return Answer.json(request.json())

    def auth_check(self, request: Request, owner: str, name: str, write: str) -> Answer:
        self.repository(request, owner, name)
        if write:
            self.writable(request, owner)
        return Answer.json({})

    def validate_yaml(self, request: Request) -> Answer:
        head = re.match(r"---\r?\n(.*?)\n---", request.json()["content"], re.DOTALL)
        try:
            data = yaml.safe_load(head[1]) if head else {}
        except yaml.YAMLError as e:
            return Answer.json({"errors": [{"message": f"bad YAML: {e}"}], "warnings": []}, 400)
        if data.get("license") == "other" and not data.get("license_name"):
            return Answer.json({"errors": [{"message": '"license_name" is required'}], "warnings": []}, 400)
        return Answer.json({"errors": [], "warnings": []})

    def info(self, request: Request, owner: str, name: str, revision: str) -> Answer:
        repository, commit = self.at(request, owner, name, revision or "main")
        repo_id = f"{owner}/{name}"
        files = [{"rfilename": path} for path in repository.tree(commit)]
        shown = {
            "_id": "0" * 24,
            "id": repo_id,
            "author": owner,
            "sha": commit,
            "siblings": files,
            "tags": [],
        }
        shown |= {
            "private": repo_id in self.private,
            "gated": self.gated.get(repo_id, False),
            "disabled": False,
            "downloads": 0,
            "likes": 0,
        }
        return Answer.json(shown | {"lastModified": DATE, "createdAt": DATE})

    def tree(self, request: Request, owner: str, name: str, revision: str, path: str) -> Answer:
        repository, commit = self.at(request, owner, name, revision)
        blobs = repository.tree(commit)
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        below = [blob for blob in blobs.values() if blob.path.startswith(prefix)]
        if prefix and not below:
            raise RefusedError(404, f"{path} does not exist on {revision}", "EntryNotFound")
        folders = sorted({part for blob in below for part in _parents(blob.path) if part.startswith(prefix)})
        entries = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": folder} for folder in folders]
        entries += [blob.entry() for blob in below]
        if request.query.get("recursive", "false").lower() not in {"true", "1"}:
            entries = [entry for entry in entries if "/" not in str(entry["path"])[len(prefix) :]]
        return Answer.json(entries)

    def paths_info(self, request: Request, owner: str, name: str, revision: str) -> Answer:
        repository, commit = self.at(request, owner, name, revision)
        is_json = "json" in request.headers.get("Content-Type", "")
        paths = request.json()["paths"] if is_json else parse_qs(request.body.decode()).get("paths", [])
        blobs = repository.tree(commit)
        return Answer.json([blobs[path].entry() for path in paths if path in blobs])

    def refs(self, request: Request, owner: str, name: str) -> Answer:
        repository = self.repository(request, owner, name)
        shown = {
            kind: [
                {"name": ref, "ref": f"refs/{folder}/{ref}", "targetCommit": commit}
                for ref, commit in repository.refs(folder)
            ]
            for kind, folder in (("branches", "heads"), ("tags", "tags"))
        }
        return Answer.json(shown | {"converts": [], "pullRequests": []})

    def tag(self, request: Request, owner: str, name: str, revision: str) -> Answer:
        self.writable(request, owner)
        repository, commit = self.at(request, owner, name, revision)
        tag = request.json()["tag"]
        if not repository.tag(tag, commit):
            return Answer.error(409, f"Reference refs/tags/{tag} already exists")
        return Answer.json({})

    # ---- writing -----------------------------------------------------------------------------------------

    def preupload(self, request: Request, owner: str, name: str, revision: str) -> Answer:
        self.writable(request, owner)
        repository, commit = self.at(request, owner, name, revision)
        blobs = repository.tree(commit)
        files = []
        for file in request.json()["files"]:
            shown = {"path": file["path"], "shouldIgnore": False}
            shown["uploadMode"] = "lfs" if is_large(file["path"]) else "regular"
            if blob := blobs.get(file["path"]):
                shown["oid"] = blob.lfs[0] if blob.lfs else blob.oid
            files.append(shown)
        return Answer.json({"files": files})

    def commit(self, request: Request, owner: str, name: str, revision: str) -> Answer:
        self.writable(request, owner)
        repository, head = self.at(request, owner, name, revision)
        lines = [json.loads(line) for line in request.body.splitlines() if line.strip()]
        header = lines[0]["value"]
        if header.get("parentCommit") not in {None, head}:
            return Answer.error(412, "The branch was updated since you opened this page. Please refresh.")
        files, deleted = {}, []
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = decoded(value)
            elif line["key"] == "lfsFile":
                if not repository.object_path(value["oid"]).is_file():
                    return Answer.error(400, f"{value['path']} points at an object that was not uploaded")
                files[value["path"]] = pointer(value["oid"], value["size"])
            elif line["key"] == "deletedFile":
                deleted.append(value["path"])
        try:
            oid = repository.commit(files, deleted, message=header["summary"], parent=head)
        except StaleParentError:
            return Answer.error(412, "A commit has happened since. Please refresh and try again.")
        url = f"{self.url}/datasets/{owner}/{name}/commit/{oid}"
        return Answer.json({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def race(self, path: str) -> None:
        """Commit as somebody else to the repository that ``path`` is about."""
        owner, name = path.split("/")[3:5]
        repository = self._repository(f"{owner}/{name}")
        head = repository.resolve("main")
        number = len(repository.git("rev-list", "main").split())
        repository.commit({f"notes/{number}.txt": b"somebody else"}, (), message="race", parent=head)

    # ---- reading -----------------------------------------------------------------------------------------

    def resolve(self, request: Request, owner: str, name: str, revision: str, path: str) -> Answer:
        repository, commit = self.at(request, owner, name, revision)
        blob = repository.tree(commit).get(path)
        if blob is None:
            raise RefusedError(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if blob.lfs is None:
            answer = ranged(repository.read(blob.oid), request)
            return Answer(answer.status, answer.body, {**answer.headers, **headers, "ETag": f'"{blob.oid}"'})
        sha256, size = blob.lfs
        headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(size)}
        return Answer(302, b"", headers | {"Location": self.signed("get", f"{owner}/{name}", sha256)})


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


_REPO = r"/api/datasets/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_GIT = r"/datasets/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_ROUTES = (
    ("GET", r"/api/whoami-v2", "whoami"),
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate_yaml"),
    ("PUT", _REPO + r"/settings", "settings"),
    ("GET", _REPO + r"/auth-check(?P<write>/write)?", "auth_check"),
    ("GET", _REPO + r"(/revision/(?P<revision>[^/]+))?", "info"),
    ("GET", _REPO + r"/tree/(?P<revision>[^/]+)(?P<path>/.*)?", "tree"),
    ("POST", _REPO + r"/paths-info/(?P<revision>[^/]+)", "paths_info"),
    ("GET", _REPO + r"/refs", "refs"),
    ("POST", _REPO + r"/tag/(?P<revision>[^/]+)", "tag"),
    ("DELETE", _REPO + r"/tag/(?P<tag>[^/]+)", "delete_tag"),
    ("POST", _REPO + r"/super-squash/(?P<branch>[^/]+)", "super_squash"),
    ("GET", _REPO + r"/lfs-files", "lfs_files"),
    ("POST", _REPO + r"/lfs-files/batch", "delete_lfs_files"),
    ("GET", _REPO + r"/xet-(?P<scope>write|read)-token/(?P<revision>[^/]+)", "xet_token"),
    ("POST", _REPO + r"/preupload/(?P<revision>[^/]+)", "preupload"),
    ("POST", _REPO + r"/commit/(?P<revision>[^/]+)", "commit"),
    ("POST", _GIT + r"\.git/info/lfs/objects/batch", "batch"),
    ("POST", _GIT + r"\.git/info/lfs/verify", "verify"),
    ("GET HEAD", _GIT + r"/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
)
