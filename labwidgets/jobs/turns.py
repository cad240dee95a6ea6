"""Work that only one process at a time may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from labwidgets.records import Progress

_TURN_POLL_S = 0.5


@contextmanager
def turn(
    lock: Path, *, progress: Progress | None = None, stopped: Callable[[], bool] | None = None
) -> Iterator[bool]:
    """Wait until no other process holds ``lock``, and hold it.

    Args:
        lock: File of the lock; made where it is missing.
        progress: Told that something is waited for.
        stopped: Asked while waiting.

    Yields:
        Whether it is our turn; False when ``stopped`` said so before.
    """
    held = FileLock(lock)
    is_ours = False
    while not is_ours and not (stopped is not None and stopped()):
        try:
            held.acquire(timeout=_TURN_POLL_S)
            is_ours = True
        except Timeout:
            if progress is not None:
                progress(0, 0, "waiting for another run")
    try:
        yield is_ours
    finally:
        held.release()
