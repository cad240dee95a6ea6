"""Settings: YAML in, validated frozen models out; an unknown key is an error that names the known ones."""

from labwidgets.config.chords import Keys, checked_chord, rebound
from labwidgets.config.files import configs_folder, parse, read_yaml
from labwidgets.config.keys import DEFAULT_KEYS, KeySettings, key_preset, key_preset_names
from labwidgets.config.pseudo import PseudoSettings
from labwidgets.config.settings import (
    MAX_NAME,
    SETTINGS_FILE,
    SKIP_REASONS,
    AudioSettings,
    Device,
    LabellingSettings,
    LayerSettings,
    ProjectSettings,
    SegmentationSettings,
    checked_language,
    load_settings,
    save_settings,
    store_url,
    title_of,
)
from labwidgets.config.tags import (
    DEFAULT_TAGS,
    TagPalette,
    TagSettings,
    tag_palette,
    tag_palette_for,
    tag_palette_names,
)
from labwidgets.config.training import (
    ArchitectureSettings,
    AugmentSettings,
    TrainingFamily,
    TrainingRecipe,
    training_recipe,
    training_recipe_names,
)

__all__ = [
    "DEFAULT_KEYS",
    "DEFAULT_TAGS",
    "MAX_NAME",
    "SETTINGS_FILE",
    "SKIP_REASONS",
    "ArchitectureSettings",
    "AudioSettings",
    "AugmentSettings",
    "Device",
    "KeySettings",
    "Keys",
    "LabellingSettings",
    "LayerSettings",
    "ProjectSettings",
    "PseudoSettings",
    "SegmentationSettings",
    "TagPalette",
    "TagSettings",
    "TrainingFamily",
    "TrainingRecipe",
    "checked_chord",
    "checked_language",
    "configs_folder",
    "key_preset",
    "key_preset_names",
    "load_settings",
    "parse",
    "read_yaml",
    "rebound",
    "save_settings",
    "store_url",
    "tag_palette",
    "tag_palette_for",
    "tag_palette_names",
    "title_of",
    "training_recipe",
    "training_recipe_names",
]
