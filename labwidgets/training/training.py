"""One run of training: labels frozen, the base measured, a model trained, measured and put in its place."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers

from labwidgets.asr.device import device_of
from labwidgets.asr.drafting import check_settings, load_drafter
from labwidgets.asr.languages import whisper_code
from labwidgets.asr.sources import ModelSource
from labwidgets.config import Device, TrainingRecipe
from labwidgets.errors import ConfigError, ModelError, NotFoundError, ProjectError, TrainingError
from labwidgets.records import RATE_HZ, PseudoClip, Refusal, Samples, Sifted, TrainReport
from labwidgets.training import measuring, models
from labwidgets.training.augment import Augmenter
from labwidgets.training.batches import Clips, Collator
from labwidgets.training.card import CARD_FILE, model_card
from labwidgets.training.material import ALIKE, PSEUDO, SPLITS, TEST, TRAIN, VALIDATION, Clip, Material
from labwidgets.training.pseudo import Rota, per_epoch, still_there
from labwidgets.training.runs import SEGMENTS_FILE, Plan, Runs, run_key, write_json
from labwidgets.training.steady import Fitted, Hooks, Lesson, Stopped, fit, quiet, room_for, threads_for

_LIBRARIES = ("labwidgets", "torch", "transformers", "tokenizers", "accelerate", "peft", "numpy")
_TRAINED, _FITTED, _BEFORE, _SPENT = "trained", "fitted.json", "before.json", "seconds.json"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be trained.

    Attributes:
        base: Model to begin with; None begins from nothing.
        recipe_name: Of the recipe.
        recipe: With all that the user changed of it.
        snapshot: Name of the labels to learn from.
        decoding: Settings with which base and model write when they are measured.
        drafts: To learn from, too; None for none.
        device: Where it computes.
        is_of_now: The labels are those that there are now.
    """

    base: ModelSource | None
    recipe_name: str
    recipe: TrainingRecipe
    snapshot: str
    decoding: Mapping[str, Any] = field(default_factory=dict)
    drafts: Sifted | None = None
    device: Device = "auto"
    is_of_now: bool = False

    @property
    def key(self) -> str:
        """The same for the same base and recipe."""
        base = None if self.base is None else [self.base.name, self.base.revision]
        recipe = self.recipe.model_dump(mode="json")
        return run_key({"base": base, "recipe": recipe, "decoding": dict(self.decoding)})


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a run finds what it learns from.

    Attributes:
        labels: Gives the data set of a snapshot.
        drafts: Gives drafts with their segments, by id.
        sound: Gives a segment's sound, float32[n_samples], mono, 16 kHz.
        audits: Gives the segments that were drawn as audits.
        gone: Gives those among some segments whose speakers took consent back.
        labelled: Gives the segments that have a label now.
        models: Gives the names of all models that ever drafted.
    """

    labels: Callable[[str], Any]
    drafts: Callable[[Sequence[str]], Mapping[str, PseudoClip]]
    sound: Callable[[str], Samples]
    audits: Callable[[], AbstractSet[str]]
    gone: Callable[[AbstractSet[str]], AbstractSet[str]]
    labelled: Callable[[], AbstractSet[str]]
    models: Callable[[], Sequence[str]]


def check_fit(base: ModelSource | None, recipe: TrainingRecipe, *, name: str) -> None:
    """Check that a recipe is one for this model.

    Raises:
        ConfigError: It is not.
    """
    if base is not None and recipe.architecture is not None:
        raise ConfigError(
            "this recipe begins from nothing", value=name, remedy="Name no model, or another recipe"
        )
    if base is not None and base.family != recipe.family:
        raise ConfigError(
            f"this recipe is for {recipe.family} models", value=name, allowed=f"recipes of {base.family}"
        )


def train(wish: Wish, runs: Runs, sources: Sources, *, hooks: Hooks, again: bool = False) -> TrainReport:
    """Train as wished; what was trained before comes back at once, what was cut short goes on.

    Args:
        wish: Base, recipe and labels.
        runs: Of the project.
        sources: Of labels, drafts and sound.
        hooks: Who is told, and who may stop it.
        again: Train even if the same was trained before.

    Raises:
        TrainingError: There is too little to learn from, or the loss is no number any more.
        ModelError: The base does not fit the labels, or cannot be loaded.
        DiskFullError: There is no room; it can go on from the last checkpoint.
    """
    plan = runs.unfinished(wish.key)
    if plan is not None and sources.gone(runs.used(plan)):
        # Its checkpoints know somebody who took consent back.
        runs.drop(plan)
        plan = None
    if plan is None:
        drafts = "" if wish.drafts is None else wish.drafts.digest
        known = None if again else runs.finished(wish.key, wish.snapshot, drafts)
        if known is not None and not sources.gone(runs.used(known.run)):
            return known
        with room_for("a new run", runs.folder):
            plan = runs.begin(wish.key, wish.snapshot, wish.drafts, known=sources.models())
    try:
        with room_for("the run", runs.work(plan)), quiet():
            return _Run(wish, plan, runs, hooks).go(sources)
    except (TrainingError, ModelError, ConfigError, ProjectError, NotFoundError):
        # The same would happen again: nothing here is worth going on with.
        runs.drop(plan)
        raise


def _ids(material: Material) -> dict[str, list[str]]:
    """Return the segments that a run uses, by split."""
    return {name: [clip.id for clip in material.clips[name]] for name in (*SPLITS, PSEUDO)}


class _Run:
    """One run, from its first to its last file."""

    def __init__(self, wish: Wish, plan: Plan, runs: Runs, hooks: Hooks) -> None:
        self._wish = wish
        self._plan = plan
        self._runs = runs
        self._hooks = hooks
        self._work = runs.work(plan)
        self._recipe = wish.recipe
        self._drafts = runs.planned_drafts(plan)
        self._device = device_of(wish.device)

    def go(self, sources: Sources) -> TrainReport:
        """Do what is not done yet and return the report."""
        material = self._material(sources)
        material.require()
        # The head of a new model is drawn too, and must be the same when the run is started again.
        transformers.set_seed(self._recipe.seed)
        base = self._base(material)
        speller = base.speller()
        speller.require(material.clips[TRAIN])
        material.narrow(speller)
        material.require()
        self._runs.note_used(self._plan, _ids(material))
        report = self._report(material)
        try:
            with threads_for(base.model):
                return self._measured(report, base, material, sources)
        except Stopped:
            return report

    def _material(self, sources: Sources) -> Material:
        labels = () if self._drafts is None else self._drafts.labels
        found = sources.drafts([one.draft_id for one in labels])
        pseudo, gone = still_there(labels, found)
        dataset = sources.labels(self._plan.snapshot)
        audits = sources.audits()
        material = Material(dataset, self._recipe, pseudo=pseudo, audits=audits, sound=sources.sound)
        material.left_out += gone
        if self._wish.is_of_now and self._plan.snapshot == self._wish.snapshot:
            lost = sorted(sources.labelled() - material.ids)
            material.left_out += [Refusal(key, "its sound cannot be read") for key in lost]
        return material

    def _measured(
        self, report: TrainReport, base: models.Base, material: Material, sources: Sources
    ) -> TrainReport:
        clips, trained = material.clips[TEST], self._work / _TRAINED
        before = self._before(material)
        fitted = self._fit(base, material)
        after = self._heard(self._source(trained), material, "hearing the test set after")
        done = replace(
            report,
            state="trained",
            before=measuring.rate(clips, before),
            after=measuring.rate(clips, after),
            difference=measuring.difference(clips, before, after),
            seconds=self._spent_s(),
            threads=torch.get_num_threads(),
            **fitted,
        )
        if sources.gone(self._runs.used(self._plan)):
            raise TrainingError(
                "a speaker took consent back while it was trained",
                value=self._plan.run,
                remedy="Train again: it goes without that speaker, and this model is not kept",
            )
        with room_for("the model", trained):
            write_json(trained / SEGMENTS_FILE, _ids(material))
            self._write_card(trained, done, base)
            self._runs.finish(self._plan, trained, done)
        return done

    def _write_card(self, folder: Path, report: TrainReport, base: models.Base) -> None:
        is_asked = base.family == "whisper" and getattr(
            base.model.generation_config, "is_multilingual", False
        )
        codes = [found for one in report.languages if (found := whisper_code(one)) is not None]
        text = model_card(report, language=codes[0] if is_asked and codes else None)
        (folder / CARD_FILE).write_text(text, encoding="utf-8")

    def _base(self, material: Material) -> models.Base:
        letters = material.letters()
        if self._wish.base is None:
            return models.new_base(self._recipe, letters=letters, work=self._work)
        return models.open_base(self._wish.base, self._recipe, letters=letters, work=self._work)

    def _before(self, material: Material) -> dict[str, str] | None:
        """Return what the base says of the test set; None without a base that writes."""
        source, path = self._wish.base, self._work / _BEFORE
        if source is None or self._recipe.vocabulary == "rebuild":
            return None
        if path.is_file():
            known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            return known
        said = self._heard(source, material, "hearing the test set before")
        write_json(path, said)
        return said

    def _heard(self, source: ModelSource, material: Material, note: str) -> dict[str, str]:
        drafter = load_drafter(source, settings=self._wish.decoding, device=self._wish.device)
        return measuring.heard(drafter, material.clips[TEST], material.read, hooks=self._hooks, note=note)

    def _fit(self, base: models.Base, material: Material) -> dict[str, Any]:
        """Return what is to be told of the training, its model written."""
        path = self._work / _FITTED
        if path.is_file():
            known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return known
        began_s = time.monotonic()
        try:
            fitted = self._trained(base, material)
        finally:
            if self._work.is_dir():
                write_json(self._work / _SPENT, self._spent_s() + time.monotonic() - began_s)
        with room_for("the model", self._work):
            models.save(base, models.merged(fitted.model), self._work / _TRAINED)
        told = {"curve": fitted.curve, "epochs": fitted.epochs, "best_epoch": fitted.best_epoch}
        write_json(path, told)
        return told

    def _trained(self, base: models.Base, material: Material) -> Fitted:
        recipe, speller = self._recipe, base.speller()
        transformers.set_seed(recipe.seed)
        augmenter = Augmenter(recipe.augment, recipe.seed, RATE_HZ)
        validation = material.clips[VALIDATION]
        lesson = Lesson(
            models.prepare(base, recipe),
            train=Clips(
                material.clips[TRAIN],
                material,
                speller=speller,
                augmenter=augmenter,
                rota=self._rota(material),
            ),
            validation=Clips(validation, material, speller=speller) if validation else None,
            collator=Collator(base),
            work=self._work,
            on_gpu=self._device == "cuda",
        )
        return fit(lesson, recipe, hooks=self._hooks)

    def _rota(self, material: Material) -> Rota[Clip] | None:
        clips = material.clips[PSEUDO]
        n = self._n_epoch(material)
        return Rota(tuple(clips), n, self._recipe.seed) if n else None

    def _n_epoch(self, material: Material) -> int:
        """Return how many pseudo-labelled clips an epoch has."""
        chosen = self._recipe.pseudo
        n_both = len(material.clips[TRAIN]), len(material.clips[PSEUDO])
        return 0 if chosen is None else per_epoch(*n_both, chosen.share)

    def _source(self, folder: Path) -> ModelSource:
        return ModelSource(folder, self._plan.run, "", self._recipe.family)

    def _spent_s(self) -> float:
        path = self._work / _SPENT
        return float(path.read_text(encoding="utf-8")) if path.is_file() else 0.0

    def _report(self, material: Material) -> TrainReport:
        base = self._wish.base
        notes = []
        if not material.clips[VALIDATION]:
            notes.append(
                "there is no validation set: it trains to the last epoch, whether that is best or not"
            )
        if self._plan.snapshot != self._wish.snapshot:
            notes.append(f"labels changed since it began: it goes on with those of {self._plan.snapshot}")
        if material.apart:
            notes.append(f"{material.apart}, and it learns both: {ALIKE}")
        if self._wish.drafts is not None and self._plan.drafts != self._wish.drafts.digest:
            notes.append("other drafts pass the filters since it began: it goes on with those of then")
        return TrainReport(
            run=self._plan.run,
            state="stopped",
            base="" if base is None else base.name,
            base_revision="" if base is None else base.revision,
            recipe=self._wish.recipe_name,
            settings=self._recipe.model_dump(mode="json"),
            snapshot=self._plan.snapshot,
            languages=tuple(sorted({clip.language for clip in material.clips[TRAIN]})),
            clips={name: len(material.clips[name]) for name in SPLITS},
            hours=material.hours(TRAIN),
            n_accepted=material.n_accepted,
            n_pseudo=len(material.clips[PSEUDO]),
            n_pseudo_epoch=self._n_epoch(material),
            pseudo=None if self._drafts is None else self._drafts.report,
            left_out=tuple(material.left_out),
            notes=tuple(notes),
            device=torch.cuda.get_device_name() if self._device == "cuda" else "cpu",
            versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
            decoding=check_settings(self._recipe.family, self._wish.decoding),
        )
