"""How a project's references become models of its own, in a worker or here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from labwidgets.config import PseudoSettings, TrainingRecipe, parse, plain_settings, training_recipe
from labwidgets.corpus.releases import Releases
from labwidgets.errors import ConfigError, TrainingError
from labwidgets.jobs import Job, turn
from labwidgets.project.sifting import kept_from_measuring, sifted
from labwidgets.records import (
    TRAINING_METHODS,
    Progress,
    PruneReport,
    PseudoReport,
    Sifted,
    TrainingMethod,
    TrainReport,
)
from labwidgets.training.curves import Curves
from labwidgets.training.runs import MODELS, Runs
from labwidgets.widgets.job_start import start_job
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.analysis.comparing import Comparison
    from labwidgets.asr.sources import ListedModel, ModelSource

Pseudo = bool | str | Mapping[str, Any] | None
"""Whether to learn from drafts, too: by the usual filters, by others, or from those of an earlier run."""


class Training(StoreSource):
    """The part of a project that lets models learn."""

    def train(  # noqa: PLR0913 - what, how, and on which labels
        self,
        model: str | None = None,
        *,
        method: TrainingMethod = "full",
        recipe: str | None = None,
        settings: Mapping[str, Any] | None = None,
        snapshot: str | None = None,
        pseudo: Pseudo = None,
        again: bool = False,
    ) -> Job[TrainReport]:
        """Start training a model on the references; labelling can go on meanwhile, and changes nothing of it.

        The speakers of the test set are never trained on, in this run or any other. What comes out is a
        draft model like any other: ``project.draft("run-1")``. Killed or cancelled, the same call goes on
        where it was; when it was trained before, the same call gives the same report at once.

        Args:
            model: Hub id, folder, embedded name, or an earlier run such as ``run-1``; default: the project's,
                else the embedded one that fits the project's language. None with a recipe that begins from
                nothing.
            method: ``full`` for all weights, ``lora`` for small adapters.
            recipe: A file in ``configs/training``; default: the one for this kind of model and method.
            settings: What is to be otherwise than in the recipe, such as ``{"epochs": 3}``.
            snapshot: Labels to learn from; default: as they are now, which are saved under a name.
            pseudo: True: learn from drafts of unlabelled segments, too, where two models agree and the
                first is sure enough; a mapping changes the filters, such as ``{"min_confidence": 0.8}``
                (see ``labwidgets.config.PseudoSettings``); ``"run-1"`` takes the very drafts of that run.
                They become no references, and their speakers never measure any model from then on.
                :meth:`pseudo_labels` tells beforehand what would pass.
            again: Train even if the same was trained before.

        Returns:
            A job; its ``result()`` waits and returns a ``TrainReport``.
        """
        name = None if model is None else model_name(model)
        wanted = {"--model": name, "--method": method, "--recipe": recipe, "--snapshot": snapshot}
        arguments = ["train", str(self.folder.resolve())]
        for option, value in wanted.items():
            arguments += [] if value is None else [option, value]
        if settings is not None:
            arguments += ["--settings", json.dumps(plain_settings(settings))]
        if pseudo not in (None, False):
            given = pseudo if isinstance(pseudo, str) else json.dumps(_filters(pseudo))
            arguments += ["--pseudo", given]
        if again:
            arguments.append("--again")
        title = f"training {model or recipe or 'a model'}"
        return start_job(arguments, title=title, parse=TrainReport.from_dict)

    def retrain(self, run: str) -> Job[TrainReport]:
        """Start a finished run again: the same base, settings, seed, labels and drafts make a new run.

        On the same machine with the same libraries (``TrainReport.versions``, ``threads``) it comes to the
        same weights and errors.

        Raises:
            NotFoundError: There is no such run.
        """
        return self.train(**self._made_of(run))

    def retrain_here(self, run: str, *, progress: Progress | None = None) -> TrainReport:
        """Make a finished run again in this process: what :meth:`retrain` does in its worker.

        Raises:
            NotFoundError: There is no such run.
        """
        return self.train_here(**self._made_of(run), progress=progress)

    def _made_of(self, run: str) -> dict[str, Any]:
        """Return the arguments by which a finished run is made again."""
        report = self.run(run)
        return {
            "model": report.base or None,
            "method": report.settings["method"],
            "recipe": report.recipe,
            "settings": dict(report.settings),
            "snapshot": report.snapshot,
            "pseudo": None if report.pseudo is None else run,
            "again": True,
        }

    def train_here(  # noqa: PLR0913 - as train, and who is told
        self,
        model: str | None = None,
        *,
        method: TrainingMethod = "full",
        recipe: str | None = None,
        settings: Mapping[str, Any] | None = None,
        snapshot: str | None = None,
        pseudo: Pseudo = None,
        again: bool = False,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
        point: Callable[[Mapping[str, float]], None] | None = None,
    ) -> TrainReport:
        """Train in this process: what :meth:`train` does in its worker. Two at once take turns.

        Raises:
            ConfigError: No such recipe, or one that does not fit the model.
            ModelError: The model is not there, or does not know the language of the references.
            TrainingError: There is too little to learn from or to measure with.
            DiskFullError: There is no room; what was trained so far stays, and the same call goes on.
        """
        if method not in TRAINING_METHODS:
            raise ConfigError("no such way of training", value=method, allowed=", ".join(TRAINING_METHODS))
        model = None if model is None else model_name(model)
        wanted = self._with_filters({} if settings is None else plain_settings(settings), pseudo)
        base, name, chosen = self._chosen(model, method, recipe, wanted, progress=progress)
        from labwidgets.training.steady import Hooks
        from labwidgets.training.training import Sources, Wish, check_fit, train

        check_fit(base, chosen, name=name)
        hooks = Hooks(progress, stopped, point)
        with turn(self.folder / ".train.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return TrainReport.waiting(name)
            releases = Releases(self.store, self.read, folder=self.folder, name=self.name)
            labels = snapshot or releases.freeze(progress=progress)
            decoding = self.settings.decoding if chosen.family == "whisper" else {}
            drafts = self._drafts(chosen, run=pseudo if isinstance(pseudo, str) else None)
            is_of_now = snapshot is None
            wish = Wish(base, name, chosen, labels, decoding, drafts, self.settings.device, is_of_now)
            sources = Sources(
                releases.as_of,
                self.store.pseudo_clips,
                self.read,
                self.store.audited,
                self.store.gone,
                self._labelled,
                self.store.model_names,
            )
            return train(wish, self._runs, sources, hooks=hooks, again=again)

    def _labelled(self) -> set[str]:
        return {row.segment.id for row in self.store.labelled_rows() if row.reference is not None}

    def _with_filters(self, settings: Mapping[str, Any], pseudo: Pseudo) -> dict[str, Any]:
        """Return settings with the filters of pseudo-labels that are wanted."""
        if pseudo is None:
            return dict(settings)
        if pseudo is False:
            return {**settings, "pseudo": None}
        given = self.run(pseudo).settings["pseudo"] if isinstance(pseudo, str) else _filters(pseudo)
        return {**settings, "pseudo": {**(settings.get("pseudo") or {}), **(given or {})}}

    def _drafts(self, recipe: TrainingRecipe, *, run: str | None) -> Sifted | None:
        """Return the drafts to learn from, too: those of a run, or those that pass the filters now."""
        if recipe.pseudo is None:
            return None
        found = sifted(self.store, recipe.pseudo) if run is None else self._runs.drafts(run)
        return None if found is None else kept_from_measuring(self.store, found)

    def pseudo_labels(self, pseudo: Pseudo = True) -> PseudoReport:
        """Return which drafts :meth:`train` would learn from with these filters, and change nothing.

        Raises:
            ConfigError: No such filter.
            NotFoundError: A model that was named drafted nothing of what is not labelled.
            TrainingError: There are no drafts, or no second model to agree with the first.
        """
        wanted = self._with_filters({}, pseudo)["pseudo"]
        return sifted(self.store, parse(wanted, PseudoSettings, where="the filters of pseudo-labels")).report

    def compare_runs(self, *models: str, progress: Progress | None = None) -> Comparison:
        """Return how trainings do on the test set that none of them learned from, with paired tests.

        Each hears it anew, as it drafts.

        Args:
            models: Two names or more, one of them of a finished training at least: ``"run-1", "run-2"``.
            progress: Told about every clip.

        Raises:
            NotFoundError: None of them is a finished training.
            ModelError: One of them is not there.
            TrainingError: The trainings were measured with nothing in common.
        """
        from labwidgets.asr.drafting import load_drafter
        from labwidgets.asr.sources import resolve
        from labwidgets.training.comparing import compared_on_test
        from labwidgets.training.steady import Hooks

        releases = Releases(self.store, self.read, folder=self.folder, name=self.name)
        drafters = {}
        for name in dict.fromkeys(models):
            source = resolve(name, self.settings.language, progress, trained=self.folder / MODELS)
            decoding = self.settings.decoding if source.family == "whisper" else {}
            drafters[name] = load_drafter(source, settings=decoding, device=self.settings.device)
        return compared_on_test(drafters, self._runs, releases.as_of, hooks=Hooks(progress))

    def _chosen(
        self,
        model: str | None,
        method: TrainingMethod,
        recipe: str | None,
        settings: Mapping[str, Any],
        *,
        progress: Progress | None,
    ) -> tuple[ModelSource | None, str, TrainingRecipe]:
        """Return the base, and the recipe with its name."""
        from labwidgets.asr.sources import resolve

        first = None if recipe is None else training_recipe(recipe, settings)
        if recipe is not None and first is not None and first.architecture is not None and model is None:
            return None, recipe, first
        base = resolve(
            model or self.settings.model,
            self.settings.language,
            progress,
            trained=self.folder / MODELS,
            may_lack_head=first is not None and first.vocabulary == "rebuild",
        )
        name = recipe or f"{base.family}-{method}"
        return base, name, first or training_recipe(name, settings)

    def runs(self) -> list[TrainReport]:
        """Return all finished trainings, the newest first."""
        return self._runs.reports()

    def run(self, name: str) -> TrainReport:
        """Return a finished training.

        Raises:
            NotFoundError: There is none of that name.
        """
        return self._runs.report(name)

    def run_segments(self, name: str) -> dict[str, list[str]]:
        """Return the ids of the segments that a finished training learned from and was measured on, by split.

        Raises:
            NotFoundError: There is none of that name.
        """
        return self._runs.segments(name)

    def prune_runs(self, *, days: float = 7.0, delete: bool = False) -> PruneReport:
        """Tell what trainings left behind and nothing refers to, and delete it if that is wanted.

        Runs that were cut short and not gone on with for so many days; and labels that a training froze which
        no run and no push has. What a finished run needs to be made again stays, its model too.

        Args:
            days: A run that was cut short stays so long.
            delete: Delete it; else nothing is changed.

        Raises:
            ConfigError: ``days`` is under 0.
            TrainingError: Somebody trains just now.
        """
        from labwidgets.training.pruning import prune

        asked = iter((False,))
        with turn(self.folder / ".train.lock", stopped=lambda: next(asked, True)) as is_ours:
            if not is_ours:
                raise TrainingError(
                    "a training is under way", value=self.name, remedy="Prune when it is done, or cancel() it"
                )
            releases = Releases(self.store, self.read, folder=self.folder, name=self.name)
            pushed = {sha256 for push in self.store.pushes() for sha256 in push.files.values()}
            return prune(self._runs, releases, pushed=pushed, days=days, delete=delete)

    def curves(self, run: str) -> Curves:
        """Return how a training went, as a picture.

        Raises:
            NotFoundError: There is no such run.
        """
        return Curves.of(self.run(run))

    def models(self) -> tuple[ListedModel, ...]:
        """Return the models that can draft: trained here, and embedded."""
        from labwidgets.asr.sources import listing

        return listing(self.folder / MODELS)

    @property
    def _runs(self) -> Runs:
        return Runs(self.folder / MODELS)


def model_name(model: object) -> str:
    """Return the name of a model as a text; a path is one, too.

    Raises:
        ConfigError: It is neither.
    """
    if isinstance(model, str | PathLike):
        return str(fspath(model))
    raise ConfigError("no name of a model", value=model, allowed="a Hub id, a folder, or such as run-1")


def _filters(pseudo: object) -> dict[str, Any]:
    """Return filters as a mapping: those that are to be otherwise than usual.

    Raises:
        ConfigError: They are none.
    """
    if pseudo is True:
        return {}
    if not isinstance(pseudo, Mapping):
        raise ConfigError(
            "no such choice of pseudo-labels",
            value=pseudo,
            allowed="True, False, a mapping of filters, or the name of a run such as run-1",
        )
    return dict(pseudo)
