"""Adding a source to a project: register every recording, then decode each once.

Both passes can be stopped at any point and run again: what is registered is known by its bytes, and what is
decoded is not decoded twice.
"""

from __future__ import annotations

import errno
import logging
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path
from typing import Protocol

from labwidgets.corpus.columns import AddOptions
from labwidgets.corpus.rows import file_sha256
from labwidgets.corpus.sources import open_source
from labwidgets.errors import AudioError, DiskFullError, LabError, NotFoundError, SourceError
from labwidgets.records import (
    LABEL_ORIGIN,
    MACHINE,
    AddReport,
    NewRecording,
    Progress,
    Quality,
    Recording,
    Refusal,
)

__all__ = ["AddOptions", "RecordingStore", "SoundCache", "add_sources", "decode_added", "locate"]

SAY_LICENCE = 'project.state_licence("CC-BY-4.0")'
"""What to call, as people see it."""

BATCH_SIZE = 500
N_DECODERS = min(4, os.cpu_count() or 1)

_WITHDRAWN = "its speaker took consent back: it is not taken in again"

logger = logging.getLogger(__name__)


class RecordingStore(Protocol):
    """The part of the store that adding needs."""

    def withdrawn_bytes(self, hashes: Sequence[str], /) -> AbstractSet[str]:
        """Return the hashes whose speakers took consent back."""
        ...

    def add_new(self, recordings: Sequence[NewRecording], /) -> Mapping[str, str]:
        """Store all of them or none; return the ids of those that were there, by hash of their bytes."""
        ...

    def recordings(self, *, state: str) -> Iterable[Recording]:
        """Return the recordings in ``state``."""
        ...

    def mark_decoded(
        self, recording_id: str, /, *, sound_sha256: str, duration_s: float, quality: Quality
    ) -> object:
        """Note what decoding found."""
        ...

    def mark_broken(self, recording_id: str, reason: str, /) -> object:
        """Note that a recording cannot be used."""
        ...


class DecodedSound(Protocol):
    """What decoding finds out."""

    @property
    def sound_sha256(self) -> str:
        """Hash of the samples."""
        ...

    @property
    def duration_s(self) -> float:
        """As decoded."""
        ...

    @property
    def quality(self) -> Quality:
        """As measured."""
        ...


class SoundCache(Protocol):
    """The part of the audio cache that adding needs."""

    def decode(self, key: str, source: Path, /) -> DecodedSound:
        """Decode ``source`` into the cache."""
        ...

    def remove(self, key: str, /) -> object:
        """Delete what was decoded."""
        ...


@dataclass(slots=True)
class _Tally:
    """Counts of a run that is under way."""

    progress: Progress | None
    known: int = 0
    unlicensed: int = 0
    machine: int = 0
    left: Counter[str] = field(default_factory=Counter)
    durations_s: dict[str, float] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def tell(self, done: int, total: int, note: str) -> None:
        if self.progress is not None:
            self.progress(done, total, note)

    def notes(self) -> tuple[str, ...]:
        left = ", ".join(f"{name} ({n})" for name, n in sorted(self.left.items()))
        notes = (
            f"{self.unlicensed} recordings came without a licence: say it with {SAY_LICENCE}",
            f"drafts are kept without what else stood beside them: {left}",
            f"{self.machine} texts were accepted from a model ({LABEL_ORIGIN}): they are drafts here",
        )
        return tuple(compress(notes, (self.unlicensed, left, self.machine)))

    def add(self, item: NewRecording) -> None:
        self.durations_s[item.bytes_sha256] = item.duration_s
        self.unlicensed += item.licence is None
        self.machine += item.text is not None and item.metadata.get(LABEL_ORIGIN) in MACHINE
        for segment in item.segments:
            if segment.text_as == "draft" and segment.text is not None:
                self.machine += segment.metadata.get(LABEL_ORIGIN) in MACHINE
                self.left.update(segment.metadata.keys() - item.metadata.keys())

    def count(self) -> int:
        return len(self.durations_s) + self.known + len(self.refused)


def add_sources(  # noqa: PLR0913 - where to (three), what, and how
    store: RecordingStore,
    cache: SoundCache,
    project_folder: Path,
    source: object,
    *,
    options: AddOptions | None = None,
    decode: bool = True,
    progress: Progress | None = None,
) -> AddReport:
    """Add every recording of ``source`` that the store does not know by its bytes.

    Args:
        store: Where recordings are kept.
        cache: Where decoded sound is kept.
        project_folder: Holds copies of sources that are nowhere else.
        source: What ``labwidgets.corpus.sources.open_source`` takes.
        options: How to read it.
        decode: Decode right away; otherwise call ``decode_added`` later.
        progress: Called while it goes on.

    Returns:
        What was added, known and refused. Recordings that turn out broken while decoding count as refused.

    Raises:
        SourceError: There is nothing to take in; nothing was stored then.
        DiskFullError: No room; what was registered before stays.
    """
    opened = open_source(source, project_folder, options=options)
    tally = _Tally(progress)
    for batch in _batches(opened.recordings, BATCH_SIZE):
        for gone in _register(store, batch, tally):
            if gone.copied:
                Path(project_folder, gone.source).unlink(missing_ok=True)
        tally.tell(tally.count(), 0, "reading")
    if not tally.count():
        raise SourceError("there is nothing in the source", value=type(source).__name__)
    if decode:
        _decode_pass(store, cache, project_folder, tally)
    hours = sum(tally.durations_s.values()) / 3600
    return AddReport(
        len(tally.durations_s), tally.known, tuple(tally.refused), hours, opened.notes + tally.notes()
    )


def decode_added(
    store: RecordingStore, cache: SoundCache, project_folder: Path, *, progress: Progress | None = None
) -> tuple[Refusal, ...]:
    """Decode every recording that was added and not decoded yet; return those that could not be."""
    tally = _Tally(progress)
    _decode_pass(store, cache, project_folder, tally)
    return tuple(tally.refused)


def locate(recording: Recording, project_folder: Path) -> Path:
    """Return the file that holds the recording, sure that it is still the one that was added.

    Raises:
        SourceError: It is gone, cannot be read, or its bytes changed since.
    """
    path = Path(project_folder, recording.source) if recording.copied else Path(recording.source)
    try:
        found = path.stat()
        if recording.mtime_ns == found.st_mtime_ns and recording.n_bytes == found.st_size:
            return path
        same = recording.n_bytes == found.st_size and (
            recording.copied or file_sha256(path) == recording.bytes_sha256
        )
    except FileNotFoundError as e:
        raise SourceError(
            "the file of a recording is gone", value=path, remedy="Put it back where it was"
        ) from e
    except OSError as e:
        raise SourceError(f"the file of a recording cannot be read ({e.strerror})", value=path) from e
    if not same:
        raise SourceError(
            "the file of a recording changed since it was added",
            value=path,
            remedy="Put the old file back, or add the new one under another name",
        )
    return path


def _batches(
    items: Iterator[NewRecording | Refusal], size: int
) -> Iterator[Sequence[NewRecording | Refusal]]:
    # One batch is read ahead: hashing and the store's writing mostly run outside Python's lock.
    with ThreadPoolExecutor(1, thread_name_prefix="read") as reader:
        ahead = reader.submit(lambda: tuple(islice(items, size)))
        while batch := ahead.result():
            ahead = reader.submit(lambda: tuple(islice(items, size)))
            yield batch


def _register(
    store: RecordingStore, batch: Sequence[NewRecording | Refusal], tally: _Tally
) -> Sequence[NewRecording]:
    """Store what is new of ``batch``; return what may not come back."""
    fresh: dict[str, NewRecording] = {}
    for item in batch:
        if isinstance(item, Refusal):
            tally.refused.append(item)
        elif fresh.setdefault(item.bytes_sha256, item) is not item:
            tally.known += 1
    known = _store_new(store, fresh, tally)
    gone = store.withdrawn_bytes(tuple(known)) if known else frozenset()
    withdrawn = [fresh[digest] for digest in sorted(gone)]
    tally.refused += [Refusal(item.source, _WITHDRAWN) for item in withdrawn]
    tally.known += len(known) - len(gone)
    for digest, item in fresh.items():
        if digest not in known:
            tally.add(item)
    return withdrawn


def _store_new(store: RecordingStore, fresh: dict[str, NewRecording], tally: _Tally) -> Collection[str]:
    """Return the hashes that were known; what the store refuses leaves ``fresh``."""
    try:
        return store.add_new(list(fresh.values())) if fresh else ()
    except (SourceError, AudioError, ValueError) as e:
        logger.warning("a batch of %d recordings was refused as a whole: %s", len(fresh), type(e).__name__)
    known: set[str] = set()
    for digest, item in list(fresh.items()):
        try:
            known.update(store.add_new([item]))
        except ValueError as e:
            tally.refused.append(Refusal(item.source, str(e)))
            del fresh[digest]
    return known


def _decode_pass(store: RecordingStore, cache: SoundCache, project_folder: Path, tally: _Tally) -> None:
    waiting = list(store.recordings(state="added"))

    def decode(recording: Recording) -> DecodedSound:
        return cache.decode(recording.bytes_sha256, locate(recording, project_folder))

    for done, (recording, outcome) in enumerate(_in_threads(decode, waiting), start=1):
        if isinstance(outcome, Exception):
            _refuse(store, recording, outcome)
            tally.durations_s.pop(recording.bytes_sha256, None)
            tally.refused.append(Refusal(recording.source, str(outcome)))
        else:
            try:
                store.mark_decoded(
                    recording.id,
                    sound_sha256=outcome.sound_sha256,
                    duration_s=outcome.duration_s,
                    quality=outcome.quality,
                )
            except NotFoundError:
                # Its speaker took consent back while it was decoded.
                cache.remove(recording.bytes_sha256)
                continue
            if recording.bytes_sha256 in tally.durations_s:
                tally.durations_s[recording.bytes_sha256] = outcome.duration_s
        tally.tell(done, len(waiting), "decoding")


def _refuse(store: RecordingStore, recording: Recording, error: Exception) -> None:
    if isinstance(error, AudioError):
        store.mark_broken(recording.id, str(error))
    elif isinstance(error, DiskFullError) or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        raise error
    elif not isinstance(error, LabError):
        # Not the recording's fault as far as we know: it stays waiting for the next run.
        logger.error("recording %s could not be decoded", recording.id, exc_info=error)


def _in_threads(
    work: Callable[[Recording], DecodedSound], items: Sequence[Recording]
) -> Iterator[tuple[Recording, DecodedSound | Exception]]:
    # Few at a time: a long recording takes hundreds of megabytes while it is decoded.
    rest = iter(items)
    running: dict[Future[DecodedSound], Recording] = {}
    with ThreadPoolExecutor(N_DECODERS, thread_name_prefix="decode") as pool:
        try:
            while True:
                for item in islice(rest, 2 * N_DECODERS - len(running)):
                    running[pool.submit(work, item)] = item
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    error = future.exception()
                    if error is not None and not isinstance(error, Exception):
                        raise error
                    yield running.pop(future), error if error is not None else future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
