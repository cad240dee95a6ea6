"""How long recordings are cut into segments, in a worker or here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from labwidgets.config import SegmentationSettings, parse
from labwidgets.corpus.importing import decode_added
from labwidgets.jobs import Job, turn
from labwidgets.records import Progress, Refusal, SegmentReport
from labwidgets.widgets.job_start import start_job
from labwidgets.widgets.source import StoreSource


class Segmenting(StoreSource):
    """The part of a project that cuts long recordings."""

    def segment(self, *, settings: Mapping[str, Any] | None = None) -> Job[SegmentReport]:
        """Start cutting long recordings into segments where people pause.

        Recordings that are no longer than a segment may be stay as they are, and so does every segment that
        somebody has worked on: submitted, typed into, moved or made by hand.

        Args:
            settings: In place of those under ``segmentation`` in ``project.yaml``, for example
                ``{"channels": "speakers", "max_s": 15}``.

        Returns:
            A job; its ``result()`` waits and returns a ``SegmentReport``. It can be run again at any time:
            recordings that are cut as wanted are passed over.
        """
        arguments = ["segment", str(self.folder.resolve())]
        if settings is not None:
            self._segmentation(settings)
            arguments += ["--settings", json.dumps(dict(settings))]
        return start_job(arguments, title="segmenting", parse=_report)

    def segment_here(
        self,
        *,
        settings: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> SegmentReport:
        """Cut in this process: what :meth:`segment` does in its worker.

        Raises:
            ConfigError: No such setting, or one out of range.
            ModelError: The voice activity model is not there.
        """
        from labwidgets.audio.voice import VoiceModel
        from labwidgets.corpus.segmenting import Tools, segment_recordings

        chosen = self._segmentation(settings or {})
        with turn(self.folder / ".segment.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return SegmentReport(0, 0, 0.0)
            decode_added(self.store, self.cache, self.folder, progress=progress)
            model = VoiceModel() if chosen.method == "silero" else None
            tools = Tools(self.store, self.cache, self.folder, chosen, model)
            return segment_recordings(tools, progress=progress, stopped=stopped)

    def _segmentation(self, given: Mapping[str, Any]) -> SegmentationSettings:
        known = self.settings.segmentation.model_dump()
        return parse({**known, **given}, SegmentationSettings, where="the settings of this run")


def _report(data: dict[str, Any]) -> SegmentReport:
    refused = tuple(Refusal(item["source"], item["reason"]) for item in data["refused"])
    counts = (data["recordings"], data["segments"], data["speech_s"], data["known"], data["left"])
    return SegmentReport(*counts, refused)
