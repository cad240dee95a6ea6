"""What stands in ``project.yaml``."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from labwidgets.config.files import Settings, parse, read_yaml
from labwidgets.config.keys import KeySettings
from labwidgets.config.tags import TagPalette, tag_palette, tag_palette_for
from labwidgets.errors import ConfigError
from labwidgets.records import FLAGS, QueueOrder
from labwidgets.text import RULES, SCRIPTS

SETTINGS_FILE = "project.yaml"
MAX_NAME = 100
"""Characters in a project's name."""
Device = Literal["auto", "cpu", "cuda"]
"""Where models compute."""
SKIP_REASONS = ("bad audio", "wrong language", "not speech", "too hard", "private")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(r"://[^/@:]*:[^/@]+@|[?&]password=", re.IGNORECASE)


def checked_language(tag: str) -> str:
    """Return ``tag`` if it has the form of a BCP-47 language tag such as ``en`` or ``ta-IN``.

    Raises:
        ConfigError: It has not.
    """
    if not _LANGUAGE.fullmatch(tag):
        raise ConfigError("no language tag", value=tag, allowed="BCP-47, for example en, hi or ta-IN")
    return tag


def title_of(folder: Path) -> str:
    """Return the name of a project that was given none: its folder's, made fit to be shown."""
    name = folder.resolve().name
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    return shown.strip()[:MAX_NAME] or "project"


def _one_line(name: str) -> str:
    # It becomes the title of windows, cards and files' headings.
    if not name.strip() or not name.isprintable():
        raise ConfigError("no usable name", value=name, allowed="one line of printable text")
    return name


def _known_script(code: str) -> str:
    if code not in SCRIPTS:
        raise ConfigError("no such script", value=code, allowed=", ".join(SCRIPTS))
    return code


def _known_rule(name: str) -> str:
    if name not in RULES:
        raise ConfigError("no such rule for a layer", value=name, allowed=", ".join(RULES))
    return name


class LabellingSettings(Settings):
    """How the labeller behaves.

    Attributes:
        order: Which segment comes first.
        autoplay: Play each segment when it opens.
        jump_back_s: Seconds to go back when sound resumes after a pause.
        lead_s: Seconds before the word or the last pause, for the keys that play from a little before it.
        pause_while_typing: Pause the sound while somebody types; each person may choose otherwise.
        resume_after_s: Seconds after the last key until it goes on then.
        low_confidence: Words under this confidence are underlined, 0..1.
        scripts: Further scripts (ISO 15924, such as Latn) that a transcript may hold without a warning.
        typing_help: Offer words in an Indic script for Latin letters; each person may choose otherwise.
        hot_words: Offer corrections that were made more than once.
        not_hot: Words of drafts that are never offered so (``project.dismiss_hot_word`` adds one).
        codec: ``flac`` (lossless), ``opus`` (a twelfth of the bytes), or ``auto`` by the line's speed.
    """

    order: QueueOrder = "added"
    autoplay: bool = True
    jump_back_s: Annotated[float, Field(ge=0, le=10)] = 0.5
    lead_s: Annotated[float, Field(ge=0, le=10)] = 0.5
    pause_while_typing: bool = False
    resume_after_s: Annotated[float, Field(ge=0.2, le=30)] = 1.5
    low_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    scripts: tuple[Annotated[str, AfterValidator(_known_script)], ...] = ()
    typing_help: bool = False
    hot_words: bool = True
    not_hot: tuple[str, ...] = ()
    codec: Literal["auto", "flac", "opus"] = "auto"


class AudioSettings(Settings):
    """Where sound is kept.

    Attributes:
        copy_sources: Copy added files into the project instead of pointing at them.
        cache_gb: Upper size of the canonical copies; they can be made again from the sources.
    """

    copy_sources: bool = False
    cache_gb: Annotated[float, Field(gt=0, le=1_000_000)] = 50.0


class SegmentationSettings(Settings):
    """How long recordings are cut into segments (``project.segment()``).

    Attributes:
        method: ``silero`` (a small model that hears speech), or ``energy`` (a level meter: music and noise
            count, too).
        channels: ``mix`` hears all channels as one; ``each`` cuts every channel by itself; ``speakers`` does
            too, and takes each channel for one speaker, as in a recorded call.
        threshold: Speech begins where it is this likely, 0..1.
        silence_s: A pause as long as this ends a segment.
        min_s: Shorter segments go with a neighbour, if one is near.
        max_s: Longer ones are cut at their quietest point.
        pad_s: Silence that is kept on both sides.
    """

    method: Literal["silero", "energy"] = "silero"
    channels: Literal["mix", "each", "speakers"] = "mix"
    threshold: Annotated[float, Field(ge=0.05, le=0.95)] = 0.35
    silence_s: Annotated[float, Field(ge=0.1, le=10)] = 0.6
    min_s: Annotated[float, Field(ge=0.1, le=10)] = 1.0
    max_s: Annotated[float, Field(ge=2, le=600)] = 20.0
    pad_s: Annotated[float, Field(ge=0, le=1)] = 0.2

    @model_validator(mode="after")
    def _min_below_max(self) -> Self:
        if self.min_s >= self.max_s / 2:
            raise ConfigError("min_s is too near to max_s", value=self.min_s, allowed="under half of max_s")
        return self


class LayerSettings(Settings):
    """A text beside the main one. In ``project.yaml`` its name alone will do.

    Attributes:
        name: Column in the data set.
        rule: Names out of ``labwidgets.text.RULES``, in order: what makes it out of the main text until
            somebody edits it; empty for a copy.
    """

    name: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_one_line)]
    rule: tuple[Annotated[str, AfterValidator(_known_rule)], ...] = ()


def _layer(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _unlike(layers: tuple[LayerSettings, ...]) -> tuple[LayerSettings, ...]:
    names = [layer.name for layer in layers]
    twice = [name for at, name in enumerate(names) if name in (*names[:at], "text")]
    if twice:
        raise ConfigError("a layer's name is taken", value=twice[0], allowed="names that differ, none 'text'")
    return layers


def _switch(value: object) -> object:
    # YAML reads "off" as a boolean.
    return {True: "auto", False: "off"}[value] if isinstance(value, bool) else value


def _palette(value: object) -> object:
    if isinstance(value, str):
        tag_palette(value)
    return parse(value, TagPalette, where="the palette") if isinstance(value, dict) else value


class ProjectSettings(Settings):
    """All of ``project.yaml``.

    Attributes:
        name: Shown in the labeller and on the data set card.
        language: BCP-47, for recordings that do not say otherwise.
        store: ``sqlite`` (a file in the project), a database URL, or ``${VARIABLE}`` that holds one.
        model: Draft model: a Hub id, a folder, or an embedded name; None picks by language.
        decoding: Decoding settings for that model.
        device: Where models compute: ``auto`` takes the GPU where torch sees one (CUDA), else the CPU.
        layers: Further texts beside the main one: names, or :class:`LayerSettings`.
        licence: For recordings that do not say otherwise.
        flags: What a labeller can flag, in the order of the number keys.
        skip_reasons: Offered by the skip key, in the order of the number keys.
        guidelines: Plain text for the labellers.
        tags: Palette of the editor: a file in ``configs/tags``, or a :class:`TagPalette`; None picks by
            language.
        keys: A key preset, or :class:`KeySettings`.
        labelling: See :class:`LabellingSettings`.
        segmentation: See :class:`SegmentationSettings`.
        audio: See :class:`AudioSettings`.
        worth: What counts how much in the order "most worth it first", by name: ``errors``, ``novelty``,
            ``coverage``; ``accent``, ``speaker``, ``language``, ``collection``, or one value of such a kind,
            ``accent:Indian``. What is not named counts 1.
        probation: The word error rate, as predicted, from which on a draft is held back and the box starts
            empty: ``auto`` (where drafts begin to slow this team down), ``off``, or a number such as 0.3.
    """

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_one_line)]
    language: Annotated[str, AfterValidator(checked_language)]
    store: str = "sqlite"
    model: str | None = None
    decoding: dict[str, Any] = Field(default_factory=dict)
    device: Device = "auto"
    layers: Annotated[
        tuple[Annotated[LayerSettings, BeforeValidator(_layer)], ...],
        Field(max_length=4),
        AfterValidator(_unlike),
    ] = ()
    licence: str | None = None
    flags: tuple[str, ...] = Field(default=FLAGS, max_length=9)
    skip_reasons: tuple[str, ...] = Field(default=SKIP_REASONS, max_length=9)
    guidelines: str = ""
    tags: Annotated[str | TagPalette | None, BeforeValidator(_palette)] = None
    keys: KeySettings = KeySettings()
    labelling: LabellingSettings = LabellingSettings()
    segmentation: SegmentationSettings = SegmentationSettings()
    audio: AudioSettings = AudioSettings()
    worth: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    probation: Annotated[
        Literal["auto", "off"] | Annotated[float, Field(gt=0, le=1)], BeforeValidator(_switch)
    ] = "auto"

    @property
    def tag_palette(self) -> TagPalette:
        """The tags that the editor offers."""
        if isinstance(self.tags, TagPalette):
            return self.tags
        return tag_palette_for(self.language) if self.tags is None else tag_palette(self.tags)


def load_settings(folder: Path) -> ProjectSettings:
    """Return the settings of the project in ``folder``.

    Raises:
        ConfigError: No such file, no YAML, an unknown key, or a value out of range.
    """
    path = folder / SETTINGS_FILE
    return parse(read_yaml(path), ProjectSettings, where=str(path))


def save_settings(settings: ProjectSettings, folder: Path) -> None:
    """Write ``settings`` to ``folder``, whole or not at all, leaving defaults out.

    Raises:
        ConfigError: The folder cannot be written.
    """
    data = settings.model_dump(mode="json", exclude_defaults=True)
    temporary = folder / f".{SETTINGS_FILE}.{os.getpid()}"
    try:
        temporary.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        temporary.replace(folder / SETTINGS_FILE)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ConfigError(
            f"the settings file cannot be written ({error.strerror})", value=folder / SETTINGS_FILE
        ) from error


def store_url(settings: ProjectSettings, folder: Path) -> str:
    """Return the database URL of a project, with ``${VARIABLE}`` filled in from the environment.

    Raises:
        ConfigError: The variable is not set, a password is written into ``project.yaml``, or it is no URL.
    """
    if settings.store == "sqlite":
        return f"sqlite:///{(folder / 'store.db').resolve()}"
    if _PASSWORD.search(settings.store):
        raise ConfigError(
            "a password stands in project.yaml",
            allowed="a URL without one, or ${VARIABLE}",
            remedy="Put it into an environment variable, ~/.pgpass or a service file",
        )
    url = _VARIABLE.sub(_from_environment, settings.store)
    if "://" not in url:
        # A bare word would be taken for a file in whatever folder the user happens to be.
        raise ConfigError(
            "no store of that name",
            value=settings.store,
            allowed="sqlite, a database URL, or ${VARIABLE} that holds one",
        )
    return url


def _from_environment(match: re.Match[str]) -> str:
    value = os.environ.get(match.group(1))
    if not value:
        raise ConfigError(
            "project.yaml names an environment variable that is not set",
            value=match.group(1),
            remedy="Set it to the store's URL, then open the project again",
        )
    return value
