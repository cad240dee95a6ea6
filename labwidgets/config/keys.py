"""Key presets."""

from __future__ import annotations

from labwidgets.config.files import configs_folder, read_yaml
from labwidgets.errors import ConfigError


def key_preset(name: str) -> dict[str, list[str]]:
    """Return the chords of each action in the key preset ``name``.

    Raises:
        ConfigError: No preset of that name.
    """
    folder = configs_folder() / "keys"
    presets = sorted(path.stem for path in folder.glob("*.yml"))
    if name not in presets:
        raise ConfigError("no such key preset", value=name, allowed=", ".join(presets))
    loaded = read_yaml(folder / f"{name}.yml")
    return {str(action): [str(chord) for chord in chords] for action, chords in loaded.items()}
