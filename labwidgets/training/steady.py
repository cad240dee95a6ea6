"""The Trainer of Transformers, such that it can be killed, stopped, watched, and run out of disk."""

from __future__ import annotations

import errno
import json
import logging
import math
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.utils import logging as transformers_logging

from labwidgets.config import TrainingRecipe
from labwidgets.errors import DiskFullError, LabError, TrainingError
from labwidgets.records import Progress
from labwidgets.training.batches import Clips, Collator

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What torch and safetensors make of them; neither keeps the number.
_FULL_SAYINGS = ("No space left", "File too large", "Disk quota", "PytorchStreamWriter", "inline_container")
_CHECKPOINTS = "checkpoints"
_STATE = "trainer_state.json"
_PICKLED = "training_args.bin"
_MOST_POINTS = 300
_SMALL = 5_000_000
"""Parameters."""

Point = Mapping[str, float]

logger = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 - no error: somebody wanted it
    """A run ends before its end, and can go on."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who hears of a training, and who may end it.

    Attributes:
        progress: Told about every step.
        stopped: Asked after every step; True ends the run at a checkpoint.
        point: Given ``step``, ``epoch`` and ``loss`` or ``eval_loss``, as they come.
    """

    progress: Progress | None = None
    stopped: Callable[[], bool] | None = None
    point: Callable[[Point], None] | None = None

    def tell(self, done: int, total: int, note: str) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(done, total, note)

    def is_stopped(self) -> bool:
        """Tell whether somebody wants it to end."""
        return self.stopped is not None and self.stopped()


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a training ended.

    Attributes:
        model: With the best weights.
        curve: All points.
        epochs: Trained.
        best_epoch: Whose weights were kept.
    """

    model: Any
    curve: tuple[Point, ...]
    epochs: float
    best_epoch: float | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is trained, on what and where.

    Attributes:
        model: Whose weights change.
        train: It learns from these.
        validation: They are heard after each epoch; None where there are none.
        collator: Makes batches of clips.
        work: Folder of the run: its checkpoints lie there.
        on_gpu: Whether it computes on one.
    """

    model: Any
    train: Clips
    validation: Clips | None
    collator: Collator
    work: Path
    on_gpu: bool

    @property
    def checkpoints(self) -> Path:
        """Their folder."""
        return self.work / _CHECKPOINTS


def fit(lesson: Lesson, recipe: TrainingRecipe, *, hooks: Hooks) -> Fitted:
    """Train a model, from its newest checkpoint where there is one.

    Where a GPU's memory is too small, half a batch is taken and twice as many for a step: the steps stay what
    they are.

    Raises:
        Stopped: Somebody wanted it to end; there is a checkpoint.
        TrainingError: The loss is no number any more, or a GPU's memory is too small for a batch of one.
        DiskFullError: There is no room for a checkpoint; those before it are safe.
    """
    first = _changing(lesson.model) if lesson.on_gpu else {}
    while True:
        try:
            return _fit(lesson, recipe, hooks)
        except torch.OutOfMemoryError as error:
            recipe = _halved(recipe, error)
        logger.warning("The GPU's memory is too small: %s clips in one pass now.", recipe.batch_size)
        torch.cuda.empty_cache()
        lesson.model.load_state_dict(first, strict=False)


def _changing(model: Any) -> dict[str, torch.Tensor]:
    """Return a copy of the weights that a training changes."""
    frozen = {name for name, weights in model.named_parameters() if not weights.requires_grad}
    return {
        name: weights.detach().to("cpu", copy=True)
        for name, weights in model.state_dict().items()
        if name not in frozen
    }


def _halved(recipe: TrainingRecipe, error: Exception) -> TrainingRecipe:
    if recipe.batch_size % 2:
        raise TrainingError(
            "the GPU's memory is too small for this training",
            value=f"batch_size {recipe.batch_size}",
            remedy="Take a smaller model, the method lora, or device: cpu in project.yaml",
        ) from error
    return recipe.model_copy(
        update={"batch_size": recipe.batch_size // 2, "accumulate": recipe.accumulate * 2}
    )


def _fit(lesson: Lesson, recipe: TrainingRecipe, hooks: Hooks) -> Fitted:
    folder = lesson.checkpoints
    resumed = newest_checkpoint(folder)
    watch = _Watch(lesson.train, recipe, hooks)
    callbacks: list[TrainerCallback] = [watch]
    if lesson.validation is not None and recipe.patience:
        callbacks.insert(0, EarlyStoppingCallback(early_stopping_patience=recipe.patience))
    trainer = _SteadyTrainer(
        model=lesson.model,
        args=_arguments(lesson, recipe),
        train_dataset=lesson.train,
        eval_dataset=lesson.validation,
        data_collator=lesson.collator,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    with room_for("a checkpoint", folder):
        trainer.train(resume_from_checkpoint=None if resumed is None else str(resumed))
    if watch.is_stopped:
        raise Stopped
    state = trainer.state
    per_epoch = state.global_step / state.epoch if state.epoch else math.inf
    return Fitted(
        model=trainer.model,
        curve=tuple(point for point in map(_point, state.log_history) if point is not None),
        epochs=float(state.epoch or 0.0),
        best_epoch=None if not state.best_global_step else round(state.best_global_step / per_epoch, 2),
    )


def _arguments(lesson: Lesson, recipe: TrainingRecipe) -> TrainingArguments:
    per_epoch = math.ceil(math.ceil(len(lesson.train) / recipe.batch_size) / recipe.accumulate)
    n_steps, has_validation, on_gpu = per_epoch * recipe.epochs, lesson.validation is not None, lesson.on_gpu
    return TrainingArguments(
        output_dir=str(lesson.checkpoints),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=round(recipe.warmup * n_steps),
        weight_decay=recipe.weight_decay,
        per_device_train_batch_size=recipe.batch_size,
        per_device_eval_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.accumulate,
        eval_strategy="epoch" if has_validation else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=has_validation,
        metric_for_best_model="eval_loss" if has_validation else None,
        greater_is_better=False if has_validation else None,
        logging_steps=max(1, n_steps // _MOST_POINTS),
        logging_nan_inf_filter=False,
        prediction_loss_only=True,
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=not on_gpu,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        dataloader_pin_memory=on_gpu,
        remove_unused_columns=False,
        label_names=["labels"],
        restore_callback_states_from_checkpoint=True,
        report_to="none",
        disable_tqdm=True,
        log_level="error",
    )


class _SteadyTrainer(Trainer):
    """Refuses a loss that is no number, leaves no half checkpoint, writes nothing that only pickle reads."""

    def training_step(self, *arguments: Any, **options: Any) -> torch.Tensor:
        """Return the loss of one pass."""
        loss: torch.Tensor = super().training_step(*arguments, **options)
        if not bool(torch.isfinite(loss).all()):
            raise TrainingError(
                "the loss is no number any more",
                value=f"step {self.state.global_step + 1}",
                remedy="Take a smaller learning_rate, or leave out clips with broken sound; the models that "
                "are there stay as they are",
            )
        return loss

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        Path(output_dir or self.args.output_dir, _PICKLED).unlink(missing_ok=True)

    def _save_checkpoint(self, *arguments: Any, **options: Any) -> None:
        try:
            super()._save_checkpoint(*arguments, **options)
        except BaseException:
            folder = Path(self.args.output_dir, f"checkpoint-{self.state.global_step}")
            shutil.rmtree(folder, ignore_errors=True)
            raise


class _Watch(TrainerCallback):
    """Passes on what happens, and ends the run at a checkpoint when it is told to."""

    def __init__(self, train: Clips, recipe: TrainingRecipe, hooks: Hooks) -> None:
        self._train = train
        self._period_s = recipe.checkpoint_minutes * 60
        self._hooks = hooks
        self._saved_s = time.monotonic()
        self.is_stopped = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        for entry in state.log_history:
            self._pass_on(entry)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        # A hair above, since an epoch is a sum of fractions.
        self._train.epoch = int((state.epoch or 0.0) + 1e-6)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        epoch = min(int(state.epoch or 0.0) + 1, int(state.num_train_epochs))
        self._hooks.tell(state.global_step, state.max_steps, f"epoch {epoch} of {state.num_train_epochs}")
        self.is_stopped = self._hooks.is_stopped()
        if self.is_stopped:
            control.should_training_stop = True
        # After the last step of an epoch the end of the epoch saves, with what it measured.
        is_time = self.is_stopped or time.monotonic() - self._saved_s > self._period_s
        if is_time and not _is_whole(state.epoch):
            control.should_save = True

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        if self.is_stopped and not _is_whole(state.epoch):
            # Its end is none, and must not count as one when the run goes on.
            control.should_save = control.should_evaluate = False

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._saved_s = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._pass_on(state.log_history[-1])

    def _pass_on(self, entry: Mapping[str, float]) -> None:
        point = _point(entry)
        if point is not None and self._hooks.point is not None:
            self._hooks.point(point)


def _is_whole(epoch: float) -> bool:
    # A sum of fractions.
    return abs(epoch - round(epoch)) < 1e-6


def _point(entry: Mapping[str, float]) -> Point | None:
    for name in ("loss", "eval_loss"):
        if name in entry:
            return {
                "step": entry["step"],
                "epoch": round(entry["epoch"], 3),
                name: round(float(entry[name]), 5),
            }
    return None


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint; half ones, left by a kill, are deleted."""
    whole: dict[int, Path] = {}
    for path in folder.glob("checkpoint-*"):
        try:
            # It is written last, so that a checkpoint with a readable one is whole.
            state = json.loads((path / _STATE).read_text(encoding="utf-8"))
            whole[int(state["global_step"])] = path
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(path, ignore_errors=True)
    if not whole:
        return None
    newest = whole[max(whole)]
    _rebase(newest / _STATE, folder)
    return newest


def _rebase(path: Path, folder: Path) -> None:
    """Let the state name the best checkpoint where it lies now: the project may have moved."""
    state = json.loads(path.read_text(encoding="utf-8"))
    best = state.get("best_model_checkpoint")
    if best:
        state["best_model_checkpoint"] = str(folder / Path(best).name)
        path.write_text(json.dumps(state), encoding="utf-8")


@contextmanager
def room_for(what: str, folder: Path) -> Iterator[None]:
    """Turn what is said when a disk is full into words.

    Raises:
        DiskFullError: It is.
    """
    try:
        yield
    except LabError:
        raise
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno in _FULL
        if not is_full and not any(saying in str(error) for saying in _FULL_SAYINGS):
            raise
        free_mb = 0
        with suppress(OSError):
            free_mb = shutil.disk_usage(folder).free // 10**6
        raise DiskFullError(
            f"no room for {what}",
            value=folder,
            remedy=f"Make room ({free_mb} MB are free) and train again: it goes on from the last checkpoint, "
            "and the models that are there stay as they are",
        ) from error


@contextmanager
def threads_for(model: Any) -> Iterator[None]:
    """Let a small model work on one thread: for it, two spend most of their time waiting for each other."""
    n_before = torch.get_num_threads()
    if sum(weights.numel() for weights in model.parameters()) < _SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_before)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's own progress bars off the screen, and what peft and it have to tell each other."""
    has_bar = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            yield
    finally:
        if has_bar:
            transformers_logging.enable_progress_bar()
