"""How long taking in files lasts beside reading their bytes and headers.

Run from the checkout: ``python benchmarks/import_files.py [--files 10000]``. Makes WAV files of 1 to 3 s
and goes through them by thousands: each thousand is read plainly (all bytes, then ``soundfile.info``) and
added to a project's store without decoding, in turns as to which goes first. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from labwidgets.audio import AudioCache
from labwidgets.corpus.importing import add_sources
from labwidgets.store import Store

RATE_HZ = 16_000
BLOCK = 1000
TARGET = 1.5


class TimedStore:
    """A store that adds up how long its own part took."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.spent_s = 0.0

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            began = time.perf_counter()
            try:
                return getattr(self.store, name)(*args, **more)
            finally:
                self.spent_s += time.perf_counter() - began

        return call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=None)
    parser.add_argument("--files", type=int, default=10_000)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name, project(Path(name)) as (store, add):
        folders = list(make(Path(name) / "in", n_files=arguments.files))
        add(folders.pop(0))  # imports, first statements: not what is measured
        store.spent_s = 0.0
        plain_s = added_s = 0.0
        cpu_s = [0.0, 0.0]
        print(f"{'files':>8} {'plain, s':>9} {'added, s':>9} {'ratio':>6}")
        for number, folder in enumerate(folders):
            sides: list[Callable[[Path], float]] = [partial(timed, plain), partial(timed, add)]
            found = [0.0, 0.0]
            for side in (0, 1) if number % 2 else (1, 0):
                began = time.process_time()
                found[side] = sides[side](folder)
                cpu_s[side] += time.process_time() - began
            plain_s, added_s = plain_s + found[0], added_s + found[1]
            print(f"{BLOCK:>8} {found[0]:>9.3f} {found[1]:>9.3f} {found[1] / found[0]:>6.2f}")
        n_files = BLOCK * len(folders)
        recordings = store.store.status().recordings
    result = {
        "n_files": n_files,
        "n_recordings": recordings - BLOCK,
        "plain_s": round(plain_s, 3),
        "added_s": round(added_s, 3),
        "of_that_store_s": round(store.spent_s, 3),
        "ratio": round(added_s / plain_s, 2),
        "plain_cpu_s": round(cpu_s[0], 3),
        "added_cpu_s": round(cpu_s[1], 3),
        "cpu_ratio": round(cpu_s[1] / cpu_s[0], 2),
        "target": TARGET,
        "load": [round(load, 2), round(os.getloadavg()[0], 2)],
        "n_cpus": os.cpu_count(),
    }
    print(json.dumps(result))


@contextmanager
def project(folder: Path) -> Iterator[tuple[TimedStore, Callable[[Path], object]]]:
    cache = AudioCache(folder / "cache", max_bytes=10**9)
    with Store.create(folder / "store.db") as store:
        timed_store = TimedStore(store)

        def add(source: Path) -> object:
            return add_sources(timed_store, cache, folder, str(source), decode=False)  # type: ignore[arg-type]

        yield timed_store, add


def make(folder: Path, *, n_files: int) -> Iterator[Path]:
    """Give folders of ``BLOCK`` files each, one more than asked for."""
    rng = np.random.default_rng(0)
    noise = rng.integers(-8000, 8000, 4 * RATE_HZ, dtype=np.int16)
    for start in range(0, n_files + BLOCK, BLOCK):
        block = folder / f"{start:07d}"
        block.mkdir(parents=True)
        for number in range(start, start + BLOCK):
            first = rng.integers(RATE_HZ)
            pcm = noise[first : first + rng.integers(RATE_HZ, 3 * RATE_HZ)].copy()
            pcm[:4] = np.frombuffer(number.to_bytes(8, "little"), np.int16)
            soundfile.write(block / f"{number:07d}.wav", pcm, RATE_HZ)
        yield block


def plain(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        path.read_bytes()
        soundfile.info(path)


def timed(work: Callable[[Path], object], folder: Path) -> float:
    began = time.perf_counter()
    work(folder)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
