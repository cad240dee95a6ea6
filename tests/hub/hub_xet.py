"""Chunk storage of the test Hub: xorbs and shards as the xet client uploads them.

What is real: the client's own chunks, its deduplication (its cache, and over the network by chunk), and each
file put together again and compared with its SHA-256 before anybody can refer to it. What is not: chunk and
xorb hashes are believed (they are keyed BLAKE3), nothing is signed, and downloads go over plain HTTP as they
do for clients without xet.

References:
    https://huggingface.co/docs/xet (formats of xorbs and shards, Apache-2.0).
"""

from __future__ import annotations

import hashlib
import re
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

TAG = b"HFRepoMetaData\x00" + bytes.fromhex("5569 67 45 6a 7b 81 57 83 a5 bd d9 5c cd d1 4a a9")
ENTRY = 48
BOOKEND = b"\xff" * 32 + b"\0" * 16
FOOTER_BYTES = 200
IS_FOOTER = b"XETBLOB"
HAS_PROOF, HAS_SHA256 = 1 << 31, 1 << 30
FOR_ALL = 1 << 31
"""Flag of a chunk that other clients may ask for."""

_LZ4 = pa.Codec("lz4")


class BadUploadError(Exception):
    """What was uploaded is not what it says."""


@dataclass(frozen=True)
class Term:
    """A run of chunks of one xorb."""

    xorb: str
    first: int
    last: int


@dataclass(frozen=True)
class File:
    """A file as a shard describes it."""

    sha256: str
    terms: tuple[Term, ...]


class ChunkStorage:
    """Xorbs in a folder, and which chunk lies where."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.known: dict[str, bytes] = {}

    def put_xorb(self, name: str, body: bytes) -> bool:
        """Store a xorb; False when it was there."""
        if re.fullmatch("[0-9a-f]{64}", name) is None:
            raise BadUploadError(name)
        path = self.folder / name
        if path.is_file():
            return False
        for _ in chunks(body):
            pass
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return True

    def put_shard(self, body: bytes) -> list[tuple[str, bytes]]:
        """Take a shard in and return (sha256, content) of its files, each one put together and checked."""
        files, xorbs = read_shard(body)
        unpacked: dict[str, list[bytes]] = {}
        made = [(file.sha256, self._whole(file, unpacked)) for file in files]
        first_chunks = {(file.terms[0].xorb, file.terms[0].first) for file in files if file.terms}
        with self.lock:
            for xorb in xorbs:
                answer = _answer(xorb)
                for number, chunk in enumerate(xorb[1:]):
                    name, flags = hash_name(chunk[:32]), struct.unpack("<I", chunk[40:44])[0]
                    is_first = (hash_name(xorb[0][:32]), number) in first_chunks
                    if is_first or flags & FOR_ALL or int(name[48:], 16) % 1024 == 0:
                        self.known[name] = answer
        return made

    def _whole(self, file: File, unpacked: dict[str, list[bytes]]) -> bytes:
        pieces = []
        for term in file.terms:
            path = self.folder / term.xorb
            if not path.is_file():
                message = f"a shard refers to a xorb that is not here: {term.xorb}"
                raise BadUploadError(message)
            if term.xorb not in unpacked:
                unpacked[term.xorb] = list(chunks(path.read_bytes()))
            pieces += unpacked[term.xorb][term.first : term.last]
        content = b"".join(pieces)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            message = f"a file is not what its shard says: {file.sha256}"
            raise BadUploadError(message)
        return content


def hash_name(raw: bytes) -> str:
    """Return a hash as the protocol writes it: four little-endian numbers."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", raw))


def chunks(xorb: bytes) -> Iterator[bytes]:
    """Give the chunks of a xorb, unpacked."""
    at = 0
    while at < len(xorb) and xorb[at : at + len(IS_FOOTER)] != IS_FOOTER:
        packed, scheme, size = _three(xorb, at + 1), xorb[at + 4], _three(xorb, at + 5)
        body = xorb[at + 8 : at + 8 + packed]
        if len(body) != packed or scheme > 2:
            message = "a xorb is cut short or packed in an unknown way"
            raise BadUploadError(message)
        if scheme:
            body = _LZ4.decompress(body, decompressed_size=size, asbytes=True)
        yield _ungrouped(body) if scheme == 2 else body
        at += 8 + packed


def _three(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


def _ungrouped(data: bytes) -> bytes:
    """Undo the grouping by byte: all bytes 0, 4, 8 and so on first, then 1, 5, 9."""
    grouped, result, at = np.frombuffer(data, np.uint8), np.empty(len(data), np.uint8), 0
    for offset in range(4):
        n = len(result[offset::4])
        result[offset::4] = grouped[at : at + n]
        at += n
    return result.tobytes()


def read_shard(body: bytes) -> tuple[list[File], list[list[bytes]]]:
    """Return the files of a shard, and its xorbs as their raw entries."""
    if body[:32] != TAG:
        message = "this is no shard"
        raise BadUploadError(message)
    entries = (body[at : at + ENTRY] for at in range(ENTRY, len(body), ENTRY))
    files = []
    for head in iter(lambda: next(entries), BOOKEND):
        flags, n = struct.unpack("<II", head[32:40])
        terms = tuple(_term(next(entries)) for _ in range(n))
        for _ in range(n if flags & HAS_PROOF else 0):
            next(entries)
        if not flags & HAS_SHA256:
            message = "a file without its SHA-256"
            raise BadUploadError(message)
        files.append(File(hash_name(next(entries)[:32]), terms))
    xorbs = []
    for head in iter(lambda: next(entries), BOOKEND):
        (n,) = struct.unpack("<I", head[36:40])
        xorbs.append([head, *(next(entries) for _ in range(n))])
    return files, xorbs


def _term(entry: bytes) -> Term:
    return Term(hash_name(entry[:32]), *struct.unpack("<II", entry[40:48]))


def _answer(xorb: list[bytes]) -> bytes:
    """Return a shard that tells another client of one xorb, with the footer that its cache wants."""
    head = TAG + struct.pack("<QQ", 2, FOOTER_BYTES)
    body = head + BOOKEND + b"".join(xorb) + BOOKEND
    end, now = len(body), int(time.time())
    footer = struct.pack("<9Q", 1, ENTRY, 2 * ENTRY, end, 0, end, 0, end, 0)
    footer += b"\0" * 32 + struct.pack("<QQ", now, now + 86_400) + b"\0" * 48
    return body + footer + struct.pack("<4Q", 0, 0, 0, end)
