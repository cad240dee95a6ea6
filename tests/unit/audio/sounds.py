"""Small sounds in every format, made on the spot."""

import hashlib
import io

import av
import numpy as np
import soundfile


def key_of(data):
    return hashlib.sha256(data).hexdigest()


def noise(duration_s=1.0, rate_hz=16_000, n_channels=1, seed=7):
    """Return int16[n, n_channels]: bursts with pauses, different in each channel."""
    random = np.random.default_rng(seed)
    n = round(duration_s * rate_hz)
    loud = 0.25 * (np.arange(n) // (rate_hz // 4) % 2) + 0.002
    return (
        (random.standard_normal((n, n_channels)) * loud[:, None] * 8000).clip(-32768, 32767).astype(np.int16)
    )


def encoded(pcm, rate_hz=16_000, container="WAV", subtype="PCM_16"):
    target = io.BytesIO()
    soundfile.write(target, pcm, rate_hz, format=container, subtype=subtype)
    return target.getvalue()


def muxed(pcm, rate_hz, *, container, codec, video=False):
    """Return mono int16[n, 1] encoded by PyAV (``codec`` None = no sound track)."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as out:
        picture = out.add_stream("mpeg4", rate=10) if video else None
        if picture:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound = out.add_stream(codec, rate=rate_hz) if codec else None
        if sound:
            sound.codec_context.layout = "mono"
        if picture:
            for _ in range(10):
                out.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
            out.mux(picture.encode(None))
        if sound:
            frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = rate_hz
            out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return target.getvalue()


def unmuxed(data):
    """Return what a decoder makes of mono ``data``: int16[n]."""
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=container.streams.audio[0].rate)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])
