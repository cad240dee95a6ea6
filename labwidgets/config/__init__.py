"""Settings: YAML in, validated frozen models out; an unknown key is an error that names the known ones."""

from labwidgets.config.files import configs_folder, parse, read_yaml
from labwidgets.config.keys import key_preset
from labwidgets.config.settings import (
    MAX_NAME,
    SETTINGS_FILE,
    SKIP_REASONS,
    AudioSettings,
    LabellingSettings,
    LayerSettings,
    ProjectSettings,
    checked_language,
    load_settings,
    save_settings,
    store_url,
    title_of,
)

__all__ = [
    "MAX_NAME",
    "SETTINGS_FILE",
    "SKIP_REASONS",
    "AudioSettings",
    "LabellingSettings",
    "LayerSettings",
    "ProjectSettings",
    "checked_language",
    "configs_folder",
    "key_preset",
    "load_settings",
    "parse",
    "read_yaml",
    "save_settings",
    "store_url",
    "title_of",
]
