"""A labelling environment for speech that lives in Jupyter.

Names load their modules when they are first used, so that ``import labwidgets`` is quick and loads no
``torch``, ``transformers``, ``datasets`` or ``librosa``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labwidgets.analysis.comparing import compare
    from labwidgets.analysis.scoring import score
    from labwidgets.errors import LabError
    from labwidgets.project import Project
    from labwidgets.records import Word
    from labwidgets.widgets.audio_player import AudioPlayer
    from labwidgets.widgets.error_explorer import ErrorExplorer
    from labwidgets.widgets.labeller import Labeller
    from labwidgets.widgets.recorder import Recorder
    from labwidgets.widgets.segment_editor import SegmentEditor
    from labwidgets.widgets.transcript_editor import TranscriptEditor

__all__ = [
    "AudioPlayer",
    "ErrorExplorer",
    "LabError",
    "Labeller",
    "Project",
    "Recorder",
    "SegmentEditor",
    "TranscriptEditor",
    "Word",
    "__version__",
    "compare",
    "score",
]

__version__ = "0.1.0"

_HOMES = {
    "AudioPlayer": "labwidgets.widgets.audio_player",
    "ErrorExplorer": "labwidgets.widgets.error_explorer",
    "LabError": "labwidgets.errors",
    "Labeller": "labwidgets.widgets.labeller",
    "Project": "labwidgets.project",
    "SegmentEditor": "labwidgets.widgets.segment_editor",
    "Recorder": "labwidgets.widgets.recorder",
    "TranscriptEditor": "labwidgets.widgets.transcript_editor",
    "Word": "labwidgets.records",
    "compare": "labwidgets.analysis.comparing",
    "score": "labwidgets.analysis.scoring",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'labwidgets' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
