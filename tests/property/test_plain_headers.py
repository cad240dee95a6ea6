"""Where a header is read without a library, the library says the same."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.audio.headers import plain_header
from labwidgets.audio.probe import Probe, _asked, _plain
from labwidgets.errors import AudioError

KINDS = [
    ("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"), ("WAVEX", "PCM_16"), ("WAV", "ULAW"), ("WAV", "IMA_ADPCM"), ("FLAC", "PCM_16"),
]  # fmt: skip
PLAIN = {("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT")}

sounds = st.tuples(
    st.sampled_from(KINDS),
    st.integers(900, 3000),
    st.sampled_from([8_000, 16_000, 44_100, 48_000, 96_000]),
    st.integers(1, 8),
)


def written(kind: tuple[str, str], n_frames: int, rate_hz: int, n_channels: int) -> bytes:
    file = io.BytesIO()
    samples = np.random.default_rng(n_frames).uniform(-0.5, 0.5, (n_frames, n_channels))
    soundfile.write(file, samples, rate_hz, format=kind[0], subtype=kind[1])
    return file.getvalue()


def asked(data: bytes) -> Probe | str:
    try:
        return _asked(data, name="bytes")
    except AudioError as error:
        return str(error)


@given(sounds)
def test_what_is_read_alone_is_what_the_library_reads(sound):
    kind, n_frames, rate_hz, n_channels = sound
    if kind[1] == "IMA_ADPCM":
        n_channels = min(n_channels, 2)
    data = written(kind, n_frames, rate_hz, n_channels)
    found = _plain(data)
    assert found is not None or kind not in PLAIN
    assert found is None or found == asked(data)


@given(sounds, st.data())
def test_a_damaged_header_is_read_as_the_library_reads_it_or_left_to_it(sound, draws):
    kind, n_frames, rate_hz, n_channels = sound
    if kind[1] == "IMA_ADPCM":
        n_channels = min(n_channels, 2)
    data = bytearray(written(kind, n_frames, rate_hz, n_channels))
    for _ in range(draws.draw(st.integers(1, 3))):
        data[draws.draw(st.integers(0, 60))] = draws.draw(st.integers(0, 255))
    cut = bytes(data[: draws.draw(st.integers(0, len(data)))]) if draws.draw(st.booleans()) else bytes(data)
    found = _plain(cut)
    assert found is None or found == asked(cut)


def test_bytes_of_nothing_known_are_left_to_the_library():
    assert plain_header(b"") is None
    assert plain_header(b"RIFF\0\0\0\0WAVE") is None
    assert plain_header(b"RIFF\0\0\0\0WAVEdata\4\0\0\0\0\0\0\0") is None
