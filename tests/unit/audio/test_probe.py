import os
import struct
import threading
from pathlib import Path

import pytest
from sounds import encoded, muxed, noise

from labwidgets.audio import probe
from labwidgets.errors import AudioError, SourceError

SNDFILE = [
    ("WAV", "PCM_16", "pcm_s16le"),
    ("WAV", "PCM_24", "pcm_s24le"),
    ("WAV", "FLOAT", "pcm_f32le"),
    ("WAV", "ULAW", "pcm_mulaw"),
    ("AIFF", "PCM_16", "pcm_s16be"),
    ("FLAC", "PCM_16", "flac"),
    ("MP3", "MPEG_LAYER_III", "mp3"),
    ("OGG", "VORBIS", "vorbis"),
    ("OGG", "OPUS", "opus"),
]


@pytest.mark.parametrize(("container", "subtype", "codec"), SNDFILE)
def test_the_header_of_each_libsndfile_format_is_read(container, subtype, codec):
    found = probe(encoded(noise(1.0), container=container, subtype=subtype))
    assert (found.sample_rate_hz, found.n_channels, found.codec) == (16_000, 1, codec)
    assert found.duration_s == pytest.approx(1.0, abs=0.1)  # lossy codecs pad to whole packets


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz", "video"),
    [("mp4", "aac", 16_000, False), ("webm", "libopus", 48_000, False), ("mp4", "aac", 44_100, True)],
    ids=["m4a", "webm", "video"],
)
def test_the_header_of_each_container_is_read(container, codec, rate_hz, video):
    found = probe(muxed(noise(1.0, rate_hz), rate_hz, container=container, codec=codec, video=video))
    assert (found.sample_rate_hz, found.n_channels) == (rate_hz, 1)
    assert found.duration_s == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("n_channels", [1, 2, 8])
def test_rates_and_channels_are_as_stored(rate_hz, n_channels):
    found = probe(encoded(noise(0.2, rate_hz, n_channels), rate_hz))
    assert (found.sample_rate_hz, found.n_channels) == (rate_hz, n_channels)


@pytest.mark.parametrize(
    "name", ["a b.wav", "a\nb.wav", "a'\"b.wav", "नमस्ते.wav", "x.raw", "-rf.wav", "http:x.wav"]
)
def test_any_name_will_do(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(encoded(noise(0.2)))
    assert probe(path).duration_s == pytest.approx(0.2)


def test_nine_channels_are_refused():
    with pytest.raises(AudioError, match="9 channels"):
        probe(encoded(noise(0.2, n_channels=9)))


def test_a_sound_under_the_minimum_is_refused():
    with pytest.raises(AudioError, match=r"lasts 0\.050 s"):
        probe(encoded(noise(0.05)))


def test_an_absurd_rate_is_refused():
    with pytest.raises(AudioError, match="rate of 1000 Hz"):
        probe(encoded(noise(2.0, 1000), 1000))


@pytest.mark.parametrize("as_bytes", [True, False])
def test_nothing_at_all_is_refused(tmp_path, as_bytes):
    path = tmp_path / "a.wav"
    path.write_bytes(b"")
    with pytest.raises(AudioError, match="empty"):
        probe(b"" if as_bytes else path)


@pytest.mark.parametrize(
    "data",
    [
        b"just a few words\n" * 200,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile 'other.wav'\n",
        bytes(range(256)) * 100,
    ],
    ids=["text", "hls", "concat", "binary"],
)
def test_what_is_no_sound_is_refused_whatever_its_name(tmp_path, data):
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(AudioError, match="not a sound file"):
        probe(path)


def test_a_video_without_sound_is_refused():
    with pytest.raises(AudioError, match="no sound track"):
        probe(muxed(noise(), 16_000, container="mp4", codec=None, video=True))


def promising(data, n_bytes):
    at = data.index(b"data") + 4
    return data[:at] + struct.pack("<I", n_bytes) + data[at + 4 :]


def test_a_header_that_promises_more_than_the_file_holds_is_refused():
    with pytest.raises(AudioError, match=r"promises 10\.00 s, the file holds 1\.00 s"):
        probe(promising(encoded(noise(1.0)), 320_000))


def test_a_wav_cut_in_half_is_refused():
    data = encoded(noise(1.0))
    with pytest.raises(AudioError, match="promises"):
        probe(data[: len(data) // 2])


@pytest.mark.parametrize("n_bytes", [0, 0xFFFFFFFF])
def test_a_streamed_wav_of_unstated_length_is_measured(n_bytes):
    assert probe(promising(encoded(noise(1.0)), n_bytes)).duration_s == pytest.approx(1.0)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(AudioError, match="folder"):
        probe(tmp_path)


def test_a_vanished_file_is_refused(tmp_path):
    with pytest.raises(SourceError, match="not there"):
        probe(tmp_path / "gone.wav")


def test_an_impossible_name_is_refused():
    with pytest.raises(SourceError, match="cannot be opened"):
        probe(Path("a\0b.wav"))


def test_a_device_is_refused():
    with pytest.raises(AudioError, match="device, pipe or socket"):
        probe(Path("/dev/zero"))


def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path):
    path = tmp_path / "pipe.wav"
    os.mkfifo(path)
    seen = []

    def look():
        try:
            probe(path)
        except AudioError as e:
            seen.append(str(e))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(60)
    assert seen
    assert "pipe" in seen[0]


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "secret.wav"
    path.write_bytes(encoded(noise()))
    path.chmod(0)
    with pytest.raises(SourceError, match="permission"):
        probe(path)
