"""How a model is trained: the recipes in ``configs/training``, and what a user changes of them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from labwidgets.config.files import Settings, configs_folder, parse, read_yaml
from labwidgets.config.numbers import Range, Share
from labwidgets.config.pseudo import PseudoSettings
from labwidgets.errors import ConfigError
from labwidgets.records import TrainingMethod
from labwidgets.text import normalisation

TrainingFamily = Literal["whisper", "ctc"]


def _known_spelling(name: str) -> str:
    normalisation(name)
    return name


class LoraSettings(Settings):
    """Low-rank adapters on the query and value projections.

    Attributes:
        rank: Of each adapter.
        alpha: Scale; its effect is ``alpha / rank``.
        dropout: In front of each adapter.
    """

    rank: Annotated[int, Field(ge=1, le=256)] = 16
    alpha: Annotated[int, Field(ge=1, le=1024)] = 32
    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.05


class AugmentSettings(Settings):
    """What is done to the sound of training clips, anew in every epoch; never to those that measure.

    Attributes:
        speed: Factors of tempo and pitch, one drawn for each clip.
        noise_share: Share of the clips that get noise.
        noise_db: Range of the signal-to-noise ratio.
        mask_time: Share of the frames that are masked (SpecAugment).
        mask_time_frames: Length of one such mask.
        mask_bands: Share of the bands, or of the model's features, that are masked.
        mask_bands_width: Width of one such mask.
    """

    speed: tuple[Annotated[float, Field(ge=0.5, le=2)], ...] = (0.9, 1.0, 1.1)
    noise_share: Share = 0.3
    noise_db: Range = (10.0, 30.0)
    mask_time: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    mask_time_frames: Annotated[int, Field(ge=1, le=100)] = 10
    mask_bands: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    mask_bands_width: Annotated[int, Field(ge=1, le=64)] = 8


class ArchitectureSettings(Settings):
    """The size of a model that starts from nothing: a Wav2Vec2-BERT on log-mel features.

    Attributes:
        width: Of the hidden states; a multiple of ``heads``.
        layers: Of the encoder.
        heads: Of the attention.
        feed_forward: Width inside each layer.
        dropout: Everywhere.
    """

    width: Annotated[int, Field(ge=8, le=2048)] = 144
    layers: Annotated[int, Field(ge=1, le=48)] = 4
    heads: Annotated[int, Field(ge=1, le=32)] = 4
    feed_forward: Annotated[int, Field(ge=8, le=8192)] = 288
    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.1

    @model_validator(mode="after")
    def _fitting(self) -> ArchitectureSettings:
        if self.width % self.heads:
            raise ConfigError(
                "the width cannot be divided among the heads", value=self.width, allowed=f"n x {self.heads}"
            )
        return self


class TrainingRecipe(Settings):
    """All of a file in ``configs/training``.

    Attributes:
        family: Of the models that it is for.
        method: ``full`` changes all weights, ``lora`` adds small adapters and merges them at the end.
        text: Steps of ``labwidgets.text.normalisation`` from a reference to what the model learns to write.
        vocabulary: ``keep`` the letters of a CTC model, or ``rebuild`` them from the references.
        freeze: Leave the ``encoder``, or a CTC model's convolutions (``features``), or nothing as it is.
        epochs: At the most.
        patience: Epochs without a better loss on the validation set until it stops; 0 never stops early.
        learning_rate: At its highest.
        warmup: Share of the steps until then; it falls in a line after them.
        batch_size: Clips in one pass.
        accumulate: Passes in one step.
        weight_decay: Of AdamW.
        checkpoint_minutes: Longest time between two checkpoints; there is one after every epoch anyway.
        skip_flags: Clips that bear one of these flags teach and measure nothing.
        learn_accepted: Learn from drafts that a decision accepted, as from references of people.
        learn_audits: Learn from segments that were drawn as audits; they measure in any case.
        seed: Of everything that is drawn.
        lora: See :class:`LoraSettings`.
        augment: See :class:`AugmentSettings`.
        pseudo: Set to learn from drafts, too, that pass these filters; see :class:`PseudoSettings`.
        architecture: Set for a model that starts from nothing.
    """

    family: TrainingFamily
    method: TrainingMethod
    text: Annotated[str, AfterValidator(_known_spelling)] = "tags"
    vocabulary: Literal["keep", "rebuild"] = "keep"
    freeze: Literal["nothing", "features", "encoder"] = "nothing"
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 10
    patience: Annotated[int, Field(ge=0, le=1000)] = 2
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-5
    warmup: Share = 0.1
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 8
    accumulate: Annotated[int, Field(ge=1, le=1024)] = 1
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    checkpoint_minutes: Annotated[float, Field(gt=0, le=1440)] = 5.0
    skip_flags: tuple[str, ...] = ("unintelligible", "wrong-language", "no-speech")
    learn_accepted: bool = True
    learn_audits: bool = True
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    lora: LoraSettings = LoraSettings()
    augment: AugmentSettings = AugmentSettings()
    pseudo: PseudoSettings | None = None
    architecture: ArchitectureSettings | None = None

    @model_validator(mode="after")
    def _fitting(self) -> TrainingRecipe:
        if self.architecture is not None and (self.family, self.method) != ("ctc", "full"):
            raise ConfigError(
                "only a CTC model trained in full can start from nothing",
                value=f"{self.family}, {self.method}",
                allowed="family: ctc, method: full",
            )
        if self.freeze == "features" and self.family == "whisper":
            raise ConfigError("a Whisper has no such part", value=self.freeze, allowed="nothing, encoder")
        return self


def plain_settings(given: object) -> dict[str, Any]:
    """Return settings of a recipe as they can be sent to a worker and kept.

    Raises:
        ConfigError: They are no mapping, or hold what JSON cannot.

    >>> plain_settings({"epochs": 3})
    {'epochs': 3}
    """
    try:
        plain = json.loads(json.dumps(given, default=_plain_number, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "settings of a training that cannot be kept",
            value=given,
            allowed="plain numbers, texts, lists and mappings",
        ) from error
    if not isinstance(plain, dict):
        raise ConfigError(
            "no settings of a training", value=given, allowed='a mapping, such as {"epochs": 3}'
        )
    return plain


def _plain_number(value: object) -> float:
    """Return a number of NumPy's and the like as one of Python's."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check what is to be otherwise than in a recipe before it is known in which: one takes it.

    Raises:
        ConfigError: None does.
    """
    refused: ConfigError | None = None
    for name in training_recipe_names():
        try:
            training_recipe(name, settings)
        except ConfigError as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        raise refused


def training_recipe_names() -> list[str]:
    """Return the names of all recipes in ``configs/training``."""
    return sorted(path.stem for path in (configs_folder() / "training").glob("*.yml"))


def training_recipe(name: str, settings: Mapping[str, Any] | None = None) -> TrainingRecipe:
    """Return the recipe ``name``.

    Args:
        name: Of a file in ``configs/training``.
        settings: What is to be otherwise than there; mappings are merged, not replaced.

    Raises:
        ConfigError: No recipe of that name, or a setting that does not fit.

    >>> training_recipe("whisper-lora", {"lora": {"rank": 4}}).lora
    LoraSettings(rank=4, alpha=64, dropout=0.05)
    """
    names = training_recipe_names()
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        raise ConfigError(
            "no such training recipe",
            value=name,
            allowed=", ".join(names),
            remedy=f"Did you mean {close[0]}" if close else "",
        )
    path = configs_folder() / "training" / f"{name}.yml"
    given = _merged(read_yaml(path), settings or {})
    return parse(given, TrainingRecipe, where="the settings of the training" if settings else path.name)


def _merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in given.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged
