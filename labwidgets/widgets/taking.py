"""Takes while nobody has decided on them: pieces from the page, put together, judged, kept or forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from labwidgets.errors import MessageError, NotFoundError, SourceError
from labwidgets.records import Samples, TakeCheck
from labwidgets.widgets.protocol import KeepTakeReply

MAX_CHUNK_BYTES = 1 << 20
"""Servers drop the line at 10 MiB a message."""
MAX_TAKE_BYTES = 64 << 20
MAX_CHUNKS = 4_096
MAX_TAKES = 4
"""Undecided ones; older ones are forgotten, their page has them still."""
_ID = 64


@dataclass(slots=True)
class Take:
    """One take on its way."""

    chunks: dict[int, bytes] = field(default_factory=dict)
    number: int | None = None
    sound: Samples | None = None
    found: TakeCheck | None = None
    kept: KeepTakeReply | None = None


class TakeShelf:
    """Holds the takes of one widget; used from the message thread and from the pool."""

    def __init__(self) -> None:
        self._takes: OrderedDict[str, Take] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, take_id: str, seq: int, sent: list[bytes]) -> None:
        """Take in a piece; the same one may come again.

        Raises:
            MessageError: It is no piece.
            SourceError: The take is too big.
        """
        if len(sent) != 1 or not 0 < len(sent[0]) <= MAX_CHUNK_BYTES or not 0 <= seq < MAX_CHUNKS:
            raise MessageError(
                "no piece of a take",
                value=f"{len(sent)} buffers, number {seq}",
                allowed=f"one buffer of up to {MAX_CHUNK_BYTES} bytes, numbers below {MAX_CHUNKS}",
            )
        if not 0 < len(take_id) <= _ID:
            raise MessageError("no id of a take", value=take_id[:_ID])
        with self._lock:
            take = self._takes.setdefault(take_id, Take())
            take.chunks[seq] = sent[0]
            n_bytes = sum(map(len, take.chunks.values()))
            if n_bytes > MAX_TAKE_BYTES:
                del self._takes[take_id]
                raise SourceError("the take is too long", value=f"{n_bytes} bytes", remedy="Record it anew")
            while len(self._takes) > MAX_TAKES:
                self._takes.popitem(last=False)

    def whole(self, take_id: str, n_chunks: int) -> bytes:
        """Return all of a take.

        Raises:
            SourceError: A piece is missing.
        """
        chunks = self.take(take_id).chunks
        missing = next((seq for seq in range(n_chunks) if seq not in chunks), None)
        if missing is not None or not n_chunks:
            raise SourceError(
                "the take did not arrive whole",
                value=f"piece {(missing or 0) + 1} of {n_chunks}",
                remedy="Record it again",
            )
        return b"".join(chunks[seq] for seq in range(n_chunks))

    def take(self, take_id: str) -> Take:
        """Return a take.

        Raises:
            NotFoundError: It is not here, or not any more.
        """
        with self._lock:
            found = self._takes.get(take_id)
        if found is None:
            raise NotFoundError("the take is not here any more", value=take_id, remedy="Record it again")
        return found

    def drop(self, take_id: str) -> None:
        """Forget a take."""
        with self._lock:
            self._takes.pop(take_id, None)


def waveform(sound: Samples, n_bins: int) -> bytes:
    """Return int8[2 * n_bins]: min and max of each bin by turns, full scale = 127."""
    edges = np.linspace(0, len(sound), n_bins + 1).astype(np.int64)[:-1]
    pairs = np.stack([np.minimum.reduceat(sound, edges), np.maximum.reduceat(sound, edges)], axis=1)
    data: bytes = np.clip(np.rint(pairs * 127), -127, 127).astype(np.int8).tobytes()
    return data
