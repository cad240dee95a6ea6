"""Where models compute. Nobody ran this on a GPU: tested is the choice, and that all follows the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from labwidgets.asr import loading
from labwidgets.asr.device import device_of
from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.sources import resolve
from labwidgets.errors import ConfigError, ModelError


@pytest.mark.parametrize(
    ("wanted", "has_gpu", "found"),
    [("auto", True, "cuda"), ("auto", False, "cpu"), ("cpu", True, "cpu"), ("cuda", True, "cuda")],
)
def test_the_gpu_is_taken_where_there_is_one_and_it_is_wanted(monkeypatch, wanted, has_gpu, found):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert device_of(wanted) == found


def test_a_gpu_that_is_not_there_is_said(monkeypatch, random_ctc):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=r"no GPU that torch can use: 'device: cuda'. allowed: auto, cpu"):
        load_drafter(resolve(str(random_ctc), "en"), device="cuda")


@pytest.mark.parametrize("family", ["whisper", "ctc"])
def test_a_model_goes_to_the_gpu_with_plain_layers(monkeypatch, request, family):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    seen = []
    monkeypatch.setattr(loading, "pipeline", lambda _task, **parts: seen.append(parts) or parts)
    source = resolve(str(request.getfixturevalue(f"random_{family}")), "en")
    loading.open_pipeline(source, object)
    assert seen[0]["device"] == "cuda"
    # Packed layers are for CPUs.
    assert "PackedLinear" not in {type(part).__name__ for part in seen[0]["model"].modules()}


@pytest.mark.parametrize("family", ["whisper", "ctc"])
def test_no_tensor_is_made_elsewhere_than_the_model_is(request, family):
    drafter = load_drafter(resolve(str(request.getfixturevalue(f"random_{family}")), "en"), device="cpu")
    sound = 0.1 * np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    expected = drafter.transcribe(sound, language="en")
    forward = drafter._pipe._forward

    def without_a_default(*arguments, **options):
        # Whatever names no device lands where nothing can be computed.
        with torch.device("meta"):
            return forward(*arguments, **options)

    drafter._pipe._forward = without_a_default
    assert drafter.transcribe(sound, language="en") == expected


@pytest.mark.parametrize("family", ["whisper", "ctc"])
def test_a_gpu_whose_memory_is_full_is_said(monkeypatch, request, family):
    drafter = load_drafter(resolve(str(request.getfixturevalue(f"random_{family}")), "en"), device="cpu")

    def fill(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(type(drafter._pipe), "_forward", fill)
    with pytest.raises(ModelError, match=r"memory is too small for this clip.*device: cpu in project\.yaml"):
        drafter.transcribe(np.ones(16_000, np.float32), language="en")
