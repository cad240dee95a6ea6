"""Takes of a prompt: decoded from what a browser records, and looked at before anybody keeps them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import soxr

from labwidgets.audio.blocks import open_sound
from labwidgets.audio.source import Source, name_of
from labwidgets.errors import AudioError
from labwidgets.records import Samples, TakeCheck
from labwidgets.records.takes import TakeTrouble

TAKE_RATE_HZ = 16_000
MAX_DECODED_S = 600.0
"""Far more than a page records; a small file of silence can hold days of it."""

SILENT_DBFS = -40.0
"""A take whose loudest sample is under this holds no voice."""
MAX_CLIPPED = 0.001
"""Share of samples at full scale: a voice that just touches it has far fewer."""
MIN_QUIET_S = 0.03
"""At both ends: who speaks up to the edge was cut off."""
MIN_SPEECH_S = 0.15
MAX_CHARACTERS_S = 35.0
"""Letters and digits a second. The fastest speakers reach about 25; scripts of syllables have far fewer."""

_FULL = 0.97
"""What a lossy codec leaves of samples at full scale."""
_FRAME_S = 0.01
_CLICK_FRAMES = 5
_PAUSE_FRAMES = 8
_FLOOR_DBFS = -100.0
_SPEECH_UNDER_TOP_DB = 30.0
_SPEECH_OVER_NOISE_DB = 8.0
_MIN_RANGE_DB = 6.0

_Levels = npt.NDArray[np.float64]


def decode_take(source: Source) -> Samples:
    """Return a take as mono samples at 16 kHz, a float source clipped to full scale.

    Args:
        source: What a browser recorded, in any form that it has.

    Raises:
        AudioError: It is no sound, holds no sample, or has no end.
    """
    parts: list[Samples] = []
    n_samples = 0
    with open_sound(source) as sound:
        rate_hz = sound.sample_rate_hz
        for block in sound:
            n_samples += len(block)
            if n_samples > MAX_DECODED_S * rate_hz:
                allowed = f"up to {MAX_DECODED_S:g} s"
                raise AudioError("the take is too long", value=name_of(source), allowed=allowed)
            parts.append(block.mean(axis=1, dtype=np.float32))
    mono = np.concatenate(parts) if parts else np.empty(0, np.float32)
    if not len(mono):
        raise AudioError("nothing was recorded", value=name_of(source), remedy="Record it again")
    if rate_hz != TAKE_RATE_HZ:
        mono = soxr.resample(mono, rate_hz, TAKE_RATE_HZ)
    clipped: Samples = np.clip(mono, -1.0, 1.0).astype(np.float32)
    return clipped


def check_take(sound: Samples, prompt: str = "", *, rate_hz: int = TAKE_RATE_HZ) -> TakeCheck:
    """Return how a take sounds and what stands against keeping it: silent, clipped, cut or too short.

    Args:
        sound: float32[n_samples], mono, -1..1. An empty one is silent.
        prompt: What should be heard in it; empty where that is not known.
        rate_hz: Of the samples.
    """
    levels = _levels(sound, rate_hz)
    magnitude = np.abs(sound)
    peak_dbfs = _db(float(magnitude.max(initial=0.0)))
    first, last = _speech(levels)
    duration_s = len(sound) / rate_hz
    found = TakeCheck(
        duration_s=duration_s,
        speech_s=(last - first) * _FRAME_S,
        lead_s=first * _FRAME_S,
        tail_s=max(0.0, duration_s - last * _FRAME_S),
        peak_dbfs=peak_dbfs,
        noise_dbfs=float(np.percentile(levels, 10)) if len(levels) else _FLOOR_DBFS,
        clipped=float(np.mean(magnitude >= _FULL)) if len(sound) else 0.0,
        trouble=None,
        message="",
    )
    trouble, message = _judged(found, prompt)
    return replace(found, trouble=trouble, message=message)


def _judged(found: TakeCheck, prompt: str) -> tuple[TakeTrouble | None, str]:
    n_characters = sum(character.isalnum() for character in prompt)
    if found.peak_dbfs < SILENT_DBFS:
        return "silent", (
            f"Silent: its loudest moment has {found.peak_dbfs:.0f} dBFS, a voice over {SILENT_DBFS:.0f}. "
            "Is it the right microphone, and is it on?"
        )
    if found.clipped > MAX_CLIPPED:
        return "clipped", (
            f"Clipped: {found.clipped:.1%} of it is at full scale, at most {MAX_CLIPPED:.1%} may be. "
            "Go a little further away, or turn the microphone down."
        )
    if found.speech_s < MIN_SPEECH_S:
        return "short", (
            f"Too short: {found.speech_s:.2f} s of sound, at least {MIN_SPEECH_S:.2f} s are needed. "
            "Read the line aloud."
        )
    for side, quiet_s in (("start", found.lead_s), ("end", found.tail_s)):
        if quiet_s < MIN_QUIET_S:
            when = "before the first" if side == "start" else "behind the last"
            return "cut", (
                f"Cut at the {side}: {1000 * quiet_s:.0f} ms of quiet there, {1000 * MIN_QUIET_S:.0f} ms are "
                "needed. "
                f"Wait a moment {when} word."
            )
    if n_characters > found.speech_s * MAX_CHARACTERS_S:
        return "short", (
            f"Too short for the line: {found.speech_s:.1f} s for {n_characters} letters, "
            f"{n_characters / MAX_CHARACTERS_S:.1f} s at the fastest. Read all of it."
        )
    return None, (
        f"Good: {found.speech_s:.1f} s of speech, peak {found.peak_dbfs:.0f} dBFS, "
        f"noise {found.noise_dbfs:.0f} dBFS."
    )


def _levels(sound: Samples, rate_hz: int) -> _Levels:
    """Return the level of each hundredth of a second in dBFS."""
    frame = max(1, round(_FRAME_S * rate_hz))
    whole = len(sound) // frame * frame
    power = np.square(sound[:whole], dtype=np.float64).reshape(-1, frame).mean(axis=1)
    levels: _Levels = 10 * np.log10(np.maximum(power, 10 ** (_FLOOR_DBFS / 10)))
    return levels


def _speech(levels: _Levels) -> tuple[int, int]:
    """Return the first frame of speech and the one behind the last; clicks of keys at the ends are none."""
    loud = np.flatnonzero(levels > _threshold(levels))
    if not len(loud):
        return 0, 0
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > _PAUSE_FRAMES) + 1)
    long = [part for part in parts if len(part) > _CLICK_FRAMES] or parts
    return int(long[0][0]), int(long[-1][-1]) + 1


def _threshold(levels: _Levels) -> float:
    """Return the level over which a frame is speech: well over the noise, and not far under the loudest."""
    if not len(levels):
        return 0.0
    floor, top = (float(value) for value in np.percentile(levels, [10, 99]))
    over_noise = min(floor + _SPEECH_OVER_NOISE_DB, top - _MIN_RANGE_DB)
    return max(over_noise, top - _SPEECH_UNDER_TOP_DB)


def _db(amplitude: float) -> float:
    return max(_FLOOR_DBFS, 20 * math.log10(max(amplitude, 1e-9)))
