"""The sound of single rows, found when it is wanted."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from labwidgets.corpus.sounds import RowSounds
from labwidgets.errors import SourceError


def test_a_data_set_s_sound_is_found_by_its_row(tmp_path):
    datasets = pytest.importorskip("datasets")
    soundfile.write(tmp_path / "a.wav", np.zeros(160), 16_000)
    made = datasets.Dataset.from_dict({"text": ["x"], "audio": [str(tmp_path / "a.wav")]})
    sounds = RowSounds(made.cast_column("audio", datasets.Audio()))
    assert sounds.n_rows == 1
    assert sounds.at(0) == tmp_path / "a.wav"


def test_rows_without_sound_are_refused():
    sounds = RowSounds([{"audio": None, "text": "x"}, {"audio": b"RIFF", "text": "y"}])
    assert sounds.at(1) == b"RIFF"
    with pytest.raises(SourceError, match=r"this row has no sound: '0'.*there is no audio in it"):
        sounds.at(0)
    with pytest.raises(SourceError, match=r"no such row has sound: '5'.*2 rows"):
        sounds.at(5)
