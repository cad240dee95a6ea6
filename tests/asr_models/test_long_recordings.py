"""Drafts of long recordings: words lie where they sound, across every border, none doubled, none lost."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.asr import whisper, windows
from labwidgets.project import Project

pytestmark = pytest.mark.slow

RATE_HZ, FILE_RATE_HZ = 16_000, 44_100
SPEECH = Path(__file__).parents[3] / "shared" / "speech"
TOLERANCE_S = 0.05
LENGTH_S = 35


def joined(clips: list[np.ndarray], pause_s: float) -> np.ndarray:
    """Return clips one after the other, with a breath of noise between."""
    pause = 0.0002 * np.random.default_rng(0).standard_normal(round(pause_s * RATE_HZ))
    parts = [part for clip in clips for part in (clip, pause.astype(np.float32))]
    return np.concatenate(parts).astype(np.float32)


def read_16k(path: Path) -> np.ndarray:
    samples, rate_hz = soundfile.read(path, dtype="float32")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    return soxr.resample(mono, rate_hz, RATE_HZ).astype(np.float32)


def from_sample(folder: Path) -> np.ndarray:
    """Return more English speech than one window of the model takes."""
    clips = [read_16k(path) for path in sorted((folder / "en").glob("*.wav"))]
    n_times = int(np.ceil(LENGTH_S * RATE_HZ / sum(map(len, clips))))
    return joined(clips * n_times, 0.4)[: LENGTH_S * RATE_HZ]


def from_books() -> np.ndarray:
    """Return as much of people who read aloud."""
    folder = SPEECH / "read_en_small"
    if not folder.is_dir():
        pytest.skip(f"no speech at {folder}: this is checked on the sample alone")
    paths = sorted([*folder.rglob("*.flac"), *folder.rglob("*.wav")])[:20]
    return joined([read_16k(path) for path in paths], 0.4)[: LENGTH_S * RATE_HZ]


@pytest.mark.parametrize("source", ["sample", "books"])
def test_windows_of_the_model_join_without_a_seam(english, source, request):
    folder = request.getfixturevalue("sample_folder") if source == "sample" else None
    talk = from_sample(folder) if folder is not None else from_books()
    cuts = windows.split_at_quiet(talk, longest_s=whisper.LONGEST_S, earliest_s=whisper.EARLIEST_S)
    assert len(cuts) >= 2
    draft = english.transcribe(talk, language="en")
    own = [(first / RATE_HZ, english.transcribe(talk[first:last], language="en")) for first, last in cuts]
    assert draft.text.split() == [word for _, one in own for word in one.text.split()]
    expected = [(word.text, at_s + word.start_s) for at_s, one in own for word in one.words]
    assert [word.text for word in draft.words] == [text for text, _ in expected]
    off = [abs(word.start_s - at_s) for word, (_, at_s) in zip(draft.words, expected, strict=True)]
    assert max(off) <= TOLERANCE_S
    for word, (first, last) in _with_window(draft.words, cuts):
        assert first / RATE_HZ - 0.001 <= word.start_s <= word.end_s <= last / RATE_HZ + 0.001


def _with_window(words, cuts):
    for word in words:
        middle = (word.start_s + word.end_s) / 2 * RATE_HZ
        yield word, next(cut for cut in cuts if cut[0] <= middle <= cut[1])


def test_segments_of_a_recording_are_drafted_where_they_sound(english, sample_folder, tmp_path):
    """From a file of another rate, through the canonical copy, the cuts and the store."""
    talk = from_sample(sample_folder)
    soundfile.write(tmp_path / "talk.flac", soxr.resample(talk, RATE_HZ, FILE_RATE_HZ), FILE_RATE_HZ)
    with Project.create(tmp_path / "project", language="en") as project:
        project.add(tmp_path / "talk.flac")
        [recording] = project.recordings()
        assert project.segment_here().segments >= 2
        assert not project.draft_here("tiny.en").failed
        rows = project.segments(recording.id, annotator="a1")
        placed, n_alike = [], 0
        for row in rows:
            words = project.view(row.id, annotator="a1").draft.words
            # What the model says of the same stretch of the samples that went in.
            first, last = round(row.start_s * RATE_HZ), round(row.end_s * RATE_HZ)
            own = english.transcribe(talk[first:last], language="en")
            # Sound that was resampled twice may tip a word.
            if [word.text for word in own.words] == [word.text for word in words]:
                off = [abs(a.start_s - b.start_s) for a, b in zip(words, own.words, strict=True)]
                assert max(off, default=0.0) <= TOLERANCE_S
                n_alike += len(words)
            placed += [(row.start_s + word.start_s, row.start_s + word.end_s) for word in words]
        assert placed == sorted(placed)
        assert all(before[1] <= behind[0] + TOLERANCE_S for before, behind in pairwise(placed))
        assert n_alike >= 0.7 * len(placed) > 0
