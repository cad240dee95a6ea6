"""Drafts the segments of a project, one by one, each result on disk before the next begins."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from labwidgets.asr import alarms
from labwidgets.asr.plan import Plan, plan_drafts
from labwidgets.asr.sources import Family, ModelSource
from labwidgets.audio.voice import VoiceModel
from labwidgets.config import Device
from labwidgets.errors import (
    AudioError,
    ConfigError,
    LabError,
    ModelError,
    NotFoundError,
    SegmentError,
    TextError,
)
from labwidgets.records import (
    Drafter,
    DraftReport,
    Hypothesis,
    ModelRun,
    Progress,
    ReadAudio,
    Recording,
    Refusal,
    Samples,
    Segment,
    Transcription,
    new_id,
)
from labwidgets.timeline import to_us

logger = logging.getLogger(__name__)

RECIPE = 2
"""Goes up when the same model and settings begin to give other drafts; part of every cache key."""

LONGEST_S = 1800.0
"""Half an hour of speech fills a text; and all of a segment's sound is in memory at once."""

_RANGES: Mapping[Family, Mapping[str, tuple[int, int, int]]] = {
    "whisper": {"num_beams": (5, 1, 10), "max_new_tokens": (224, 1, 440)},
    "ctc": {},
}
"""For each setting its default, least and greatest value."""


class DraftStore(Protocol):
    """What drafting needs of a store."""

    def segments_to_draft(self) -> Sequence[tuple[Segment, Recording]]:
        """Return every live segment with its recording."""
        ...

    def begin_run(self, run: ModelRun) -> object:
        """Note that a run of a model has begun."""
        ...

    def hypothesis_by_key(self, cache_key: str, /) -> Hypothesis | None:
        """Return the newest draft that was stored under a cache key."""
        ...

    def add_hypothesis(
        self, *, run_id: str, segment_id: str | Segment, cache_key: str, transcription: Transcription
    ) -> object:
        """Store a draft of a segment as it was heard; on disk when this returns."""
        ...

    def finish_run(self, run_id: str, *, n_drafted: int, n_cached: int, n_failed: int) -> object:
        """Note how a run ended."""
        ...


def load_drafter(
    source: ModelSource, *, settings: Mapping[str, Any] | None = None, device: Device = "auto"
) -> Drafter:
    """Return a recogniser, loaded.

    Args:
        source: Where the model lies.
        settings: Decoding settings; Whisper takes ``num_beams`` (1..10) and ``max_new_tokens`` (1..440), the
            CTC family takes none.
        device: Where it computes.

    Raises:
        ConfigError: An unknown setting, or one out of range.
        ModelError: The model cannot be loaded.
    """
    checked = check_settings(source.family, settings or {})
    # Seconds of import, and only for those who draft.
    from labwidgets.asr import ctc, loading, whisper

    if source.family == "whisper":
        pipe = loading.open_pipeline(source, whisper.WhisperPipeline, device=device)
        return whisper.WhisperDrafter(pipe, model=source.name, revision=source.revision, settings=checked)
    pipe = loading.open_pipeline(source, ctc.CtcPipeline, device=device)
    return ctc.CtcDrafter(pipe, model=source.name, revision=source.revision, settings=checked)


def check_settings(family: Family, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings of a model family, given ones in place of the defaults.

    Raises:
        ConfigError: An unknown setting, or one out of range.

    >>> check_settings("whisper", {"num_beams": 1})
    {'recipe': 2, 'num_beams': 1, 'max_new_tokens': 224}
    """
    ranges = _RANGES[family]
    for name, value in settings.items():
        if name not in ranges:
            raise ConfigError(
                f"no such setting of a {family} model",
                value=name,
                allowed=", ".join(ranges) or "no settings at all",
            )
        _, least, greatest = ranges[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= greatest:
            raise ConfigError(f"setting {name} out of range", value=value, allowed=f"{least} to {greatest}")
    return {"recipe": RECIPE} | {name: settings.get(name, bounds[0]) for name, bounds in ranges.items()}


def cache_key(  # noqa: PLR0913 - each part names a reason to draft again
    sound_sha256: str,
    *,
    start_s: float,
    end_s: float,
    channel: int,
    model: str,
    revision: str,
    settings: Mapping[str, Any],
    language: str,
) -> str:
    """Return the name of one draft: the same sound, model and settings give the same 64 hex digits.

    Args:
        sound_sha256: Of the decoded recording.
        start_s: Of the segment.
        end_s: Of the segment.
        channel: Of the segment.
        model: Name as the user gave it.
        revision: Of the model.
        settings: JSON values.
        language: BCP-47, as told to the model.
    """
    parts = [sound_sha256, to_us(start_s), to_us(end_s), channel, model, revision, dict(settings), language]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(slots=True)
class _Tally:
    """What a run of one model has done so far."""

    run_id: str | None = None
    drafted: int = 0
    cached: int = 0
    failed: list[Refusal] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    audio_s: float = 0.0
    work_s: float = 0.0

    @property
    def done(self) -> int:
        return self.drafted + self.cached + len(self.failed)


@dataclass(frozen=True, slots=True)
class _Run:
    """The parts that one run of drafting works with."""

    store: DraftStore
    read_audio: ReadAudio
    drafter: Drafter
    force: bool
    voice: VoiceModel | None


def draft_segments(  # noqa: PLR0913 - the parts of a run, all but three optional
    store: DraftStore,
    read_audio: ReadAudio,
    drafter: Drafter,
    *,
    force: bool = False,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> DraftReport:
    """Draft with one model what has no draft of it and its settings yet; as ``draft_planned`` does it."""
    plan = plan_drafts(store.segments_to_draft(), model=drafter.model)
    return draft_planned(
        store, read_audio, plan, load=lambda _: drafter, force=force, progress=progress, stopped=stopped
    )


def draft_planned(  # noqa: PLR0913 - the parts of a run, all but four optional
    store: DraftStore,
    read_audio: ReadAudio,
    plan: Plan,
    *,
    load: Callable[[str], Drafter],
    force: bool = False,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> DraftReport:
    """Draft lot by lot what has no draft yet; run it again to go on after any stop.

    One bad segment is a refusal in the report, never the end of the run; and so is a model that cannot be
    loaded, as long as there are others.

    Args:
        store: Where drafts are looked up and kept, each on disk before the next segment begins.
        read_audio: Gives a segment's sound; a ``LabError`` from it counts as a refusal.
        plan: Who drafts what.
        load: Returns the model of a lot, when its turn has come.
        force: Draft again what is drafted.
        progress: Told about every segment, counted over all lots.
        stopped: Asked before every segment; True ends the run with the report so far.

    Raises:
        ModelError: The only model of the plan cannot be loaded.
        StoreError: A draft cannot be stored; those before it are safe.
    """
    tallies = [_Tally(failed=list(plan.refused))]

    def is_stopped() -> bool:
        return stopped is not None and stopped()

    def tell(note: str) -> None:
        if progress is not None:
            progress(sum(tally.done for tally in tallies), plan.n_segments, note)

    voice = voice_model() if plan.lots else None
    for lot in plan.lots:
        tallies.append(tally := _Tally())
        try:
            drafter = load(lot.model)
        except ModelError as error:
            if len(plan.lots) == 1:
                raise
            tally.failed += [Refusal(segment.id, str(error)) for segment, _ in lot.pairs]
            tell(f"drafts by {lot.model}")
            continue
        run = _Run(store, read_audio, drafter, force, voice)
        for segment, recording in lot.pairs:
            if is_stopped():
                _finish(run, tally)
                return _report(plan, tallies)
            _draft_one(run, tally, segment, recording)
            tell(f"drafts by {lot.model}")
        _finish(run, tally)
    return _report(plan, tallies)


def transcribed(
    drafter: Drafter, samples: Samples, *, language: str, voice: VoiceModel | None
) -> Transcription:
    """Return what a model says of a clip, and what looks wrong about it: a draft as a project keeps it."""
    said = drafter.transcribe(samples, language=language)
    return replace(said, alarms=alarms.find(said, samples, language=language, voice=voice))


def voice_model() -> VoiceModel | None:
    """Return what tells speech from other sound for the alarms; None where it cannot be had."""
    try:
        return VoiceModel()
    except ModelError as error:
        logger.info("alarms go by level alone: %s", error)
        return None


def _finish(run: _Run, tally: _Tally) -> None:
    if tally.run_id is not None:
        run.store.finish_run(
            tally.run_id, n_drafted=tally.drafted, n_cached=tally.cached, n_failed=len(tally.failed)
        )


def _report(plan: Plan, tallies: Sequence[_Tally]) -> DraftReport:
    work_s = sum(tally.work_s for tally in tallies)
    return DraftReport(
        drafted=sum(tally.drafted for tally in tallies),
        cached=sum(tally.cached for tally in tallies),
        failed=tuple(refusal for tally in tallies for refusal in tally.failed),
        rtfx=sum(tally.audio_s for tally in tallies) / work_s if work_s else None,
        model=", ".join(lot.model for lot in plan.lots),
    )


def _draft_one(run: _Run, tally: _Tally, segment: Segment, recording: Recording) -> None:
    try:
        _draft_or_copy(run, tally, segment, recording)
    # A model may write what no text may hold, and people cut and move segments meanwhile.
    except (TextError, SegmentError, NotFoundError) as error:
        tally.failed.append(Refusal(segment.id, str(error)))


def _draft_or_copy(run: _Run, tally: _Tally, segment: Segment, recording: Recording) -> None:
    key = _key(run.drafter, segment, recording)
    known = None if run.force and key not in tally.keys else run.store.hypothesis_by_key(key)
    if known is None:
        if (transcription := _transcription(run, tally, segment, recording)) is None:
            return
        _keep(run, tally, segment, key, transcription)
        tally.keys.add(key)
        tally.drafted += 1
        return
    if known.segment_id != segment.id:
        # The same sound under another id takes over the draft, once, under a key of its own.
        own_key = f"{key}:{segment.id}"
        if run.force or run.store.hypothesis_by_key(own_key) is None:
            _keep(run, tally, segment, own_key, _copied(known))
    tally.cached += 1


def _key(drafter: Drafter, segment: Segment, recording: Recording) -> str:
    return cache_key(
        recording.sound_sha256 or "",
        start_s=segment.start_s,
        end_s=segment.end_s,
        channel=segment.channel,
        model=drafter.model,
        revision=drafter.revision,
        settings=drafter.settings,
        language=recording.language,
    )


def _transcription(run: _Run, tally: _Tally, segment: Segment, recording: Recording) -> Transcription | None:
    """Return the draft with its alarms; None, and a refusal noted, where there can be none."""
    began_s = time.perf_counter()
    try:
        _require_short(segment)
        samples = _finite(run.read_audio(segment.id))
        named = transcribed(run.drafter, samples, language=recording.language, voice=run.voice)
    except LabError as error:
        tally.failed.append(Refusal(segment.id, str(error)))
        return None
    except Exception as error:  # one bad clip must not cost the others their drafts
        logger.exception("drafting of segment %s failed", segment.id)
        tally.failed.append(Refusal(segment.id, f"the model failed with {type(error).__name__}"))
        return None
    tally.audio_s += segment.duration_s
    tally.work_s += time.perf_counter() - began_s
    return named


def _require_short(segment: Segment) -> None:
    if segment.duration_s > LONGEST_S:
        raise SegmentError(
            "the segment is too long to be drafted",
            value=f"{segment.duration_s / 60:.0f} min",
            allowed=f"{LONGEST_S / 60:.0f} min",
            remedy="Cut the recording first: project.segment(), or labwidgets segment DIR",
        )


def _finite(samples: Samples) -> Samples:
    # One sum tells: it is no number as soon as a sample is none.
    if not np.isfinite(samples.sum()):
        raise AudioError("the sound holds values that are no numbers")
    return samples


def _keep(run: _Run, tally: _Tally, segment: Segment, key: str, transcription: Transcription) -> None:
    if tally.run_id is None:
        tally.run_id = new_id("run")
        drafter = run.drafter
        run.store.begin_run(ModelRun(tally.run_id, drafter.model, drafter.revision, drafter.settings))
    run.store.add_hypothesis(
        run_id=tally.run_id, segment_id=segment, cache_key=key, transcription=transcription
    )


def _copied(known: Hypothesis) -> Transcription:
    return Transcription(known.text, known.words, known.confidence, known.language, known.alarms)
