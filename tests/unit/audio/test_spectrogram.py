import librosa
import numpy as np
import pytest
from sounds import encoded, key_of, noise

from labwidgets.audio import FLOOR_DB, STEP_DB
from labwidgets.audio.spectrogram import spectrogram_of
from labwidgets.errors import SegmentError
from labwidgets.records import MIX


@pytest.fixture
def look(cache):
    """Decodes int16[n, n_channels]; the function it returns gives dB[n_bands, n_columns]."""

    def decode(pcm, rate_hz=16_000):
        data = encoded(pcm, rate_hz)
        cache.decode(key_of(data), data)

        def picture(start_s, end_s, *, n_columns=200, n_bands=96, channel=MIX):
            found = cache.spectrogram(
                key_of(data),
                start_s=start_s,
                end_s=end_s,
                channel=channel,
                n_columns=n_columns,
                n_bands=n_bands,
            )
            levels = np.frombuffer(found.data, np.uint8).reshape(n_bands, n_columns)
            return FLOOR_DB + STEP_DB * levels, found

        return picture

    return decode


def tone(frequency_hz, duration_s=2.0, rate_hz=16_000, amplitude=0.5):
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (32767 * amplitude * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)[:, None]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("frequency_hz", [300, 1_000, 3_000])
def test_a_tone_stands_in_the_band_of_its_frequency_with_its_level(look, frequency_hz, rate_hz):
    levels, found = look(tone(frequency_hz, rate_hz=rate_hz), rate_hz)(0.5, 1.5)
    edges_hz = librosa.mel_frequencies(n_mels=98, fmin=0, fmax=found.max_hz)
    band = int(levels[:, 100].argmax())
    assert found.max_hz == min(rate_hz, 16_000) / 2
    assert edges_hz[band] <= frequency_hz <= edges_hz[band + 2]
    # -6 dB; a narrow band holds only a part of the window's main lobe.
    assert -13 < levels[band, 100] <= -5.5


def test_columns_stand_where_the_sound_is(look):
    pcm = np.zeros((32_000, 1), np.int16)
    pcm[16_000:16_160] = tone(1_000)[:160]
    levels, _ = look(pcm)(0.5, 1.5, n_columns=500)
    loud = np.flatnonzero(levels.max(axis=0) > -60)
    # The burst lies from 1.0 s to 1.01 s; the window smears it by 10 ms to both sides.
    assert loud.min() >= 250 - 6
    assert loud.max() <= 250 + 5 + 6


def test_neighbouring_spans_meet_without_a_seam(look):
    picture = look(noise(6.0, 16_000, 2))
    whole, _ = picture(0.0, 6.0, n_columns=600)
    left, _ = picture(0.0, 3.0, n_columns=300)
    right, _ = picture(3.0, 6.0, n_columns=300)
    np.testing.assert_array_equal(np.hstack([left, right]), whole)


def test_silence_is_the_floor_and_one_channel_is_seen_alone(look):
    pcm = np.hstack([tone(1_000), np.zeros((32_000, 1), np.int16)])
    picture = look(pcm)
    assert picture(0.0, 2.0, channel=1)[0].max() == FLOOR_DB
    assert picture(0.0, 2.0, channel=0)[0].max() > -13


def test_more_columns_than_samples_of_a_window_still_fit(look):
    levels, found = look(tone(1_000))(0.5, 0.51, n_columns=1_000)
    assert levels.shape == (96, 1_000)
    assert found.n_columns == 1_000


def test_of_hours_only_a_part_is_read():
    read_s = []

    def read(start_s, end_s, rate_hz):
        read_s.append(end_s - start_s)
        return np.full(round((end_s - start_s) * rate_hz), start_s / 36_000, np.float32)

    spectrogram_of(read, 0.0, 36_000.0, rate_hz=16_000, size=(16, 500))
    assert len(read_s) == 500
    assert sum(read_s) < 200


@pytest.mark.parametrize(
    ("span", "size"),
    [
        ((0.0, 0.0), (10, 10)),
        ((1.0, 0.5), (10, 10)),
        ((-1.0, 0.5), (10, 10)),
        ((0.0, float("nan")), (10, 10)),
        ((0.0, 1.0), (0, 10)),
        ((0.0, 1.0), (10, 0)),
        ((0.0, 1.0), (4_097, 10)),
        ((0.0, 1.0), (10, 257)),
    ],
)
def test_a_span_or_size_that_cannot_be_is_refused(look, span, size):
    picture = look(tone(1_000))
    with pytest.raises(SegmentError, match="usable"):
        picture(*span, n_columns=size[0], n_bands=size[1])
