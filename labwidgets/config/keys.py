"""Which keys do what: the presets in ``configs/keys``, and what a project changes."""

from __future__ import annotations

import difflib

from pydantic import Field, model_serializer, model_validator

from labwidgets.config.chords import Keys, rebound
from labwidgets.config.files import Settings, configs_folder, placed, read_yaml
from labwidgets.errors import ConfigError

DEFAULT_KEYS = "labwidgets"


def key_preset_names() -> list[str]:
    """Return the names of all key presets, the default one first."""
    found = sorted(path.stem for path in (configs_folder() / "keys").glob("*.yml"))
    return sorted(found, key=lambda name: name != DEFAULT_KEYS)


def key_preset(name: str) -> Keys:
    """Return the chords of each action in the key preset ``name``; what it leaves out is as by default.

    Raises:
        ConfigError: No preset of that name, or one that contradicts itself.
    """
    names = key_preset_names()
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        raise ConfigError(
            "no such key preset",
            value=name,
            allowed=", ".join(names),
            remedy=f"Did you mean {close[0]}" if close else "",
        )
    default = read_yaml(configs_folder() / "keys" / f"{DEFAULT_KEYS}.yml")
    nothing: Keys = {action: [] for action in default}
    keys = rebound(nothing, default)
    if name == DEFAULT_KEYS:
        return keys
    path = configs_folder() / "keys" / f"{name}.yml"
    try:
        return rebound(keys, read_yaml(path))
    except ConfigError as error:
        raise placed(error, path.name) from error


class KeySettings(Settings):
    """Which keys do what. In ``project.yaml``: a preset's name, or a mapping with it and with actions.

    Attributes:
        preset: A file in ``configs/keys``.
        changes: Chords by action, on top of the preset; none takes an action's keys away.
    """

    preset: str = DEFAULT_KEYS
    changes: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: object) -> object:
        if isinstance(value, str):
            value = {"preset": value}
        if not value or not isinstance(value, dict) or "changes" in value:
            return value
        preset = str(value.get("preset", DEFAULT_KEYS))
        changes = {action: chords for action, chords in value.items() if action != "preset"}
        keys = rebound(key_preset(preset), changes)
        return {"preset": preset, "changes": {action: keys[action] for action in changes}}

    @model_serializer
    def _to_yaml(self) -> object:
        changes = {action: list(chords) for action, chords in self.changes.items()}
        return {"preset": self.preset, **changes} if changes else self.preset

    @property
    def chords(self) -> Keys:
        """All actions with their chords."""
        return rebound(key_preset(self.preset), self.changes)
