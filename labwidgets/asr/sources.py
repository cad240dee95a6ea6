"""Finds the model behind a name: embedded, a local folder, or an id on the Hub; and says why not.

Weights come as safetensors only, and no code out of a model folder is ever run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from labwidgets.asr import embedded
from labwidgets.asr.languages import whisper_code
from labwidgets.errors import ModelError
from labwidgets.records import Progress

Family = Literal["whisper", "ctc"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_RUN = re.compile(r"run-\d+")
_HEARING = ("Wav2Vec2", "Hubert", "WavLM", "UniSpeech", "Data2VecAudio", "SEW")
"""Architectures that learn to hear from sound alone, and to write from a new CTC head."""
_HUB_FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
_HUB_TIMEOUT_S = 5.0
_DEFAULT = "the embedded models: " + ", ".join(embedded.EMBEDDED)
_WEIGHTS = "model.safetensors"
_WEIGHTS_INDEX = "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that lies on this machine.

    Attributes:
        path: Its folder.
        name: As the user gave it, or the embedded one that was chosen.
        revision: Commit on the Hub, else the hash of config and weights.
        family: Which kind of recogniser it is.
    """

    path: Path
    name: str
    revision: str
    family: Family


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A line of ``labwidgets models``. ``where``: the folder, or empty when it is not fetched yet."""

    name: str
    languages: tuple[str, ...]
    where: str
    size_mb: int


def get(name: str, progress: Progress | None = None) -> Path:
    """Return the folder of an embedded model, fetched where it is not there yet.

    Raises:
        ModelError: Unknown name, or it cannot be fetched.
    """
    return embedded.get(name, progress)


def listing(trained: Path | None = None) -> tuple[ListedModel, ...]:
    """Return the embedded models, fetched or not, and those that a project trained into ``trained``."""
    own = () if trained is None else tuple(map(_listed, trained_folders(trained)))
    return own + tuple(
        ListedModel(
            name,
            tuple(sorted(model.languages)),
            str(embedded.model_folder(name)) if embedded.is_installed(name) else "",
            model.size_mb,
        )
        for name, model in embedded.EMBEDDED.items()
    )


def trained_folders(trained: Path) -> list[Path]:
    """Return the folders of a project's own models, the newest first."""
    found = [path for path in trained.glob("run-*") if _RUN.fullmatch(path.name) and path.is_dir()]
    return sorted(found, key=lambda path: -int(path.name.partition("-")[2]))


def _listed(folder: Path) -> ListedModel:
    languages: tuple[str, ...] = ()
    with suppress(OSError, ValueError, TypeError):
        known = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        languages = tuple(map(str, known["languages"])) if "languages" in known else ()
    n_bytes = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    return ListedModel(folder.name, languages, str(folder), round(n_bytes / 1e6))


def embedded_for(language: str) -> str:
    """Return the name of the embedded model that fits a BCP-47 language.

    Raises:
        ModelError: None does.

    >>> embedded_for("en-IN"), embedded_for("ta")
    ('tiny.en', 'base')
    """
    code = whisper_code(language)
    for name, model in embedded.EMBEDDED.items():
        if code in model.languages:
            return name
    raise ModelError(
        "no draft: no embedded model knows the language",
        value=language,
        allowed="the 99 languages of Whisper",
        remedy="Name a model of that language (a folder or a Hub id), or write without drafts",
    )


def resolve(
    name: str | None,
    language: str,
    progress: Progress | None = None,
    *,
    trained: Path | None = None,
    may_lack_head: bool = False,
) -> ModelSource:
    """Return the model to draft with, fetched where needed.

    Args:
        name: Embedded name, one out of ``trained``, local folder or Hub id; None takes the embedded one that
            fits the language.
        language: BCP-47, of the recordings.
        progress: Told about a fetch, and its size.
        trained: Folder of a project's own models, which go by the names of their folders.
        may_lack_head: Also take what only hears and writes nothing yet, to train it.

    Raises:
        ModelError: There is no such model, it cannot be reached, or it is no speech recogniser.
    """
    if name is None:
        name = embedded_for(language)
    if name in embedded.EMBEDDED:
        path = embedded.get(name, progress)
        return ModelSource(path, name, _folder_revision(path), family_of(path))
    own = None if trained is None or not _RUN.fullmatch(name) else trained / name
    folder = own if own is not None and own.is_dir() else Path(name).expanduser()
    if folder.is_dir():
        family = family_of(folder, may_lack_head=may_lack_head)
        return ModelSource(folder, name, _folder_revision(folder), family)
    if folder.exists():
        raise ModelError("a model is a folder, this is a file", value=name, allowed=_DEFAULT)
    if not _HUB_ID.fullmatch(name):
        raise ModelError("no such model folder, and no Hub id", value=name, allowed=_DEFAULT)
    path = _from_hub(name, progress)
    return ModelSource(path, name, path.name, family_of(path, may_lack_head=may_lack_head))


def family_of(folder: Path, *, may_lack_head: bool = False) -> Family:
    """Return which kind of recogniser a model folder holds, or can become where it ``may_lack_head``.

    Raises:
        ModelError: It holds none, or its weights are not safetensors.
    """
    config = _read_config(folder)
    names = config.get("architectures")
    architectures = [str(name) for name in names] if isinstance(names, list) else []
    family: Family
    if "WhisperForConditionalGeneration" in architectures:
        family = "whisper"
    elif any(
        name.endswith("ForCTC") or (may_lack_head and name.startswith(_HEARING)) for name in architectures
    ):
        family = "ctc"
    else:
        found = ", ".join(architectures) or config.get("model_type", "no architecture named")
        raise ModelError(
            "not a speech recogniser",
            value=f"{folder}: {found}",
            allowed="Whisper models and models that end in ForCTC",
        )
    _check_weights(folder)
    return family


def _read_config(folder: Path) -> Mapping[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            "not a model folder, it has no config.json", value=folder, allowed=_DEFAULT
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError("the model's config.json cannot be read", value=path) from error
    if not isinstance(config, dict):
        raise ModelError("the model's config.json cannot be read", value=path)
    return config


def _check_weights(folder: Path) -> None:
    for path in _weight_files(folder):
        _check_safetensors(path)


def _weight_files(folder: Path) -> list[Path]:
    if (folder / _WEIGHTS).is_file():
        return [folder / _WEIGHTS]
    index = folder / _WEIGHTS_INDEX
    if not index.is_file():
        found = next((path.name for path in sorted(folder.glob("*.bin"))), None)
        raise ModelError(
            "the model has no safetensors weights" + (", only pickled ones" if found else ""),
            value=folder / found if found else folder,
            allowed=_WEIGHTS,
            remedy="Pickled weights can run code and are never opened; convert them to safetensors first",
        )
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("the model's index of weights cannot be read", value=index) from error
    if any(Path(str(name)).name != name for name in names):
        raise ModelError("the model's index of weights points out of its folder", value=index)
    return [folder / name for name in names]


def _check_safetensors(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as weights:
            n_tensors = len(weights.keys())
    except (SafetensorError, OSError) as error:
        raise ModelError(
            "the model's weights cannot be read", value=path, remedy="Fetch them again, the file is broken"
        ) from error
    if not n_tensors:
        raise ModelError("the model's weights are empty", value=path)


def _folder_revision(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in [folder / "config.json", *_weight_files(folder)]:
        digest.update(embedded.file_sha256(path).encode())
    return digest.hexdigest()[:40]


def _from_hub(name: str, progress: Progress | None) -> Path:
    """Return the snapshot folder of a Hub id, out of the cache where it is complete."""
    # Seconds of import, for this door only.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        cached = Path(snapshot_download(name, local_files_only=True))
        _weight_files(cached)
    except (LocalEntryNotFoundError, ModelError):
        return _download(name, progress)
    return cached


def _download(name: str, progress: Progress | None) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError
    from huggingface_hub.utils import httpx

    try:
        # One short question first: it fails in seconds where a download would go on trying for minutes.
        revision = HfApi().model_info(name, timeout=_HUB_TIMEOUT_S).sha
        if progress is not None:
            progress(0, 0, f"fetching {name} from the Hub")
        return Path(snapshot_download(name, revision=revision, allow_patterns=_HUB_FILES))
    except RepositoryNotFoundError as error:
        raise ModelError("the Hub has no such model", value=name, allowed=_DEFAULT) from error
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx.HTTPError, OSError, ValueError) as error:
        raise ModelError(
            f"the model is not on this machine and the Hub cannot be reached ({type(error).__name__})",
            value=name,
            allowed=f"a local folder, or {_DEFAULT}",
            remedy=_equivalent(name),
        ) from error


def _equivalent(name: str) -> str:
    for model in embedded.EMBEDDED.values():
        if model.publisher_id == name:
            return f"The embedded {model.name} holds the same weights: ask for {model.name!r}"
    return f"Ask for one of {', '.join(map(repr, embedded.EMBEDDED))}, or try again with a network"
