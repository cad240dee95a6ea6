"""How long recordings are cut into segments, in a worker or here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labwidgets.corpus.importing import decode_added
from labwidgets.jobs import Job, turn
from labwidgets.records import Progress, Refusal, SegmentReport
from labwidgets.widgets.source import StoreSource


class Segmenting(StoreSource):
    """The part of a project that cuts long recordings."""

    def segment(self) -> Job[SegmentReport]:
        """Start cutting long recordings into segments where people pause; ``segmentation`` says how.

        Recordings that are no longer than a segment may be stay as they are, and so does every segment that
        somebody has worked on: submitted, typed into, moved or made by hand.

        Returns:
            A job; its ``result()`` waits and returns a ``SegmentReport``. It can be run again at any time:
            recordings that are cut as wanted are passed over.
        """
        return Job(["segment", str(self.folder.resolve())], title="segmenting", parse=_report)

    def segment_here(
        self, *, progress: Progress | None = None, stopped: Callable[[], bool] | None = None
    ) -> SegmentReport:
        """Cut in this process: what :meth:`segment` does in its worker.

        Raises:
            ModelError: The voice activity model is not there.
        """
        from labwidgets.audio.voice import VoiceModel
        from labwidgets.corpus.segmenting import Tools, segment_recordings

        settings = self.settings.segmentation
        with turn(self.folder / ".segment.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return SegmentReport(0, 0, 0.0)
            decode_added(self.store, self.cache, self.folder, progress=progress)
            model = VoiceModel() if settings.method == "silero" else None
            tools = Tools(self.store, self.cache, self.folder, settings, model)
            return segment_recordings(tools, progress=progress, stopped=stopped)


def _report(data: dict[str, Any]) -> SegmentReport:
    refused = tuple(Refusal(item["source"], item["reason"]) for item in data["refused"])
    counts = (data["recordings"], data["segments"], data["speech_s"], data["known"], data["left"])
    return SegmentReport(*counts, refused)
