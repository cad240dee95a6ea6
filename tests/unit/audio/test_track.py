import numpy as np
import pytest
from sounds import encoded, key_of, noise, unmuxed

from labwidgets.audio import WINDOW_S, n_windows, window_span
from labwidgets.errors import SegmentError
from labwidgets.records import MIX

WHOLE = {"start_s": 0.0, "end_s": 25.3}


@pytest.fixture
def sound(cache):
    def make(rate_hz=16_000, n_channels=2, duration_s=25.3):
        pcm = noise(duration_s, rate_hz, n_channels)
        data = encoded(pcm, rate_hz)
        cache.decode(key_of(data), data)
        return key_of(data), pcm

    return make


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_flac_windows_joined_are_the_segment(cache, sound, rate_hz):
    key, pcm = sound(rate_hz)
    start_s, end_s = 1.2345, 23.4567
    asked = [
        cache.window(key, start_s=start_s, end_s=end_s, channel=1, index=index, codec="flac")
        for index in range(n_windows(end_s - start_s))
    ]
    heard = np.concatenate([unmuxed(window.data) for window in asked])
    first, last = int(start_s * rate_hz + 0.5), int(end_s * rate_hz + 0.5)
    np.testing.assert_array_equal(heard, pcm[first:last, 1])
    assert [window.lead_s for window in asked] == [0.0] * 3
    assert asked[0].mime == 'audio/mp4; codecs="flac"'


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_an_opus_window_lies_where_its_run_up_says(cache, rate_hz):
    # A tone with slow swings: Opus keeps its shape, so that the lag of the best match is the shift in time.
    t = np.arange(int(25.3 * rate_hz)) / rate_hz
    pcm = (8000 * np.sin(2 * np.pi * (300 * t + 20 * np.sin(2 * np.pi * 1.3 * t)))).astype(np.int16)
    data = encoded(pcm, rate_hz)
    cache.decode(key_of(data), data)
    window = cache.window(key_of(data), **WHOLE, channel=0, index=1, codec="opus")
    assert (window.start_s, window.end_s) == (10.0, 20.0)
    assert window.lead_s >= 0.08
    heard = unmuxed(window.data).astype(np.float64)
    whole = cache.read(key_of(data), start_s=9.0, end_s=21.0, channel=0, rate_hz=48_000)
    # Decoders drop what the header says, at the start or at each seek: it says nothing.
    assert len(heard) == round((WINDOW_S + window.lead_s) * 48_000)
    at = round((1.0 - window.lead_s) * 48_000)
    part = heard[48_000:96_000]
    lags = range(-60, 61)
    match = [float(part @ whole[at + 48_000 + lag :][: len(part)]) for lag in lags]
    assert abs(lags[int(np.argmax(match))]) <= 8  # 0.2 ms: the codec's own phase


def test_opus_windows_are_small(cache, sound):
    key, _ = sound()
    window = cache.window(key, **WHOLE, channel=MIX, index=0, codec="opus")
    assert len(window.data) * 360 < 6.5e6  # an hour of it; noise is the hardest there is
    assert window.mime == 'audio/mp4; codecs="opus"'


def test_flac_windows_are_no_larger_than_the_samples(cache, sound):
    key, _ = sound(n_channels=1)
    window = cache.window(key, **WHOLE, channel=0, index=0, codec="flac")
    assert len(window.data) < 2 * 160_000 + 6_000


def test_a_click_is_heard_and_stays_in_its_place_wherever_packets_begin(cache):
    rate_hz, every_s = 16_000, 0.3037
    t = np.arange(10 * rate_hz) / rate_hz
    at_s = np.arange(0.5, 9.5, every_s)
    clicks = sum(np.exp(-0.5 * ((t - at) / 0.0015) ** 2) * np.cos(2 * np.pi * 1500 * (t - at)) for at in at_s)
    wave = 0.05 * np.sin(2 * np.pi * 400 * t) + 0.8 * clicks
    data = encoded((32767 * wave).astype(np.int16), rate_hz)
    cache.decode(key_of(data), data)
    window = cache.window(key_of(data), start_s=0.0, end_s=10.0, channel=0, index=0, codec="opus")
    heard = unmuxed(window.data).astype(np.float64)
    for at in at_s:
        middle = round((at + window.lead_s) * 48_000)
        around = heard[middle - 2_400 : middle + 2_400] / 32_768
        assert np.abs(around).max() > 0.5
        energy = np.where(np.abs(around) > 0.25, around**2, 0)
        offset_s = (np.arange(len(energy)) @ energy / energy.sum() - 2_400) / 48_000
        assert abs(offset_s) < 0.002


def test_windows_are_a_plain_grid():
    assert [window_span(25.3, index) for index in range(3)] == [(0.0, 10.0), (10.0, 20.0), (20.0, 25.3)]


@pytest.mark.parametrize("index", [-1, 3])
def test_a_window_outside_the_grid_is_refused(index):
    with pytest.raises(SegmentError, match="no such window"):
        window_span(25.3, index)


def test_an_unknown_codec_is_refused(cache, sound):
    key, _ = sound(duration_s=1)
    with pytest.raises(SegmentError, match="no such codec"):
        cache.window(key, start_s=0, end_s=1, channel=0, index=0, codec="mp3")


@pytest.mark.parametrize("channel", [2, -2])
def test_an_unknown_channel_is_refused(cache, sound, channel):
    key, _ = sound(duration_s=1)
    with pytest.raises(SegmentError, match="no such channel"):
        cache.read(key, start_s=0, end_s=1, channel=channel)


@pytest.mark.parametrize("span", [(2.0, 1.0), (-1.0, 1.0), (0.0, float("nan"))])
def test_an_impossible_span_is_refused(cache, sound, span):
    key, _ = sound(duration_s=1)
    with pytest.raises(SegmentError, match="no usable span"):
        cache.read(key, start_s=span[0], end_s=span[1], channel=0)


def test_an_impossible_rate_is_refused(cache, sound):
    key, _ = sound(duration_s=1)
    with pytest.raises(SegmentError, match="no usable rate"):
        cache.read(key, start_s=0, end_s=1, channel=0, rate_hz=0)


def test_an_impossible_number_of_bins_is_refused(cache, sound):
    key, _ = sound(duration_s=1)
    with pytest.raises(SegmentError, match="number of bins"):
        cache.peaks(key, start_s=0, end_s=1, channel=0, n_bins=0)


def test_the_mix_is_the_average_of_the_channels(cache, sound):
    key, pcm = sound(duration_s=1)
    mix = cache.read(key, start_s=0, end_s=1, channel=MIX)
    np.testing.assert_allclose(mix, pcm.mean(axis=1) / 32768, atol=1 / 32768)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_resampling_keeps_length_place_and_pitch(cache, rate_hz):
    pcm = (10_000 * np.sin(2 * np.pi * 440 * np.arange(rate_hz * 3) / rate_hz)).astype(np.int16)
    data = encoded(pcm, rate_hz)
    cache.decode(key_of(data), data)
    heard = cache.read(key_of(data), start_s=1.0, end_s=2.0, channel=0)
    expected = 10_000 / 32768 * np.sin(2 * np.pi * 440 * (1 + np.arange(16_000) / 16_000))
    np.testing.assert_allclose(heard, expected, atol=2e-3)


def test_beyond_the_end_there_is_silence(cache, sound):
    key, _ = sound(duration_s=1)
    heard = cache.read(key, start_s=0.5, end_s=1.5, channel=0)
    assert len(heard) == 16_000
    assert not heard[8_000:].any()


def test_peaks_of_nothing_are_flat(cache, sound):
    key, _ = sound(duration_s=1)
    assert cache.peaks(key, start_s=5, end_s=6, channel=0, n_bins=4).data == bytes(8)
