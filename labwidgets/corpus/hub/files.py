"""The files of a data set as they shall be in the repository."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from labwidgets.corpus.card import (
    LICENCE_FILE,
    Card,
    CardContext,
    Facts,
    card_fields,
    card_text,
    licence_text,
    render_card,
)
from labwidgets.corpus.rows import file_sha256
from labwidgets.errors import HubError

MANIFEST_FILE = "labwidgets.json"
CARD_FILE = "README.md"
DATA_FILE = re.compile(r"(data|history)/(train|validation|test)-[^/]*")
GATES = ("auto", "manual")
GATE_FIELDS: Mapping[str, Any] = {
    "extra_gated_prompt": (
        "You agree not to attempt to find out who the speakers are, not to pass the recordings on, and to "
        "delete those of a speaker who took consent back from your copies."
    ),
    "extra_gated_fields": {
        "Affiliation": "text",
        "Country": "country",
        "I agree to use this data set on these terms and its licence": "checkbox",
    },
}
"""The Hub asks for these only where the repository is gated."""

_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True)
class File:
    """One file to be in the repository: on disk, or ``source`` holds its content."""

    path: str
    sha256: str
    n_bytes: int
    source: Path | bytes

    @classmethod
    def of_text(cls, path: str, text: str) -> File:
        """Return a file with ``text`` in it."""
        data = text.encode()
        return cls(path, hashlib.sha256(data).hexdigest(), len(data), data)

    def content(self) -> bytes | str:
        """Return what huggingface_hub wants: the bytes, or the path in words."""
        return self.source if isinstance(self.source, bytes) else str(self.source)

    def is_like(self, remote: Any) -> bool:
        """Return whether ``remote``, an entry of the repository's tree or None, is this file."""
        if remote is None:
            return False
        if remote.lfs is not None:
            return str(remote.lfs.sha256) == self.sha256
        data = self.source if isinstance(self.source, bytes) else self.source.read_bytes()
        # Git's name of a blob, which is all that the Hub tells of a small file.
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
        return bool(remote.blob_id == blob.hexdigest())


@dataclass(frozen=True, slots=True)
class Wanted:
    """All files of a data set, its terms too where they need one, and its card before a person's part."""

    data: Mapping[str, File]
    card: Card

    def manifest(self) -> File:
        """Return the file that says which files are ours and what the card was."""
        listed = {name: file.sha256 for name, file in sorted(self.data.items())}
        card = {"fields": self.card.fields, "text": self.card.text}
        content = {"written_by": "labwidgets", "files": listed, "card": card}
        return File.of_text(MANIFEST_FILE, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    def behind_gate(self) -> Wanted:
        """Return the same with a card that says what readers agree to when they ask for access."""
        return replace(self, card=replace(self.card, fields={**self.card.fields, **GATE_FIELDS}))

    def without_terms(self) -> Wanted:
        """Return the same for a repository in which a person has put a file of terms."""
        return replace(self, data={name: file for name, file in self.data.items() if name != LICENCE_FILE})

    def all(self, card_text: str | None = None) -> dict[str, File]:
        """Return every file by its path; ``card_text`` takes the place of the card of our own."""
        card = File.of_text(CARD_FILE, card_text or render_card(self.card))
        return {**self.data, MANIFEST_FILE: self.manifest(), CARD_FILE: card}


def wanted_files(folder: Path, card: Card | None, repo_id: str, *, history: Path | None = None) -> Wanted:
    """Return what ``corpus.dataset.write_parquet`` wrote into ``folder``, and what lies in ``history``.

    Raises:
        HubError: There is no data set.
    """
    shards = {f"data/{path.name}": path for path in sorted((folder / "data").glob("*.parquet"))}
    if not shards:
        raise HubError(
            "there is no exported data set", value=folder, remedy="Export it with to='parquet' first"
        )
    if history is not None:
        shards |= {f"history/{path.name}": path for path in sorted(history.glob("*.parquet"))}
    files = {name: File(name, file_sha256(path), path.stat().st_size, path) for name, path in shards.items()}
    card = card or plain_card(folder, repo_id)
    name = str(card.fields.get("pretty_name", repo_id))
    terms = licence_text(card.fields, Facts.load(folder).licences, name=name)
    if terms is not None:
        files[LICENCE_FILE] = File.of_text(LICENCE_FILE, terms)
    return Wanted(files, card)


def plain_card(folder: Path, repo_id: str) -> Card:
    """Return a card of the counts that lie in ``folder`` alone."""
    facts = Facts.load(folder)
    schema = pq.read_schema(folder / facts.shards[0].path)
    name = repo_id.rpartition("/")[2]
    return Card(
        card_fields(facts, name, schema=schema),
        card_text(facts, CardContext(name, repo_id, columns=tuple(schema.names))),
    )


def checked_repo_id(repo_id: str) -> str:
    """Return ``repo_id``.

    Raises:
        HubError: It is no ``owner/name``.
    """
    if _REPO_ID.fullmatch(repo_id) is None or ".." in repo_id or "--" in repo_id:
        raise HubError("not the name of a repository", value=repo_id, allowed="owner/name", remedy="")
    return repo_id


def checked_gate(gated: str | None) -> str | None:
    """Return ``gated``.

    Raises:
        HubError: There is no such gate.
    """
    if gated is not None and gated not in GATES:
        raise HubError("no such gate", value=gated, allowed=", ".join(GATES), remedy="")
    return gated
