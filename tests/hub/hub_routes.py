"""What the test Hub answers, route by route."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from hub_git import Repository, StaleParentError, decoded, is_large, pointer

WRITERS = {"hf_writer": ("writer", ("writer", "team", "me"))}
READERS = {"hf_reader": ("reader", ())}
DATE = "2026-01-02T03:04:05.678Z"


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, status: int = 200, **headers: str) -> Answer:
        """Return a JSON answer."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})

    @classmethod
    def error(cls, status: int, message: str, code: str | None = None, **fields: str) -> Answer:
        """Return an error as the Hub words it."""
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        return cls.json({"error": message, **fields}, status, **headers)


class RefusedError(Exception):
    """An error answer, raised from within a route."""

    def __init__(self, status: int, message: str, code: str | None = None, **fields: str) -> None:
        super().__init__(message)
        self.answer = Answer.error(status, message, code, **fields)


class Hub:
    """Repositories in a folder, and the API over them."""

    url = storage_url = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.private: set[str] = set()

    # ---- dispatch ----------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request to the Hub itself."""
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and request.method in method.split():
                arguments = {key: unquote(value or "") for key, value in found.groupdict().items()}
                return getattr(self, name)(request, **arguments)
        return Answer.error(404, f"no such page: {request.path}", "EntryNotFound")

    def storage(self, request: Request) -> Answer:
        """Return the answer to a request to the object storage, which knows signed addresses only."""
        if request.headers.get("Authorization"):
            return Answer.error(400, "the storage was sent a token")
        owner, name, sha256 = request.path.split("/")[2:]
        if request.query.get("signature") != _signature(request.path):
            return Answer.error(403, "bad signature")
        path = self.folder / "objects" / owner / name / sha256
        if request.method == "PUT":
            if hashlib.sha256(request.body).hexdigest() != sha256:
                return Answer.error(400, "the body is not the object")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(request.body)
            return Answer(headers={"ETag": f'"{sha256}"'})
        return _ranged(path.read_bytes(), request) if path.is_file() else Answer.error(404, "no such object")

    def signed(self, kind: str, repo_id: str, sha256: str) -> str:
        """Return the address of an object that works without a token."""
        path = f"/{kind}/{repo_id}/{sha256}"
        return f"{self.storage_url}{path}?signature={_signature(path)}"

    # ---- who may what ------------------------------------------------------------------------------------

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

    def auth_check(self, request: Request, owner: str, name: str, write: str) -> Answer:
        self.repository(request, owner, name)
        if write:
            self.writable(request, owner)
        return Answer.json({})

    def validate_yaml(self, _: Request) -> Answer:
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
            "gated": False,
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

    def batch(self, request: Request, owner: str, name: str) -> Answer:
        self.writable(request, owner)
        repository = self.repository(request, owner, name)
        objects = []
        for wanted in request.json()["objects"]:
            shown = {"oid": wanted["oid"], "size": wanted["size"]}
            if not repository.object_path(wanted["oid"]).is_file():
                verify = f"{self.url}/datasets/{owner}/{name}.git/info/lfs/verify"
                shown["actions"] = {
                    "upload": {"href": self.signed("put", f"{owner}/{name}", wanted["oid"])},
                    "verify": {"href": verify},
                }
            objects.append(shown)
        return Answer.json({"transfer": "basic", "objects": objects})

    def verify(self, request: Request, owner: str, name: str) -> Answer:
        self.writable(request, owner)
        path = self.repository(request, owner, name).object_path(request.json()["oid"])
        is_there = path.is_file() and path.stat().st_size == request.json()["size"]
        return Answer.json({}) if is_there else Answer.error(404, "no such object")

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
            answer = _ranged(repository.read(blob.oid), request)
            return Answer(answer.status, answer.body, {**answer.headers, **headers, "ETag": f'"{blob.oid}"'})
        sha256, size = blob.lfs
        headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(size)}
        return Answer(302, b"", headers | {"Location": self.signed("get", f"{owner}/{name}", sha256)})


def _ranged(data: bytes, request: Request) -> Answer:
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if not found:
        return Answer(200, data)
    start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
    return Answer(206, data[start : end + 1], {"Content-Range": f"bytes {start}-{end}/{len(data)}"})


def _signature(path: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"secret" + path.encode()).digest()[:12]).decode()


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


_REPO = r"/api/datasets/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_GIT = r"/datasets/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_ROUTES = (
    ("GET", r"/api/whoami-v2", "whoami"),
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate_yaml"),
    ("GET", _REPO + r"/auth-check(?P<write>/write)?", "auth_check"),
    ("GET", _REPO + r"(/revision/(?P<revision>[^/]+))?", "info"),
    ("GET", _REPO + r"/tree/(?P<revision>[^/]+)(?P<path>/.*)?", "tree"),
    ("POST", _REPO + r"/paths-info/(?P<revision>[^/]+)", "paths_info"),
    ("GET", _REPO + r"/refs", "refs"),
    ("POST", _REPO + r"/tag/(?P<revision>[^/]+)", "tag"),
    ("POST", _REPO + r"/preupload/(?P<revision>[^/]+)", "preupload"),
    ("POST", _REPO + r"/commit/(?P<revision>[^/]+)", "commit"),
    ("POST", _GIT + r"\.git/info/lfs/objects/batch", "batch"),
    ("POST", _GIT + r"\.git/info/lfs/verify", "verify"),
    ("GET HEAD", _GIT + r"/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
)
