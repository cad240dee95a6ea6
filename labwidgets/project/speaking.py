"""Who speaks in a long recording: a proposal from what the voices sound like, to be corrected by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labwidgets.audio.speakers import DVectors, Timbre, VoiceMethod
from labwidgets.corpus.speaking import ACTOR, Ear, name_speakers
from labwidgets.errors import ConfigError
from labwidgets.jobs import Job, turn
from labwidgets.records import Progress, Recording, Refusal, SpeakersReport
from labwidgets.widgets.job_start import start_job
from labwidgets.widgets.source import StoreSource


class Speaking(StoreSource):
    """The part of a project that tells speakers apart."""

    def find_speakers(
        self, recording: str | None = None, *, n: int | None = None, method: VoiceMethod = "dvector"
    ) -> Job[SpeakersReport]:
        """Start proposing who speaks in each segment, by what the voices sound like; labelling can go on.

        Names that somebody gave by hand stay, and whoever sounds alike gets them too; others are called
        ``RECORDING.1``, ``RECORDING.2`` … by how long they speak. A segment in which the speaker changes is
        parted there, at the quietest point near, as long as nobody has worked on it; the report tells the
        others that seem to hold two. Correct it in ``SegmentEditor``.

        Args:
            recording: Id of one; default: all that have two segments or more.
            n: How many people speak; default: guessed, which two voices alike can mislead.
            method: ``dvector``, a trained network (the extra ``speakers``), or ``mfcc``, plain statistics of
                timbre that need nothing and are far less sure.

        Returns:
            A job; its ``result()`` waits and returns a ``SpeakersReport``. It can be run again at any time,
            with another ``n`` too: what was heard is kept beside the sound, nothing is heard twice.

        Raises:
            ConfigError: There is no such method, or ``n`` is no number of people.
            NotFoundError: There is no such recording.
        """
        _check(method, n)
        arguments = ["speakers", str(self.folder.resolve()), "--method", method]
        if recording is not None:
            arguments += ["--recording", self.store.recording(recording).id]
        if n is not None:
            arguments += ["--n", str(n)]
        return start_job(arguments, title="telling speakers apart", parse=_report)

    def find_speakers_here(
        self,
        recording: str | None = None,
        *,
        n: int | None = None,
        method: VoiceMethod = "dvector",
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> SpeakersReport:
        """Propose in this process: what :meth:`find_speakers` does in its worker.

        Raises:
            ConfigError: There is no such method, or ``n`` is no number of people.
            ModelError: The extra ``speakers`` is not installed.
            NotFoundError: There is no such recording.
        """
        _check(method, n)
        with turn(self.folder / ".speakers.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return SpeakersReport(0, 0, 0, 0, (), (), method)
            model = DVectors() if method == "dvector" else Timbre()
            chosen = (
                [self.store.recording(recording)]
                if recording is not None
                else [one for one in self.store.recordings("decoded") if self._n_segments(one) > 1]
            )
            ear = Ear(self.store, self.cache, self.read, model, n, progress, stopped)
            return name_speakers(ear, chosen)

    def _n_segments(self, recording: Recording) -> int:
        return len(self.store.recording_segments(recording.id, annotator=ACTOR))


def _check(method: str, n: int | None) -> None:
    if method not in ("dvector", "mfcc"):
        raise ConfigError("no such way to tell voices apart", value=method, allowed="dvector, mfcc")
    if n is not None and n < 1:
        raise ConfigError("no number of people", value=n, allowed="1 or more, or None to guess")


def _report(data: dict[str, Any]) -> SpeakersReport:
    refused = tuple(Refusal(item["source"], item["reason"]) for item in data["refused"])
    counts = (data["recordings"], data["speakers"], data["assigned"], data["parted"])
    return SpeakersReport(*counts, tuple(data["mixed"]), refused, data["method"])
