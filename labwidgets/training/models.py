"""The model to train: opened, or made from nothing; changed as the recipe says; written as a folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoFeatureExtractor,
    AutoModelForCTC,
    AutoModelForSpeechSeq2Seq,
    AutoTokenizer,
    SeamlessM4TFeatureExtractor,
    Wav2Vec2BertConfig,
    Wav2Vec2BertForCTC,
    Wav2Vec2CTCTokenizer,
)

from labwidgets.asr.sources import Family, ModelSource
from labwidgets.config import ArchitectureSettings, TrainingRecipe
from labwidgets.errors import ModelError
from labwidgets.training.spelling import CtcSpeller, WhisperSpeller, new_vocabulary

_SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_ATTENTION = ("q_proj", "v_proj", "linear_q", "linear_v")
_N_BANDS, _STRIDE = 80, 2
_LICENCE = "LICENSE"


@dataclass(slots=True)
class Base:
    """A model with what belongs to it; ``name`` for messages."""

    name: str
    family: Family
    model: Any
    tokenizer: Any
    extractor: Any
    licence: Path | None = None

    @property
    def rate_hz(self) -> int:
        """Of the sound that it hears."""
        return int(self.extractor.sampling_rate)

    def speller(self) -> WhisperSpeller | CtcSpeller:
        """Return what turns references into tokens."""
        if self.family == "whisper":
            return WhisperSpeller(self.tokenizer, self.model.generation_config, name=self.name)
        frames_per_s = self.rate_hz / self.model.config.inputs_to_logits_ratio
        return CtcSpeller(self.tokenizer, frames_per_s=frames_per_s, name=self.name)


def open_base(source: ModelSource, recipe: TrainingRecipe, *, letters: set[str], work: Path) -> Base:
    """Return a model in float32, with a new head where the recipe wants one.

    Args:
        source: Where it lies.
        recipe: How it is to be trained.
        letters: Of the references, for a new head.
        work: Folder for the new vocabulary.

    Raises:
        ModelError: A part is missing or broken.
    """
    kind = AutoModelForSpeechSeq2Seq if source.family == "whisper" else AutoModelForCTC
    options: dict[str, Any] = {"dtype": torch.float32, "use_safetensors": True, **_SAFE}
    try:
        extractor = AutoFeatureExtractor.from_pretrained(source.path, **_SAFE)
        if recipe.vocabulary == "rebuild":
            tokenizer = _new_tokenizer(letters, work)
            options |= _head(tokenizer) | {"ignore_mismatched_sizes": True}
        else:
            tokenizer = AutoTokenizer.from_pretrained(source.path, **_SAFE)
        model = kind.from_pretrained(source.path, **options)
    except Exception as error:  # a broken folder makes the library raise nearly anything
        raise ModelError(
            f"the model cannot be loaded ({type(error).__name__})",
            value=source.name,
            remedy="Check that config, weights, tokenizer and feature extractor belong together; a model "
            "without a tokenizer is trained with the recipe ctc-new",
        ) from error
    licence = source.path / _LICENCE
    return Base(
        source.name, source.family, model, tokenizer, extractor, licence if licence.is_file() else None
    )


def new_base(recipe: TrainingRecipe, *, letters: set[str], work: Path) -> Base:
    """Return a small CTC model on log-mel features its weights drawn by torch's chance."""
    size = recipe.architecture or ArchitectureSettings()
    tokenizer = _new_tokenizer(letters, work)
    config = Wav2Vec2BertConfig(
        hidden_size=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=size.feed_forward,
        feature_projection_input_dim=_N_BANDS * _STRIDE,
        hidden_dropout=size.dropout,
        attention_dropout=size.dropout,
        activation_dropout=size.dropout,
        feat_proj_dropout=size.dropout,
        final_dropout=size.dropout,
        conformer_conv_dropout=size.dropout,
        layerdrop=0.0,
        **_head(tokenizer),
    )
    extractor = SeamlessM4TFeatureExtractor(feature_size=_N_BANDS, num_mel_bins=_N_BANDS, stride=_STRIDE)
    return Base("a new model", "ctc", Wav2Vec2BertForCTC(config), tokenizer, extractor)


def _new_tokenizer(letters: set[str], work: Path) -> Wav2Vec2CTCTokenizer:
    work.mkdir(parents=True, exist_ok=True)
    path = work / "vocab.json"
    path.write_text(json.dumps(new_vocabulary(letters), ensure_ascii=False), encoding="utf-8")
    tokens = {"unk_token": "[UNK]", "pad_token": "[PAD]", "bos_token": None, "eos_token": None}
    return Wav2Vec2CTCTokenizer(str(path), **tokens)


def _head(tokenizer: Wav2Vec2CTCTokenizer) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
        "eos_token_id": None,
    }


def prepare(base: Base, recipe: TrainingRecipe) -> Any:
    """Return the base's model, frozen, masked and adapted as the recipe says."""
    model, config, augment = base.model, base.model.config, recipe.augment
    config.apply_spec_augment = augment.mask_time > 0 or augment.mask_bands > 0
    config.mask_time_prob, config.mask_time_length = augment.mask_time, augment.mask_time_frames
    # By default each clip gets two masks at least: all of a word that takes half a second.
    config.mask_time_min_masks = config.mask_feature_min_masks = 0
    config.mask_feature_prob, config.mask_feature_length = augment.mask_bands, augment.mask_bands_width
    if base.family == "ctc":
        # A clip that is too short for its text once it plays faster must not stop the rest.
        config.ctc_zero_infinity = True
        config.ctc_loss_reduction = "mean"
    else:
        config.use_cache = False
    if recipe.method == "lora":
        return _adapted(base, recipe)
    if recipe.freeze == "encoder":
        _encoder(base).requires_grad_(requires_grad=False)
    elif recipe.freeze == "features" and hasattr(model, "freeze_feature_encoder"):
        model.freeze_feature_encoder()
    return model


def _adapted(base: Base, recipe: TrainingRecipe) -> Any:
    from peft import LoraConfig, get_peft_model

    part = "decoder." if base.family == "whisper" and recipe.freeze == "encoder" else ""
    names = [
        name
        for name, _ in base.model.named_modules()
        if name.rpartition(".")[2] in _ATTENTION and part in name
    ]
    if not names:
        raise ModelError(
            "the model has no projections for adapters",
            value=base.name,
            allowed=", ".join(_ATTENTION),
            remedy="Take the method full",
        )
    settings = LoraConfig(
        r=recipe.lora.rank,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=names,
        modules_to_save=["lm_head"] if base.family == "ctc" else None,
    )
    return get_peft_model(base.model, settings)


def _encoder(base: Base) -> Any:
    return base.model.get_encoder() if base.family == "whisper" else base.model.base_model


def merged(model: Any) -> Any:
    """Return the model without adapters, what they learned added to its weights."""
    return model.merge_and_unload() if hasattr(model, "merge_and_unload") else model


def save(base: Base, model: Any, folder: Path) -> None:
    """Write a folder that drafts: safetensors, config, tokenizer, feature extractor, licence."""
    model.config.use_cache = True
    model.save_pretrained(folder)
    for weights in folder.glob("*.safetensors"):
        # They come readable by their writer alone, whatever the umask; a project can be shared.
        weights.chmod((folder / "config.json").stat().st_mode)
    base.tokenizer.save_pretrained(folder)
    base.extractor.save_pretrained(folder)
    if base.licence is not None:
        shutil.copyfile(base.licence, folder / _LICENCE)
