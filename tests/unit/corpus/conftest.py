"""Labelled rows to export, and an empty project and archives for what is handed to ``add``."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from labwidgets.corpus.columns import AddOptions
from labwidgets.corpus.sources import open_source
from labwidgets.project import Project
from labwidgets.records import Hypothesis, LabelledRow, NewRecording, Reference, Refusal


@pytest.fixture
def make_row(make_recording, make_segment):
    """Builds ``LabelledRow`` number ``n``, the fields of its parts by ``recording=``, ``reference=``."""

    def make(n: int, *, recording=None, reference=None, labelled=True, **fields):
        segment = make_segment(id=f"seg_{n}", recording_id=f"rec_{n}", end_s=0.5)
        kept = {"id": f"rec_{n}", "source": f"/home/ana/clip {n}.wav", "licence": "CC0-1.0"}
        kept |= {"speaker": f"spk{n % 4}", "metadata": {"take": n}}
        base = Reference(segment.id, f"text {n}", (), {}, "corrected", "submit")
        draft = Hypothesis("hyp", segment.id, "run", "m/tiny", "r1", f"texd {n}", (), 0.5, "en", ())
        row = LabelledRow(
            segment=segment,
            recording=make_recording(**(kept | (recording or {}))),
            reference=replace(base, **(reference or {})) if labelled else None,
            draft=draft,
            annotator="a1",
            n_opinions=1,
            agreement=None,
            flags=(),
            heard=1.0,
        )
        return replace(row, **fields)

    return make


def read_audio(segment_id: str) -> np.ndarray:
    """Return half a second of noise that is always the same for one segment."""
    seed = int(segment_id.rpartition("_")[2])
    return (0.1 * np.random.default_rng(seed).standard_normal(8000)).astype(np.float32)


@pytest.fixture
def sounds():
    return read_audio


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "corpus", language="en") as made:
        yield made


@pytest.fixture
def take(tmp_path):
    """Opens a source in a project folder and splits what it gives into recordings and refusals."""

    def run(source, **options):
        opened = open_source(source, tmp_path / "project", options=AddOptions(**options))
        items = list(opened.recordings)
        good = [item for item in items if isinstance(item, NewRecording)]
        bad = [item for item in items if isinstance(item, Refusal)]
        return SimpleNamespace(good=good, bad=bad, notes=opened.notes)

    return run


@pytest.fixture
def clip(tone_wav):
    return tone_wav("clips/a.wav", duration_s=0.3)


def write_zip(path, files):
    """Write the texts or bytes by their names in the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def zipped():
    return write_zip
