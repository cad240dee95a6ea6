"""How drafts are written, in a worker or here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from labwidgets.corpus.importing import decode_added
from labwidgets.corpus.withdrawal import MODELS
from labwidgets.jobs import Job, turn
from labwidgets.records import DraftReport, Progress, Refusal
from labwidgets.widgets.job_start import start_job
from labwidgets.widgets.source import StoreSource


class Drafting(StoreSource):
    """The part of a project that lets models write."""

    def draft(
        self, model: str | None = None, *, settings: Mapping[str, Any] | None = None, force: bool = False
    ) -> Job[DraftReport]:
        """Start drafting all segments that have no draft of this model yet; labelling can go on meanwhile.

        Args:
            model: Hub id, folder, embedded name or one that :meth:`train` made, such as ``run-1``; default:
                the project's, else the embedded one that fits the language of each recording.
            settings: Decoding settings; default: the project's.
            force: Draft again what has a draft of the same model and settings.

        Returns:
            A job; its ``result()`` waits and returns a ``DraftReport``. It can be run again at any time:
            what is drafted stays.
        """
        arguments = ["draft", str(self.folder.resolve())]
        if model is not None:
            arguments += ["--model", model]
        if settings is not None:
            arguments += ["--settings", json.dumps(dict(settings))]
        if force:
            arguments.append("--force")
        self.drafting = start_job(arguments, title="drafting", parse=_draft_report)
        return self.drafting

    def draft_here(
        self,
        model: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        force: bool = False,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> DraftReport:
        """Draft in this process: what :meth:`draft` does in its worker.

        Recordings that were added with ``decode=False`` are decoded first. Without a model named here or in
        the settings, each recording is drafted by the embedded model that fits its language. Two runs at
        once would do the same work twice, so the second one waits.

        Raises:
            ModelError: The model is not there, or no speech recogniser.
        """
        return self._draft(None, model, settings=settings, force=force, progress=progress, stopped=stopped)

    def draft_some(
        self,
        segment_ids: Collection[str],
        model: str | None = None,
        *,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> DraftReport:
        """Draft those of some segments in this process that have no draft of this model yet.

        Raises:
            ModelError: The model is not there, or no speech recogniser.
        """
        if not segment_ids:
            # A model is no small thing to load for nothing.
            return DraftReport(0, 0, (), None, model or self.settings.model or "")
        return self._draft(segment_ids, model, progress=progress, stopped=stopped)

    def _draft(  # noqa: PLR0913 - as draft_here, and which
        self,
        among: Collection[str] | None,
        model: str | None,
        *,
        settings: Mapping[str, Any] | None = None,
        force: bool = False,
        progress: Progress | None,
        stopped: Callable[[], bool] | None,
    ) -> DraftReport:
        from labwidgets.asr.drafting import draft_planned, load_drafter
        from labwidgets.asr.plan import plan_drafts
        from labwidgets.asr.sources import resolve

        chosen = model or self.settings.model
        decoding = self.settings.decoding if settings is None else settings
        with turn(self.folder / ".draft.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return DraftReport(0, 0, (), None, chosen or "")
            undecoded = decode_added(self.store, self.cache, self.folder, progress=progress)
            wanted = None if among is None else set(among)
            pairs = [
                pair for pair in self.store.segments_to_draft() if wanted is None or pair[0].id in wanted
            ]
            return draft_planned(
                self.store,
                self.read,
                plan_drafts(pairs, model=chosen, undecoded=undecoded),
                load=lambda name: load_drafter(
                    resolve(name, self.settings.language, progress, trained=self.folder / MODELS),
                    settings=decoding,
                    device=self.settings.device,
                ),
                force=force,
                progress=progress,
                stopped=stopped,
            )


def _draft_report(data: dict[str, Any]) -> DraftReport:
    failed = tuple(Refusal(item["segment"], item["reason"]) for item in data["failed"])
    return DraftReport(data["drafted"], data["cached"], failed, data["rtfx"], data["model"])
