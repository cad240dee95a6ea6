"""What a project holds: sounds that are there twice, and how much of what."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import av
import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.audio import fingerprints


def encoded(source, target, codec, rate_hz=16_000):
    """Encode a mono file again, with the delay that its codec has."""
    sound, _ = soundfile.read(source, dtype="int16")
    with av.open(str(target), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[None, :], format="s16", layout="mono")
        frame.sample_rate = rate_hz
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return target


def test_sounds_that_are_there_twice_are_found(project, speech_wav, tmp_path):
    first = speech_wav("in/a.wav", seed=1)
    speech_wav("in/other.wav", seed=2)
    speech_wav("in/third.wav", seed=3, duration_s=3.1)
    sound, rate_hz = soundfile.read(first, dtype="int16")
    soundfile.write(tmp_path / "in" / "b.flac", sound, rate_hz)
    encoded(first, tmp_path / "in" / "c.mp3", "libmp3lame")
    soundfile.write(tmp_path / "in" / "loud.wav", (sound * 0.5).astype(np.int16), rate_hz)
    soundfile.write(tmp_path / "in" / "silent.wav", np.zeros(48_000), rate_hz)
    soundfile.write(tmp_path / "in" / "silent2.wav", np.full(48_000, 1e-4), rate_hz)
    assert project.add(tmp_path / "in").added == 8
    report = project.duplicates()
    [group] = report.groups
    assert [one.source.rpartition("/")[2] for one in group.recordings] == [
        "a.wav",
        "b.flac",
        "c.mp3",
        "loud.wav",
    ]
    assert (group.kind, report.compared) == ("encoded again", 8)
    assert 0.0 < group.difference < 0.2
    assert str(report).startswith("8 recordings: 3 are there once more, in 1 groups.")


def test_the_same_samples_in_other_bytes(project, speech_wav, tmp_path):
    sound, rate_hz = soundfile.read(speech_wav("in/a.wav"), dtype="int16")
    soundfile.write(tmp_path / "in" / "b.flac", sound, rate_hz)
    project.add(tmp_path / "in")
    [group] = project.duplicates().groups
    assert (group.kind, group.difference, len(group.recordings)) == ("same", 0.0, 2)


def test_a_file_that_is_gone_is_told(project, speech_wav, tmp_path):
    path = speech_wav("in/a.wav")
    project.add(tmp_path / "in")
    path.unlink()
    [recording] = project.store.recordings()
    project.cache.remove(recording.bytes_sha256)
    report = project.duplicates()
    assert (report.groups, "is gone" in report.refused[0].reason) == ((), True)


@pytest.mark.slow
def test_real_clips_encoded_again_are_known_and_others_are_not(sample_folder, tmp_path):
    clips = sorted(sample_folder.rglob("*.flac"))[:8] or sorted(sample_folder.rglob("*.wav"))[:8]
    heard, again = [], []
    for number, clip in enumerate(clips):
        sound, rate_hz = soundfile.read(clip, always_2d=True)
        soundfile.write(tmp_path / "clip.wav", sound[:, 0], rate_hz, subtype="PCM_16")
        heard.append(fingerprints.fingerprint(at_8k(tmp_path / "clip.wav")))
        if rate_hz == 16_000:
            path = encoded(tmp_path / "clip.wav", tmp_path / f"{number}.ogg", "libopus")
            again.append((number, fingerprints.fingerprint(at_8k(path))))
    assert again
    for number, bits in again:
        shares = fingerprints.differences(bits, heard)
        assert shares[number] < 0.25
        assert min(share for other, share in enumerate(shares) if other != number) > 0.4


def at_8k(path):
    sound, rate_hz = soundfile.read(path, dtype="float32")
    return soxr.resample(sound, rate_hz, fingerprints.RATE_HZ)


def test_too_little_sound_tells_nothing():
    assert len(fingerprints.fingerprint(np.zeros(100, np.float32))) == 0
    assert fingerprints.differences(np.zeros(3, np.uint32), [np.zeros(3, np.uint32)]) == [1.0]


def test_coverage_is_counted_and_drawn(project, tone_wav, tmp_path):
    tone_wav("one/a.wav", duration_s=2.0)
    tone_wav("two/b.wav", duration_s=1.0, pitch_hz=300.0)
    (tmp_path / "one" / "a.stm").write_text("a 1 Anna 0 1.5 x\na 1 <Bob> 1 2 y\n")
    project.add(tmp_path / "one" / "a.stm", language="hi", accent="Delhi & more")
    project.add(tmp_path / "two", speaker="Anna")
    found = project.coverage()
    assert {
        part: [(one.value, round(one.hours * 3600, 3), one.n) for one in some]
        for part, some in found.shares.items()
    } == {
        "source": [("one", 2.0, 1), ("two", 1.0, 1)],
        "language": [("hi", 2.0, 1), ("en", 1.0, 1)],
        "accent": [("Delhi & more", 2.0, 1), (None, 1.0, 1)],
        "speaker": [("Anna", 2.5, 2), ("<Bob>", 1.0, 1)],
    }
    drawn = ET.fromstring(found._repr_svg_())
    assert drawn.get("viewBox") == f"0 0 {drawn.get('width')} {drawn.get('height')}"
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<Bob>", "Delhi & more", "not known", "2 s in 1 recordings"} <= set(texts)
    assert "not known: 1 s in 1 recordings" in repr(found)


def test_an_empty_project_is_covered_too(project):
    assert repr(project.coverage()).startswith("0 recordings, 0 s")
    ET.fromstring(project.coverage()._repr_svg_())
