"""The model of a project as one that can be asked how well any text fits the sound."""

from __future__ import annotations

from typing import Protocol, cast

from labwidgets.asr.drafting import load_drafter
from labwidgets.asr.fit import Scorer
from labwidgets.asr.sources import resolve
from labwidgets.config import ProjectSettings
from labwidgets.errors import ModelError
from labwidgets.records import Drafter, Progress


class Hearer(Drafter, Scorer, Protocol):
    """A model that writes, and that can be asked about what others wrote."""


def load_hearer(settings: ProjectSettings, progress: Progress | None = None) -> Hearer:
    """Return the project's model, loaded.

    Raises:
        ModelError: It is no Whisper, or is not there.
    """
    source = resolve(settings.model, settings.language, progress)
    drafter = load_drafter(source, settings=settings.decoding, device=settings.device)
    if not isinstance(drafter, Scorer):
        raise ModelError(
            "this model cannot be asked how well a text fits",
            value=drafter.model,
            allowed="a Whisper model",
            remedy="Name one under model in project.yaml",
        )
    return cast("Hearer", drafter)
