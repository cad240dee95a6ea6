import hashlib
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from labwidgets.audio import AudioCache
from labwidgets.records import MIX

RATE_HZ = 8_000
DURATION_S = 90.0
KEY = hashlib.sha256(b"cuts").hexdigest()
times = st.floats(0, DURATION_S, allow_nan=False)
channels = st.sampled_from([0, 1, MIX])


@pytest.fixture(scope="module")
def pcm():
    random = np.random.default_rng(3)
    loud = np.abs(np.sin(np.arange(int(RATE_HZ * DURATION_S)) / 5000))
    return (
        (random.standard_normal((len(loud), 2)) * loud[:, None] * 9000).clip(-32768, 32767).astype(np.int16)
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory, pcm):
    target = io.BytesIO()
    soundfile.write(target, pcm, RATE_HZ, format="WAV")
    cache = AudioCache(tmp_path_factory.mktemp("audio"), max_bytes=10**9)
    cache.decode(KEY, target.getvalue())
    return cache


@settings(max_examples=60)
@given(cuts=st.tuples(times, times, times).map(sorted), channel=channels)
def test_neighbouring_cuts_joined_are_one_cut(cache, cuts, channel):
    def read(start_s, end_s):
        return cache.read(KEY, start_s=start_s, end_s=end_s, channel=channel, rate_hz=RATE_HZ)

    a, b, c = cuts
    np.testing.assert_array_equal(np.concatenate([read(a, b), read(b, c)]), read(a, c))


@settings(max_examples=60)
@given(span=st.tuples(times, times).map(sorted), n_bins=st.integers(1, 500), channel=channels)
def test_peaks_bound_the_samples_of_their_bins(cache, pcm, span, n_bins, channel):
    peaks = cache.peaks(KEY, start_s=span[0], end_s=span[1], channel=channel, n_bins=n_bins)
    pairs = np.frombuffer(peaks.data, np.int8).reshape(n_bins, 2) / 127
    track = pcm.mean(axis=1) if channel == MIX else pcm[:, channel]
    first, last = (int(np.floor(time_s * RATE_HZ + 0.5)) for time_s in span)
    for index, (low, high) in enumerate(pairs):
        part = track[
            first + index * (last - first) // n_bins : first + (index + 1) * (last - first) // n_bins
        ]
        if len(part):
            assert low <= part.min() / 32768 + 1 / 32768  # the mix is rounded to 16 bits
            assert high >= part.max() / 32768 - 1 / 32768
    assert len(peaks.data) == 2 * n_bins
