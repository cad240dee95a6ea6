"""Where the test Hub keeps large objects: by SHA-256 at signed addresses, or chunk by chunk (``hub_xet``)."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path

from hub_access import Access
from hub_messages import Answer, Request, ranged
from hub_xet import BadUploadError, ChunkStorage


class Storage(Access):
    """The routes that move large objects."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.chunks = ChunkStorage(folder / "xorbs")

    def storage(self, request: Request) -> Answer:
        """Return the answer to a request to the object storage, which knows signed addresses only."""
        if request.path.startswith("/cas/"):
            return self._chunk_storage(request)
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
        return ranged(path.read_bytes(), request) if path.is_file() else Answer.error(404, "no such object")

    def signed(self, kind: str, repo_id: str, sha256: str) -> str:
        """Return the address of an object that works without a token."""
        path = f"/{kind}/{repo_id}/{sha256}"
        return f"{self.storage_url}{path}?signature={_signature(path)}"

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

    # ---- chunk by chunk --------------------------------------------------------------------------------

    def xet_token(self, request: Request, owner: str, name: str, scope: str, revision: str) -> Answer:
        """Return where chunks go, and a token for that."""
        self.at(request, owner, name, revision)
        if scope == "write":
            self.writable(request, owner)
        token, url, until = f"xet-{scope}:{owner}/{name}", f"{self.storage_url}/cas", int(time.time()) + 3600
        headers = {"X-Xet-Cas-Url": url, "X-Xet-Access-Token": token, "X-Xet-Token-Expiration": str(until)}
        answer = Answer.json({"accessToken": token, "exp": until, "casUrl": url})
        return Answer(answer.status, answer.body, {**answer.headers, **headers})

    def _chunk_storage(self, request: Request) -> Answer:
        token = request.headers.get("Authorization", "")
        scope, _, repo_id = token.removeprefix("Bearer xet-").partition(":")
        route = request.path.removeprefix("/cas/").split("/")
        if not repo_id:
            return Answer.error(401, "no token of the chunk storage")
        if request.method == "GET" and route[:2] == ["v1", "chunks"]:
            known = self.chunks.known.get(route[-1])
            return Answer(200, known) if known else Answer.error(404, "no such chunk")
        if route == ["v1", "telemetry"]:
            return Answer.json({})
        if scope != "write":
            return Answer.error(403, "this token may only read")
        try:
            return self._take_in(route, repo_id, request.body)
        except BadUploadError as e:
            return Answer.error(400, str(e))

    def _take_in(self, route: list[str], repo_id: str, body: bytes) -> Answer:
        if route[:2] == ["v1", "xorbs"]:
            return Answer.json({"was_inserted": self.chunks.put_xorb(route[-1], body)})
        if route != ["v2", "shards"]:
            return Answer.error(404, "no such page of the chunk storage")
        for sha256, content in self.chunks.put_shard(body):
            path = self._repository(repo_id).object_path(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        frames = ({"type": "validating", "verified": 1, "total": 1}, {"type": "result"})
        body = "".join(json.dumps(frame) + "\n" for frame in frames).encode()
        return Answer(200, body, {"Content-Type": "application/x-ndjson"})


def _signature(path: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"secret" + path.encode()).digest()[:12]).decode()
