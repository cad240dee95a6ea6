"""Files that are broken in the middle: time stays true, the rest is used, and what is lost is told."""

from __future__ import annotations

import errno
import io
import threading

import av
import numpy as np
import pytest
from sounds import encoded, key_of, muxed, noise

from labwidgets.audio import probe, source
from labwidgets.corpus.importing import decode_added
from labwidgets.errors import SourceError
from labwidgets.project import Project
from labwidgets.records import MIX

LENGTH_S = 60.0
CLICK_S = 48.0
TOLERANCE_S = 0.08
"""An AAC encoder begins 64 ms early, which the file of these tests does not say."""


def clicking(rate_hz):
    """Return int16[n, 1]: noise, and one loud click behind the middle."""
    pcm = noise(LENGTH_S, rate_hz) // 4
    pcm[round(CLICK_S * rate_hz) : round((CLICK_S + 0.02) * rate_hz)] = 25_000
    return pcm


def holed(data, share=0.5, n_bytes=1500):
    at = int(len(data) * share)
    return data[:at] + np.random.default_rng(0).bytes(n_bytes) + data[at + n_bytes :]


def click_s(cache, key):
    samples = cache.read(key, start_s=0.0, end_s=LENGTH_S + 2, channel=MIX)
    return int(np.argmax(np.abs(samples))) / 16_000


KINDS = {
    "flac": lambda: encoded(clicking(16_000), container="FLAC"),
    "vorbis": lambda: encoded(clicking(16_000), container="OGG", subtype="VORBIS"),
    "opus": lambda: encoded(clicking(16_000), container="OGG", subtype="OPUS"),
    "m4a": lambda: muxed(clicking(16_000), 16_000, container="mp4", codec="aac"),
    "webm": lambda: muxed(clicking(48_000), 48_000, container="webm", codec="libopus"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_behind_a_hole_is_heard_when_it_was(cache, kind):
    data = holed(KINDS[kind]())
    decoded = cache.decode(key_of(data), data)
    assert decoded.duration_s == pytest.approx(LENGTH_S, abs=0.15)
    assert click_s(cache, key_of(data)) == pytest.approx(CLICK_S, abs=TOLERANCE_S)
    assert 0 < decoded.quality.lost_s < 0.1 * LENGTH_S + 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_has_lost_nothing(cache, kind):
    data = KINDS[kind]()
    assert cache.decode(key_of(data), data).quality.lost_s == 0.0
    assert click_s(cache, key_of(data)) == pytest.approx(CLICK_S, abs=TOLERANCE_S)


def test_an_mp3_with_a_hole_is_read_on_behind_it(cache):
    """It has no time stamps: what is missing is told, and what follows moves by so much."""
    data = holed(encoded(clicking(16_000), container="MP3", subtype="MPEG_LAYER_III"))
    decoded = cache.decode(key_of(data), data)
    lost_s = decoded.quality.lost_s
    assert 0.1 < lost_s < 2.0
    assert decoded.duration_s == pytest.approx(LENGTH_S - lost_s, abs=0.1)
    assert CLICK_S - lost_s - 0.1 <= click_s(cache, key_of(data)) <= CLICK_S + TOLERANCE_S


def mp3_of_two_rates(*, says_length):
    """Return a variable bit rate MP3 whose quiet start makes a guess of its length go wrong."""
    pcm = noise(LENGTH_S, 16_000)
    pcm[: 40 * 16_000] //= 400
    target = io.BytesIO()
    with av.open(target, "w", format="mp3", options={"write_xing": str(int(says_length))}) as out:
        stream = out.add_stream("libmp3lame", rate=16_000)
        stream.codec_context.layout = "mono"
        stream.codec_context.options = {"q": "6"}
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 16_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target.getvalue()


@pytest.mark.parametrize("says_length", [True, False])
def test_an_mp3_of_variable_bit_rate_has_its_true_length(cache, says_length):
    data = mp3_of_two_rates(says_length=says_length)
    found = probe(data)
    assert (found.codec, found.sample_rate_hz) == ("mp3", 16_000)
    assert found.duration_s == pytest.approx(LENGTH_S, abs=0.15)
    decoded = cache.decode(key_of(data), data)
    assert decoded.duration_s == pytest.approx(LENGTH_S, abs=0.15)
    assert decoded.quality.lost_s == 0.0


# ---- a disk that fails ---------------------------------------------------------------------------------


class Dying(io.BytesIO):
    """A file that can be read up to a byte and no further."""

    last = 0

    def read(self, n=-1):
        if self.tell() + (n if n >= 0 else 1 << 30) > self.last:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(n)

    def readinto(self, buffer):
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["wav", "m4a"])
def test_a_disk_that_fails_breaks_no_recording(tmp_path, monkeypatch, kind):
    path = tmp_path / f"talk.{kind}"
    pcm = noise(20.0)
    path.write_bytes(encoded(pcm) if kind == "wav" else muxed(pcm, 16_000, container="mov", codec="aac"))
    (tmp_path / "before.wav").write_bytes(encoded(noise(1.0)))
    with Project.create(tmp_path / "project", language="en") as project:
        # What is imported late is read from the disk, too.
        project.add(tmp_path / "before.wav")
        project.add(path, decode=False)

        data = path.read_bytes()

        def dying(*_, **__):
            file = Dying(data)
            file.last = len(data) * 2 // 3
            return file

        with monkeypatch.context() as broken:
            broken.setattr(source, "_open_file", dying)
            broken.setattr(source.Path, "open", dying)
            with pytest.raises(SourceError, match="cannot be read to its end"):
                source.require_readable(path)
            [refusal] = decode_added(project.store, project.cache, project.folder)
        assert "cannot be read" in refusal.reason
        assert project.recordings()[1].state == "added"
        assert decode_added(project.store, project.cache, project.folder) == ()
        assert project.recordings()[1].state == "decoded"


class Stalling(io.BytesIO):
    """A file on a mount that does not answer for a while."""

    def __init__(self, data, stalled, answers):
        super().__init__(data)
        self.stalled, self.answers = stalled, answers

    def read(self, n=-1):
        if self.tell() > len(self.getbuffer()) // 2:
            self.stalled.set()
            assert self.answers.wait(60)
        return super().read(n)

    def readinto(self, buffer):
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def test_a_mount_that_stalls_keeps_nobody_else_waiting_and_is_read_on(tmp_path, monkeypatch):
    for name in ("first", "slow"):
        (tmp_path / f"{name}.wav").write_bytes(encoded(noise(20.0 if name == "slow" else 1.0)))
    data = (tmp_path / "slow.wav").read_bytes()
    stalled, answers = threading.Event(), threading.Event()
    with Project.create(tmp_path / "project", language="en") as project:
        project.add(tmp_path / "first.wav")
        project.add(tmp_path / "slow.wav", decode=False)
        monkeypatch.setattr(source, "_open_file", lambda *_, **__: Stalling(data, stalled, answers))
        refused = []
        work = threading.Thread(
            target=lambda: refused.append(decode_added(project.store, project.cache, project.folder))
        )
        work.start()
        assert stalled.wait(60)
        [first, slow] = project.recordings()
        [segment] = project.store.recording_segments(first.id, annotator="a1")
        assert project.submit_text(segment.id, "saved meanwhile", annotator="a1").revision == 1
        assert len(project.read(segment.id)) == 16_000
        assert (work.is_alive(), slow.state) == (True, "added")
        answers.set()
        work.join(60)
        assert refused == [()]
        assert [one.state for one in project.recordings()] == ["decoded", "decoded"]
        assert project.recordings()[1].duration_s == 20.0
