"""Twelve hours of sound: taken in, cut, looked at and played like a clip."""

from __future__ import annotations

import time

import numpy as np
import pytest
import soundfile

from labwidgets.project import Project

pytestmark = pytest.mark.soak

RATE_HZ = 8_000
HOURS = 12
EVERY_S = 600
BURST_S = 5.0


@pytest.fixture(scope="module")
def half_a_day(tmp_path_factory):
    """A file that is still but for five seconds of noise every ten minutes."""
    path = tmp_path_factory.mktemp("day") / "day.flac"
    piece = np.zeros(EVERY_S * RATE_HZ, np.float32)
    random = np.random.default_rng(0)
    piece[: round(BURST_S * RATE_HZ)] = 0.1 * random.standard_normal(round(BURST_S * RATE_HZ))
    piece += 0.0003 * random.standard_normal(len(piece)).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for _ in range(HOURS * 3600 // EVERY_S):
            file.write(piece)
    return path


def test_half_a_day_is_cut_where_there_is_sound_and_played_where_it_is(half_a_day, tmp_path):
    n = HOURS * 3600 // EVERY_S
    with Project.create(tmp_path / "project", language="en") as project:
        given = project.settings.segmentation.model_copy(update={"method": "energy"})
        project.settings = project.settings.model_copy(update={"segmentation": given})
        assert project.add(half_a_day).added == 1
        [recording] = project.recordings()
        assert recording.duration_s == HOURS * 3600
        assert project.segment_here().segments == n
        rows = project.segments(recording.id, annotator="a1")
        starts = [row.start_s for row in rows]
        assert starts == pytest.approx([n * EVERY_S for n in range(n)], abs=0.3)
        last = rows[-1]
        begun_s = time.process_time()
        peaks = project.recording_peaks(
            recording.id, channel=0, start_s=0.0, end_s=recording.duration_s, n_bins=1000
        )
        assert len(peaks.data) == 2000
        index = int(last.start_s // 10)
        window = project.recording_window(recording.id, channel=0, index=index, codec="opus")
        assert len(window.data) < 40_000
        # Generous: a sought place costs no reading of what is before it.
        assert time.process_time() - begun_s < 10.0
        sound = project.read(last.id)
        assert np.abs(sound).max() > 0.1
        assert project.verify().ok
