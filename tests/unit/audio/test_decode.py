import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile
from sounds import encoded, key_of, muxed, noise

from labwidgets.audio import AudioCache, blocks, encode_flac
from labwidgets.errors import AudioError, NotFoundError
from labwidgets.records import MIX


def decode(cache, data):
    return cache.decode(key_of(data), data)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("n_channels", [1, 2, 8])
def test_the_canonical_copy_holds_every_sample_of_every_channel(cache, rate_hz, n_channels):
    pcm = noise(0.5, rate_hz, n_channels)
    data = encoded(pcm, rate_hz)
    decoded = decode(cache, data)
    assert (decoded.n_samples, decoded.sample_rate_hz, decoded.n_channels) == (len(pcm), rate_hz, n_channels)
    for channel in range(n_channels):
        heard = cache.read(key_of(data), start_s=0, end_s=0.5, channel=channel, rate_hz=rate_hz)
        np.testing.assert_array_equal(heard, pcm[:, channel] / np.float32(32768))


def test_rates_above_48_khz_come_down_to_it(cache):
    decoded = decode(cache, encoded(noise(2.0, 96_000, 2), 96_000))
    assert (decoded.sample_rate_hz, decoded.n_samples) == (48_000, 96_000)


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz", "video"),
    [("mp4", "aac", 16_000, False), ("webm", "libopus", 48_000, False), ("mp4", "aac", 44_100, True)],
    ids=["m4a", "webm", "video"],
)
def test_containers_are_decoded(cache, container, codec, rate_hz, video):
    data = muxed(noise(2.0, rate_hz), rate_hz, container=container, codec=codec, video=video)
    decoded = decode(cache, data)
    assert decoded.duration_s == pytest.approx(2.0, abs=0.15)
    assert decoded.quality.level_dbfs > -50


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("MP3", "MPEG_LAYER_III"), ("OGG", "VORBIS"), ("OGG", "OPUS")],
)
def test_lossy_formats_keep_length_and_level(cache, container, subtype):
    pcm = noise(2.0)
    decoded = decode(cache, encoded(pcm, container=container, subtype=subtype))
    assert decoded.duration_s == pytest.approx(2.0, abs=0.1)
    level = 20 * np.log10(np.sqrt(np.mean((pcm / 32768.0) ** 2)))
    assert decoded.quality.level_dbfs == pytest.approx(level, abs=3)  # white noise loses its top octave


def test_the_same_sound_in_two_formats_has_one_hash(cache):
    pcm = noise(1.0, n_channels=2)
    hashes = {decode(cache, encoded(pcm, container=name)).sound_sha256 for name in ("WAV", "FLAC", "AIFF")}
    assert len(hashes) == 1


def test_another_rate_is_another_sound(cache):
    pcm = noise(1.0)
    assert decode(cache, encoded(pcm)).sound_sha256 != decode(cache, encoded(pcm, 8_000)).sound_sha256


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(cache, bad):
    samples = noise(1.0).astype(np.float32) / 32768
    samples[9000] = bad
    data = encoded(samples, subtype="FLOAT")
    with pytest.raises(AudioError, match="no numbers"):
        decode(cache, data)
    assert not cache.has(key_of(data))


def damaged(data, share, n_bytes=200):
    at = int(len(data) * share)
    return data[:at] + bytes(n_bytes) + data[at + n_bytes :]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded(noise(4.0), container="FLAC")[:60_000], id="flac cut"),
        pytest.param(encoded(noise(4.0))[:64_000], id="wav cut"),
        pytest.param(
            muxed(noise(4.0, 48_000), 48_000, container="webm", codec="libopus")[:20_000], id="webm cut"
        ),
    ],
)
def test_a_broken_sound_is_refused_and_leaves_nothing(tmp_path, data):
    cache = AudioCache(tmp_path / "audio", max_bytes=10**9)
    with pytest.raises(AudioError, match="broken"):
        decode(cache, data)
    assert [path for path in (tmp_path / "audio").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_a_sound_that_lacks_a_little_is_used_with_its_true_length(cache, container):
    data = encoded(noise(20.0), container=container)
    decoded = decode(cache, data[: int(len(data) * 0.96)])
    assert 18.0 <= decoded.duration_s < 19.5
    assert decoded.n_samples == round(decoded.duration_s * 16_000)


def test_a_file_without_an_index_is_refused(cache):
    data = muxed(noise(2.0), 16_000, container="mp4", codec="aac")
    with pytest.raises(AudioError, match="not a sound file"):
        decode(cache, data[: len(data) // 2])


def test_blocks_are_the_samples_in_order():
    pcm = noise(10.0, n_channels=2)
    parts = list(blocks(encoded(pcm, container="FLAC")))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts) * 32768, pcm)


def test_an_mp3_in_blocks_is_the_mp3_in_one_piece():
    data = encoded(noise(10.0), container="MP3", subtype="MPEG_LAYER_III")
    whole, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    np.testing.assert_allclose(np.concatenate(list(blocks(data))), whole, atol=1e-6)  # a seek costs 1e-4


def test_flac_of_an_array_keeps_its_samples():
    pcm = noise(0.5)[:, 0]
    back, rate_hz = soundfile.read(io.BytesIO(encode_flac(pcm / np.float32(32768), 8_000)), dtype="int16")
    np.testing.assert_array_equal(back, pcm)
    assert rate_hz == 8_000


def test_flac_of_no_numbers_is_refused():
    with pytest.raises(AudioError, match="no numbers"):
        encode_flac(np.array([0.0, np.nan], np.float32), 16_000)


def test_quality_tells_speech_from_pauses(cache):
    quality = decode(cache, encoded(noise(10.0))).quality
    # Half of the time is a pause, 20·log10(0.252 / 0.002) = 42 dB below the bursts.
    assert quality.silence == pytest.approx(0.5, abs=0.05)
    assert quality.snr_db == pytest.approx(42, abs=2)


def test_quality_counts_clipped_samples_and_the_peak(cache):
    pcm = np.zeros((16_000, 1), np.int16)
    pcm[:1600] = 32767
    quality = decode(cache, encoded(pcm)).quality
    assert quality.clipped == pytest.approx(0.1)
    assert quality.peak_dbfs == pytest.approx(0, abs=0.01)


def test_digital_silence_has_a_level_and_no_snr(cache):
    quality = decode(cache, encoded(np.zeros((16_000, 1), np.int16))).quality
    assert (quality.level_dbfs, quality.snr_db, quality.silence) == (-100.0, None, 1.0)


def test_many_threads_may_decode_and_read_the_same_recording(cache):
    data = encoded(noise(3.0, n_channels=2))

    def work(_):
        decode(cache, data)
        cache.window(key_of(data), start_s=0, end_s=3, channel=1, index=0, codec="opus")
        return cache.read(key_of(data), start_s=1, end_s=2, channel=MIX).tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(work, range(16)))) == 1


FULL = """
import resource, signal, sys
from pathlib import Path
from labwidgets.audio import AudioCache
from labwidgets.errors import DiskFullError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    AudioCache(Path(sys.argv[2]), max_bytes=10**9).decode("ab" * 32, Path(sys.argv[1]))
except DiskFullError as e:
    print(e.code)
"""


@pytest.mark.slow
def test_a_disk_without_room_is_told_and_leaves_nothing(tmp_path):
    source, folder = tmp_path / "a.wav", tmp_path / "audio"
    source.write_bytes(encoded(noise(10.0)))
    result = subprocess.run(
        [sys.executable, "-c", FULL, source, folder], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "disk_full"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


LONG = """
import json, resource, sys
from pathlib import Path
from labwidgets.audio import AudioCache
cache = AudioCache(Path(sys.argv[2]), max_bytes=10**10)
cache.decode("cd" * 32, Path(sys.argv[3]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
decoded = cache.decode("ab" * 32, Path(sys.argv[1]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([decoded.duration_s, before, after]))
"""


@pytest.mark.slow
def test_three_hours_are_decoded_in_flat_memory(tmp_path):
    short, long = tmp_path / "short.flac", tmp_path / "long.flac"
    minute = noise(60.0, 8_000)
    for path, n_minutes in ((short, 1), (long, 180)):
        with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_16") as file:
            for _ in range(n_minutes):
                file.write(minute)
    command = [sys.executable, "-c", LONG, long, tmp_path / "audio", short]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    duration_s, before_kib, after_kib = json.loads(result.stdout)
    assert duration_s == 3 * 3600
    assert after_kib - before_kib < 30_000  # the sound itself is 170 MB


TWICE = """
import sys
from pathlib import Path
from labwidgets.audio import AudioCache
print(AudioCache(Path(sys.argv[2]), max_bytes=10**9).decode("ab" * 32, Path(sys.argv[1])).sound_sha256)
"""


@pytest.mark.slow
def test_two_processes_may_decode_the_same_recording_at_once(tmp_path):
    source, folder = tmp_path / "a.wav", tmp_path / "audio"
    source.write_bytes(encoded(noise(30.0)))
    running = [
        subprocess.Popen([sys.executable, "-c", TWICE, source, folder], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    hashes = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(hashes) == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 3


def entry(cache, seed, used_s_ago, folder):
    data = encoded(noise(2.0, seed=seed))
    decode(cache, data)
    path = folder / key_of(data)[:2] / f"{key_of(data)}.json"
    stamp = path.stat().st_mtime - used_s_ago
    os.utime(path, (stamp, stamp))
    return key_of(data)


def test_the_least_recently_used_entries_go_first(tmp_path):
    folder = tmp_path / "audio"
    cache = AudioCache(folder, max_bytes=10**9)
    keys = [entry(cache, seed, 1000 - seed, folder) for seed in range(4)]
    n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert AudioCache(folder, max_bytes=n_bytes * 3 // 5).evict() == 2
    assert [cache.has(key) for key in keys] == [False, False, True, True]


def test_an_entry_in_use_is_never_evicted(tmp_path):
    folder = tmp_path / "audio"
    cache = AudioCache(folder, max_bytes=0)
    key = entry(cache, 1, 0, folder)
    assert cache.evict() == 0
    assert cache.has(key)


def test_an_evicted_entry_says_so_and_can_be_made_again(tmp_path):
    folder = tmp_path / "audio"
    cache = AudioCache(folder, max_bytes=0)
    data = encoded(noise(2.0, seed=5))
    key = entry(cache, 5, 1000, folder)
    cache.evict()
    with pytest.raises(NotFoundError, match="not in the cache"):
        cache.read(key, start_s=0, end_s=1, channel=0)
    assert decode(cache, data).n_samples == 32_000


def test_a_key_cannot_leave_the_folder(cache):
    with pytest.raises(AudioError, match="no key"):
        cache.has("../../etc/passwd")
