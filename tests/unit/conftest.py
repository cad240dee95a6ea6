"""Tiny random models of both families, built on the spot; they write nonsense, fast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def random_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A multilingual Whisper of a few thousand parameters that knows English and Hindi."""
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    folder = tmp_path_factory.mktemp("whisper")
    vocabulary = _byte_vocabulary()
    specials = [
        "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|hi|>", "<|translate|>", "<|transcribe|>",
        "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
    ]  # fmt: skip
    ids = {token: len(vocabulary) + index for index, token in enumerate(specials)}
    config = WhisperConfig(
        vocab_size=len(vocabulary) + len(specials), d_model=16, encoder_layers=1, decoder_layers=2,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
        bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"],
        pad_token_id=ids["<|endoftext|>"], decoder_start_token_id=ids["<|startoftranscript|>"],
    )  # fmt: skip
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    model.save_pretrained(folder)
    generation = {
        "is_multilingual": True,
        "lang_to_id": {token: ids[token] for token in ("<|en|>", "<|hi|>")},
        "task_to_id": {"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]},
        "no_timestamps_token_id": ids["<|notimestamps|>"],
        "decoder_start_token_id": ids["<|startoftranscript|>"],
        "eos_token_id": ids["<|endoftext|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "bos_token_id": ids["<|endoftext|>"],
        "max_length": 448,
        "suppress_tokens": [vocabulary[letter] for letter in _control_letters()],
    }
    _write(folder, "generation_config.json", generation)
    _write(folder, "tokenizer.json", _tokenizer(vocabulary, ids))
    end = "<|endoftext|>"
    names = {"tokenizer_class": "WhisperTokenizer", "bos_token": end, "eos_token": end, "pad_token": end}
    _write(folder, "tokenizer_config.json", names | {"unk_token": end})
    extractor = {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80}
    _write(folder, "preprocessor_config.json", extractor)
    return folder


@pytest.fixture(scope="session")
def random_ctc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Wav2Vec2 of a few thousand parameters with lower-case letters."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

    folder = tmp_path_factory.mktemp("ctc")
    tokens = ["<pad>", "<s>", "</s>", "<unk>", "|", *LETTERS]
    _write(folder, "vocab.json", {token: index for index, token in enumerate(tokens)})
    Wav2Vec2CTCTokenizer(folder / "vocab.json").save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=8_000).save_pretrained(folder)
    config = Wav2Vec2Config(
        vocab_size=len(tokens), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, conv_dim=(8, 8), conv_stride=(20, 8), conv_kernel=(20, 8),
        num_feat_extract_layers=2, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2, pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(1)
    model = Wav2Vec2ForCTC(config)
    # Untrained frames all say the same; a wide head lets the random letters come through.
    torch.nn.init.normal_(model.lm_head.weight, std=3.0)
    model.save_pretrained(folder)
    return folder


def _byte_vocabulary() -> dict[str, int]:
    from tokenizers.pre_tokenizers import ByteLevel

    return {letter: index for index, letter in enumerate(sorted(ByteLevel.alphabet()))}


def _control_letters() -> str:
    """What stands for control bytes, and for the one that begins two-byte control characters."""
    return "".join(chr(256 + byte) for byte in range(32)) + chr(256 + 33) + chr(0xC2)


def _tokenizer(vocabulary: dict[str, int], ids: dict[str, int]) -> dict[str, object]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": index, "content": token, **flags} for token, index in ids.items()],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
    }


def _write(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
