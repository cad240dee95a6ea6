"""Where models compute: on a GPU that CUDA knows, or on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from labwidgets.config import Device
from labwidgets.errors import ConfigError, ModelError


def device_of(wanted: Device) -> str:
    """Return ``cuda`` or ``cpu``; ``auto`` takes the GPU where torch sees one.

    Apple's (mps) is not taken: nobody tried whether its sums are the same.

    Raises:
        ConfigError: A GPU is wanted and there is none.
    """
    has_gpu = torch.cuda.is_available()
    if wanted == "cuda" and not has_gpu:
        raise ConfigError(
            "there is no GPU that torch can use",
            value=f"device: {wanted}",
            allowed="auto, cpu",
            remedy="Install a build of torch for CUDA, or change device in project.yaml",
        )
    return "cuda" if has_gpu and wanted != "cpu" else "cpu"


@contextmanager
def memory_for(what: str, model: str) -> Iterator[None]:
    """Turn what torch says when the GPU's memory is full into words.

    Args:
        what: That was done.
        model: Its name.

    Raises:
        ModelError: It is full.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise ModelError(
            f"the GPU's memory is too small for {what}",
            value=model,
            remedy="Close what else uses the GPU, take a smaller model, or write device: cpu in project.yaml",
        ) from error
