"""The repositories of the test Hub: bare git repositories, and beside them a folder of large objects."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)
LFS_ENDINGS = (".parquet", ".flac", ".wav", ".bin", ".safetensors")
ZERO = "0" * 40


class StaleParentError(Exception):
    """The branch is not where the commit's author thinks it is."""


@dataclass(frozen=True)
class Blob:
    """A file in a tree; ``lfs`` is (sha256, size) for a pointer to a large object."""

    path: str
    oid: str
    size: int
    lfs: tuple[str, int] | None

    def entry(self) -> dict[str, object]:
        """Return it as the Hub's API lists it."""
        shown: dict[str, object] = {"type": "file", "oid": self.oid, "size": self.size, "path": self.path}
        if self.lfs is not None:
            shown["size"] = self.lfs[1]
            shown["lfs"] = {"oid": self.lfs[0], "size": self.lfs[1], "pointerSize": self.size}
        return shown


class Repository:
    """One data set repository."""

    def __init__(self, folder: Path, objects: Path) -> None:
        self.folder = folder
        self.objects = objects

    def create(self) -> None:
        """Make it, with a first commit as the Hub does."""
        self.folder.mkdir(parents=True)
        self.objects.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "--bare", "--initial-branch=main", ".")
        attributes = "".join(f"*{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in LFS_ENDINGS)
        self.commit({".gitattributes": attributes.encode()}, (), message="initial commit", parent=None)

    def git(self, *arguments: str, stdin: bytes | None = None, index: str | None = None) -> bytes:
        """Run git in the repository and return what it prints."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "hub", f"GIT_{role}_EMAIL": "hub@localhost"}
        if index is not None:
            environment["GIT_INDEX_FILE"] = index
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a branch, tag or commit id names."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            try:
                return self.git("rev-parse", "-q", "--verify", f"{name}^{{commit}}").decode().strip()
            except subprocess.CalledProcessError:
                continue
        return None

    def tree(self, commit: str) -> dict[str, Blob]:
        """Return all files of a commit."""
        listed = self.git("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0")
        return {blob.path: blob for blob in map(self._blob, filter(None, listed))}

    def _blob(self, line: bytes) -> Blob:
        head, _, path = line.partition(b"\t")
        _, _, oid, size = head.split()
        content = self.read(oid.decode()) if int(size) < 200 else b""
        pointer = POINTER.fullmatch(content)
        lfs = (pointer[1].decode(), int(pointer[2])) if pointer else None
        return Blob(path.decode(), oid.decode(), int(size), lfs)

    def read(self, oid: str) -> bytes:
        """Return a blob's bytes."""
        return self.git("cat-file", "blob", oid)

    def object_path(self, sha256: str) -> Path:
        """Return where a large object lies, or would."""
        if re.fullmatch("[0-9a-f]{64}", sha256) is None:
            raise ValueError(sha256)
        return self.objects / sha256

    def commit(
        self, files: Mapping[str, bytes], deleted: Sequence[str], *, message: str, parent: str | None
    ) -> str:
        """Put one commit on main, if main is still at ``parent``.

        Raises:
            StaleParentError: It is not.
        """
        with tempfile.TemporaryDirectory() as scratch:
            index = str(Path(scratch, "index"))
            if parent is not None:
                self.git("read-tree", parent, index=index)
            lines = [f"0 {ZERO}\t{path}\n" for path in deleted]
            for path, content in files.items():
                oid = self.git("hash-object", "-w", "--stdin", stdin=content).decode().strip()
                lines.append(f"100644 {oid}\t{path}\n")
            self.git("update-index", "--index-info", stdin="".join(lines).encode(), index=index)
            tree = self.git("write-tree", index=index).decode().strip()
        parents = ["-p", parent] if parent is not None else []
        commit = self.git("commit-tree", tree, *parents, stdin=message.encode()).decode().strip()
        try:
            self.git("update-ref", "refs/heads/main", commit, parent or ZERO)
        except subprocess.CalledProcessError as e:
            raise StaleParentError from e
        return commit

    def tag(self, name: str, commit: str) -> bool:
        """Make a tag; False when it exists."""
        try:
            self.git("update-ref", f"refs/tags/{name}", commit, ZERO)
        except subprocess.CalledProcessError:
            return False
        return True

    def refs(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield (name, commit) of all ``heads`` or ``tags``."""
        listed = self.git(
            "for-each-ref", "--format=%(objectname) %(refname:strip=2)", f"refs/{kind}"
        ).decode()
        for line in listed.splitlines():
            commit, _, name = line.partition(" ")
            yield name, commit


def pointer(sha256: str, size: int) -> bytes:
    """Return the small file that stands for a large object."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def is_large(path: str) -> bool:
    """Return whether a file of this name goes to the object storage."""
    return path.endswith(LFS_ENDINGS)


def decoded(value: Mapping[str, str]) -> bytes:
    """Return the content of a file in a commit's body."""
    return (
        base64.b64decode(value["content"]) if value.get("encoding") == "base64" else value["content"].encode()
    )
