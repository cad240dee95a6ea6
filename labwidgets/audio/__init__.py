"""Decoding, peaks, windows and quality of sound."""

from labwidgets.audio.blocks import blocks, open_sound
from labwidgets.audio.cache import AudioCache
from labwidgets.audio.decode import Decoded, encode_flac
from labwidgets.audio.probe import Probe, probe
from labwidgets.audio.source import MAX_CHANNELS, MIN_DURATION_S, Source
from labwidgets.audio.spectrogram import FLOOR_DB, STEP_DB, warm_up
from labwidgets.audio.takes import TAKE_RATE_HZ, check_take, decode_take
from labwidgets.audio.windows import WINDOW_S, n_windows, window_span

__all__ = [
    "FLOOR_DB",
    "MAX_CHANNELS",
    "MIN_DURATION_S",
    "STEP_DB",
    "TAKE_RATE_HZ",
    "WINDOW_S",
    "AudioCache",
    "Decoded",
    "Probe",
    "Source",
    "blocks",
    "check_take",
    "decode_take",
    "encode_flac",
    "n_windows",
    "open_sound",
    "probe",
    "warm_up",
    "window_span",
]
