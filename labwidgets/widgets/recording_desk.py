"""The kernel's side of whole recordings: their sound as clips, their segments as rows, changes to these."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from labwidgets.audio import WINDOW_S
from labwidgets.errors import LabError, MessageError, NotFoundError
from labwidgets.records import (
    MIX,
    AudioWindow,
    Peaks,
    Recording,
    RecordingSegment,
    RecordingSource,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    SegmentsChanged,
    Span,
    Spectrogram,
)
from labwidgets.text import stored_text
from labwidgets.widgets import messages
from labwidgets.widgets._base import Answer, Handler
from labwidgets.widgets.desk import Desk
from labwidgets.widgets.protocol import ClipPayload, RegionPayload

MAX_BINS = 20_000
MAX_RECORDINGS = 300
_MIX_NAME = "mix"
_MOST_DIGITS = 4
_LAST_MS = 1 << 48


class RecordingDesk(Desk[RecordingSource]):
    """Answers for whole recordings."""

    def __init__(self, source: RecordingSource, annotator: str) -> None:
        super().__init__(source, annotator)
        self._speech: dict[str, list[Span]] = {}

    @property
    def handlers(self) -> dict[str, Handler]:
        """By name of the request."""
        return {
            "recordings": self._answer_recordings,
            "recording": self._answer_recording,
            "regions": self._answer_regions,
            "wave": self._answer_wave,
            "speech": self._answer_speech,
            "change_segments": self._answer_change,
            "undo_segments": self._answer_undo,
        }

    # ---- sound -----------------------------------------------------------------------------------------

    def window(self, clip: str, *, index: int, codec: str) -> AudioWindow:
        """Return window number ``index`` of a recording's clip."""
        recording, channel = clip_parts(clip)
        return self._source.recording_window(recording, channel=channel, index=index, codec=codec)

    def spectrogram(
        self, clip: str, *, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return a span of a recording's clip as mel bands over time."""
        recording, channel = clip_parts(clip)
        return self._source.recording_spectrogram(
            recording, channel=channel, start_s=start_s, end_s=end_s, n_columns=n_columns, n_bands=n_bands
        )

    def _peaks(self, clip: str, start_s: float, end_s: float, n_bins: int) -> Peaks:
        recording, channel = clip_parts(clip)
        return self._source.recording_peaks(
            recording, channel=channel, start_s=start_s, end_s=end_s, n_bins=min(MAX_BINS, max(1, n_bins))
        )

    def _answer_wave(self, payload: dict[str, Any]) -> Answer:
        start_s, end_s = float(payload["start_s"]), float(payload["end_s"])
        peaks = self._peaks(str(payload["clip"]), start_s, end_s, int(payload["n_bins"]))
        return {**payload, "n_bins": peaks.n_bins}, [peaks.data]

    def _answer_speech(self, payload: dict[str, Any]) -> Answer:
        clip = str(payload["clip"])
        if clip not in self._speech:
            recording, channel = clip_parts(clip)
            self._speech[clip] = list(self._source.speech(recording, channel=channel))
        spans = self._speech[clip]
        ends_ms = np.rint(1000 * np.array(spans)).astype("<i4")
        return {"clip": clip, "n_spans": len(spans)}, [ends_ms.tobytes()] if spans else []

    # ---- recordings and their segments -----------------------------------------------------------------

    def _answer_recordings(self, _payload: dict[str, Any]) -> Answer:
        usable = [one for one in self._source.recordings() if one.state != "broken"]
        return {
            "recordings": [
                {"recording": one.id, "name": recording_name(one), "duration_s": one.duration_s}
                for one in usable[:MAX_RECORDINGS]
            ]
        }, []

    def _answer_recording(self, payload: dict[str, Any]) -> Answer:
        segment = payload["segment"]
        recording = self._find(payload["recording"], segment)
        buffers: list[bytes] = []
        n_bins, audio_error = 0, None
        clips = recording_clips(recording)
        try:
            n_wanted = int(payload["n_bins"])
            peaks = self._peaks(clips[0]["id"], 0.0, recording.duration_s, n_wanted)
            n_bins, buffers = peaks.n_bins, [peaks.data]
        except (LabError, OSError) as error:
            # The texts can still be read and corrected; the page says why there is no sound.
            audio_error = str(error)
        return {
            "recording": recording.id,
            "name": recording_name(recording),
            "language": recording.language,
            "duration_s": recording.duration_s,
            "clips": clips,
            "peaks_bins": n_bins,
            "audio_error": audio_error,
            "segment": segment,
        }, buffers

    def _answer_regions(self, payload: dict[str, Any]) -> Answer:
        recording = str(payload["recording"])
        found = self._source.segments(recording, annotator=self._annotator)
        rows = [region_payload(row) for row in found]
        if not payload["gzip"]:
            return {"recording": recording, "gzip": False, "regions": rows}, []
        packed = gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), compresslevel=5)
        return {"recording": recording, "gzip": True, "regions": []}, [packed]

    def _answer_change(self, payload: dict[str, Any]) -> Answer:
        change = change_record(payload, annotator=self._annotator)
        return changed_payload(self._source.change_segments(change)), []

    def _answer_undo(self, payload: dict[str, Any]) -> Answer:
        done = self._source.undo_segments(str(payload["change_id"]), annotator=self._annotator)
        return changed_payload(done), []

    def _find(self, wanted: str | None, segment: str | None) -> Recording:
        if wanted is None and segment is not None:
            return self._source.view(segment, annotator=self._annotator).recording
        found = self._source.recordings()
        for one in found:
            if one.id == wanted or (wanted is None and one.state != "broken"):
                return one
        raise NotFoundError(
            "no recording in this project" if wanted is None else "no such recording",
            value=wanted,
            remedy="project.add(…) brings recordings in" if wanted is None else "Look it up in the list",
        )


def recording_clips(recording: Recording) -> list[ClipPayload]:
    """Return what of a recording can be played whole: all channels together, then each alone if several."""
    channels = [MIX, *(range(recording.n_channels) if recording.n_channels > 1 else ())]
    return [
        messages.clip_payload(recording_clip(recording.id, channel), recording.duration_s, WINDOW_S)
        for channel in channels
    ]


def recording_clip(recording_id: str, channel: int) -> str:
    """Return the id under which a channel of a recording, or all of them (``MIX``), is played and drawn.

    >>> recording_clip("rec_1", 0), recording_clip("rec_1", -1)
    ('rec_1:0', 'rec_1:mix')
    """
    return f"{recording_id}:{_MIX_NAME if channel == MIX else channel}"


def is_recording_clip(clip: str) -> bool:
    """Return whether a clip's id is one of a whole recording.

    >>> is_recording_clip("rec_1:mix"), is_recording_clip("seg_1")
    (True, False)
    """
    return ":" in clip


def clip_parts(clip: str) -> tuple[str, int]:
    """Return recording and channel of a clip's id.

    Raises:
        NotFoundError: It is no id of a recording's clip.

    >>> clip_parts("rec_1:0"), clip_parts("rec_1:mix")
    (('rec_1', 0), ('rec_1', -1))
    """
    recording, _, name = clip.rpartition(":")
    if not recording or not (name == _MIX_NAME or (name.isdecimal() and len(name) <= _MOST_DIGITS)):
        raise NotFoundError("no such clip of a recording", value=clip, allowed="its id with :mix or :0")
    return recording, MIX if name == _MIX_NAME else int(name)


def recording_name(recording: Recording) -> str:
    """Return what people know a recording by: its file's name without folder and ending."""
    return PurePosixPath(recording.source.replace("\\", "/")).stem or recording.id


def region_payload(row: RecordingSegment) -> RegionPayload:
    """Return a row as it crosses."""
    return {
        "segment": row.id,
        "version": row.version,
        "channel": row.channel,
        "start_s": row.start_s,
        "end_s": row.end_s,
        "speaker": row.speaker,
        "state": row.state,
        "text": row.text,
        "origin": row.origin,
        "revision": row.revision,
        "confidence": row.confidence,
        "flags": list(row.flags),
    }


def changed_payload(done: SegmentsChanged) -> dict[str, Any]:
    """Return what a change did as it crosses."""
    return {
        "change_id": done.change_id,
        "retired": list(done.retired),
        "rows": [region_payload(row) for row in done.rows],
    }


def change_record(payload: Mapping[str, Any], *, annotator: str) -> SegmentChange:
    """Return the change that a page wants.

    Args:
        payload: A ``ChangeSegmentsRequest``.
        annotator: Whose page it is; never taken from the message.

    Raises:
        MessageError: A field of the wrong type.
        TextError: A text or name that may not be stored.
    """
    try:
        return SegmentChange(
            change_id=str(payload["change_id"]),
            recording_id=str(payload["recording"]),
            annotator=annotator,
            kind=payload["kind"],
            segments=tuple(SegmentRef(one["segment"], one["version"]) for one in payload["segments"]),
            pieces=tuple(_piece_record(one) for one in payload["pieces"]),
            speaker=_name(payload["speaker"]),
            to_speaker=_name(payload["to_speaker"]),
            client_at_s=_at_s(payload["client_at_ms"]),
        )
    except (KeyError, TypeError) as error:
        raise MessageError("malformed change of segments", value=type(error).__name__) from error


def _at_s(client_at_ms: float) -> float:
    if not 0 <= client_at_ms < _LAST_MS:
        raise MessageError("no time of a change", value=client_at_ms, allowed="ms since 1970")
    return client_at_ms / 1000


def _piece_record(payload: Mapping[str, Any]) -> SegmentPiece:
    text = payload["text"]
    return SegmentPiece(
        id=str(payload["segment"]),
        channel=int(payload["channel"]),
        start_s=float(payload["start_s"]),
        end_s=float(payload["end_s"]),
        speaker=_name(payload["speaker"]),
        text=None if text is None else stored_text(text),
        words=tuple(messages.word_record(word) for word in payload["words"] or ()),
        layers=_layers(payload["layers"]),
    )


def _layers(given: Mapping[str, str] | None) -> dict[str, str] | None:
    if given is None:
        return None
    return {str(name): stored_text(str(text)) for name, text in given.items()}


def _name(value: str | None) -> str | None:
    return None if value is None else stored_text(value).strip() or None
