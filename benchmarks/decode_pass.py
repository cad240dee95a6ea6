"""Speed of the decode pass, of probing and of encoding windows.

python benchmarks/decode_pass.py [minutes]
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from labwidgets.audio import AudioCache, probe

RATE_HZ = 16_000
N_FILES = 500
Pcm = npt.NDArray[np.int16]


def speech_like(duration_s: float, rate_hz: int) -> Pcm:
    random = np.random.default_rng(1)
    n = int(duration_s * rate_hz)
    loud = 0.2 * np.abs(np.sin(np.arange(n) / rate_hz * 3)) ** 2
    return (np.convolve(random.standard_normal(n), np.ones(8) / 8, "same") * loud * 16000).astype(np.int16)


def encoded(pcm: Pcm, container: str, subtype: str) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, pcm, RATE_HZ, format=container, subtype=subtype)
    return target.getvalue()


def timed(work: Callable[[], object], n: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(n):
        work()
    return (time.perf_counter() - start) / n


def decode_pass(folder: Path, minutes: int) -> tuple[AudioCache, str]:
    pcm = speech_like(60, RATE_HZ)
    cache = AudioCache(folder / "cache", max_bytes=10**11)
    first = timed(lambda: cache.decode("00" * 32, encoded(pcm[: 3 * RATE_HZ], "WAV", "PCM_16")))
    print(f"first 3-s clip of a process (librosa's import with it): {first:.2f} s")
    clip = encoded(pcm[: 3 * RATE_HZ], "WAV", "PCM_16")
    keys = iter(range(1, 10**6))
    each = timed(lambda: cache.decode(f"{next(keys):064x}", clip), 50)
    print(f"each further 3-s clip: {each * 1000:.1f} ms, RTFx {3 / each:.0f}")
    long = np.tile(pcm, minutes)
    for container, subtype in (
        ("WAV", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("MP3", "MPEG_LAYER_III"),
        ("OGG", "OPUS"),
    ):
        data = encoded(long, container, subtype)
        took = timed(lambda data=data: cache.decode(f"{next(keys):064x}", data))
        print(f"{minutes} min of {container}/{subtype}: {took:.2f} s, RTFx {minutes * 60 / took:.0f}")
    return cache, f"{next(keys) - 1:064x}"


def windows(cache: AudioCache, key: str) -> None:
    for codec in ("flac", "opus"):
        made = []
        took = timed(
            lambda made=made, codec=codec: made.append(
                cache.window(key, start_s=1, end_s=58, channel=0, index=3, codec=codec)
            ),
            20,
        )
        print(f"window, {codec}: {took * 1000:.1f} ms, {len(made[0].data) / 1000:.0f} kB for 10 s")
    print(f"read 10 s: {timed(lambda: cache.read(key, start_s=5, end_s=15, channel=0), 20) * 1000:.1f} ms")
    for end_s in (10, 59):
        took = timed(lambda end_s=end_s: cache.peaks(key, start_s=0, end_s=end_s, channel=0, n_bins=1000), 20)
        print(f"peaks of {end_s} s in 1000 bins: {took * 1000:.1f} ms")


def probing(folder: Path) -> None:
    pcm = speech_like(5, RATE_HZ)
    for container, subtype in (("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III")):
        data = encoded(pcm, container, subtype)
        paths = [folder / f"{index}.{container.lower()}" for index in range(N_FILES)]
        for path in paths:
            path.write_bytes(data)
        ours = theirs = 0.0
        for path in paths * 2:
            ours += timed(lambda path=path: (path.read_bytes(), probe(path)))
            theirs += timed(lambda path=path: (path.read_bytes(), soundfile.info(path)))
        n = 2 * N_FILES
        print(
            f"read + probe, {container}: {ours / n * 1e6:.0f} us, read + soundfile.info: "
            f"{theirs / n * 1e6:.0f} us, ratio {ours / theirs:.2f}"
        )


def main() -> None:
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as name:
        cache, key = decode_pass(Path(name), minutes)
        windows(cache, key)
        probing(Path(name))


if __name__ == "__main__":
    main()
