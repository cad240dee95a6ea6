"""Adding to a real store: counted, resumable, and one bad file never stops the rest."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from labwidgets.audio import AudioCache
from labwidgets.corpus import importing
from labwidgets.corpus.columns import AddOptions
from labwidgets.corpus.importing import add_sources, decode_added, locate
from labwidgets.errors import DiskFullError, SourceError
from labwidgets.store import Store


@pytest.fixture
def store(tmp_path):
    with Store.create(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


@pytest.fixture
def add(store, tmp_path):
    cache = AudioCache(tmp_path / "cache", max_bytes=10**9)
    project = tmp_path / "project"
    project.mkdir()
    options = AddOptions(default_language="en")
    return lambda source, **more: add_sources(store, cache, project, source, options=options, **more)


@pytest.fixture
def clips(tone_wav):
    """A folder of three different clips of 0.5 s."""
    paths = [tone_wav(f"in/{n}.wav", duration_s=0.5, pitch_hz=300 + n) for n in range(3)]
    return paths[0].parent


def test_what_is_added_is_decoded_and_counted(add, store, clips):
    report = add(clips)
    assert (report.added, report.known, report.refused) == (3, 0, ())
    assert report.hours == pytest.approx(1.5 / 3600)
    recordings = list(store.recordings(state="decoded"))
    assert len(recordings) == 3
    assert all(item.sound_sha256 and item.quality for item in recordings)


def test_the_same_bytes_are_known_the_second_time_and_within_one_source(add, clips):
    (clips / "copy.wav").write_bytes((clips / "0.wav").read_bytes())
    assert (add(clips).added, add(clips).known) == (3, 4)


def test_a_bad_file_is_refused_and_the_rest_is_added(add, store, clips):
    (clips / "empty.wav").touch()
    (clips / "text.wav").write_text("no sound")
    report = add(clips)
    assert report.added == 3
    assert len(report.refused) == 2
    assert store.status().recordings == 3


def test_a_file_that_breaks_in_the_middle_is_marked_broken(add, store, clips):
    sound = np.full(8000, 0.1, dtype=np.float32)
    sound[4000] = np.nan
    soundfile.write(clips / "nan.wav", sound, 16_000, subtype="FLOAT")
    report = add(clips)
    assert (report.added, len(report.refused)) == (3, 1)
    assert report.hours == pytest.approx(1.5 / 3600)
    (broken,) = store.recordings(state="broken")
    assert broken.source.endswith("nan.wav")
    assert report.refused[0].reason == broken.reason


def test_adding_can_be_stopped_and_goes_on_where_it_stopped(add, store, clips):
    def stop(_done, _total, note):
        if note == "decoding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(clips, progress=stop)
    again = add(clips)
    assert (again.added, again.known) == (0, 3)
    assert len(list(store.recordings(state="decoded"))) == 3


def test_decoding_can_wait(add, store, clips, tmp_path):
    assert add(clips, decode=False).added == 3
    assert list(store.recordings(state="decoded")) == []
    assert decode_added(store, AudioCache(tmp_path / "c", max_bytes=10**9), tmp_path) == ()
    assert len(list(store.recordings(state="decoded"))) == 3


def test_a_file_that_vanished_before_decoding_is_said_and_can_come_back(add, store, clips):
    add(clips, decode=False)
    (clips / "0.wav").rename(clips / "elsewhere")
    report = add(str(clips / "1.wav"))
    assert "is gone" in report.refused[0].reason
    (clips / "elsewhere").rename(clips / "0.wav")
    assert add(str(clips / "1.wav")).refused == ()
    assert len(list(store.recordings(state="decoded"))) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_for_a_while_is_not_broken(add, store, clips, tmp_path):
    add(clips, decode=False)
    (clips / "1.wav").chmod(0)
    cache = AudioCache(tmp_path / "cache", max_bytes=10**9)
    (refusal,) = decode_added(store, cache, tmp_path / "project")
    assert "no permission to read" in refusal.reason
    (clips / "1.wav").chmod(0o644)
    assert decode_added(store, cache, tmp_path / "project") == ()
    assert len(list(store.recordings(state="decoded"))) == 3


def test_a_cache_that_cannot_be_written_breaks_no_recording(add, store, clips, tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    report = add(clips)
    assert (report.added, len(report.refused)) == (0, 3)
    assert "cannot be stored" in report.refused[0].reason
    (tmp_path / "cache").unlink()
    assert (add(clips).known, len(list(store.recordings(state="decoded")))) == (3, 3)


def test_many_batches_are_one_report(add, tone_wav, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_SIZE", 2)
    for n in range(5):
        tone_wav(f"many/{n}.wav", duration_s=0.2, pitch_hz=200 + n)
    seen = []
    report = add(
        str(tone_wav("many/last.wav", duration_s=0.2).parent), progress=lambda *args: seen.append(args)
    )
    assert report.added == 6
    assert [done for done, _, note in seen if note == "reading"] == [2, 4, 6]
    assert [(done, total) for done, total, note in seen if note == "decoding"][-1] == (6, 6)


def test_a_text_that_the_store_refuses_costs_only_its_own_recording(add, store, clips):
    items = [
        {"audio": str(clips / f"{n}.wav"), "text": text}
        for n, text in enumerate(["good", "\x07" + "x" * 200_000, "fine"])
    ]
    report = add(items)
    assert (report.added, len(report.refused)) == (2, 1)
    assert store.status().recordings == 2


def test_an_empty_folder_stores_nothing(add, store, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no audio files there"):
        add(tmp_path / "empty")
    assert store.status().recordings == 0


def test_a_full_disk_stops_the_run_and_says_so(add, clips, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="no room to copy"):
        add([{"audio": (clips / "0.wav").read_bytes()}], decode=False)


# ---- locate --------------------------------------------------------------------------------------------


@pytest.fixture
def added(add, store, clips):
    add(str(clips / "0.wav"))
    return next(iter(store.recordings(state="decoded")))


def test_an_untouched_file_is_found(added, clips, tmp_path):
    assert locate(added, tmp_path) == clips / "0.wav"


def test_a_file_with_new_times_but_the_same_bytes_is_found(added, clips, tmp_path):
    os.utime(clips / "0.wav", (1, 1))
    assert locate(added, tmp_path) == clips / "0.wav"


def test_a_changed_file_is_noticed(added, clips, tmp_path):
    data = bytearray((clips / "0.wav").read_bytes())
    data[-1] ^= 1
    (clips / "0.wav").write_bytes(data)
    os.utime(clips / "0.wav", (1, 1))
    with pytest.raises(SourceError, match="changed since it was added"):
        locate(added, tmp_path)


def test_a_vanished_file_is_noticed(added, clips, tmp_path):
    (clips / "0.wav").unlink()
    with pytest.raises(SourceError, match="is gone"):
        locate(added, tmp_path)


def test_a_path_that_cannot_be_read_is_noticed(added, clips, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        locate(replace(added, source=str(clips / "0.wav" / "x")), tmp_path)


def test_a_copied_source_lies_in_the_project(add, store, clips, tmp_path):
    add((clips / "0.wav").read_bytes())
    (recording,) = store.recordings(state="decoded")
    assert locate(recording, tmp_path / "project").read_bytes() == (clips / "0.wav").read_bytes()
