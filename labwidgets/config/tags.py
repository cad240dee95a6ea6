"""Which tags the palette of the editor offers: the palettes in ``configs/tags``, or a project's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from labwidgets.config.files import Settings, configs_folder, parse, read_yaml
from labwidgets.errors import ConfigError
from labwidgets.text import find_tags

DEFAULT_TAGS = "en"
MAX_TAGS = 35
"""In one palette; with more, a key for each cannot be found."""

PaletteKind = Literal["event", "filler", "foreign"]


def _one_key(key: str) -> str:
    if len(key) != 1 or not key.isalpha() or key != key.lower():
        raise ConfigError("no key for a tag", value=key, allowed="one small letter; digits go by order")
    return key


class TagSettings(Settings):
    """One tag of a palette.

    Attributes:
        label: Shown for it; default: its name.
        key: Letter that inserts it while the palette is open.
    """

    label: Annotated[str, Field(max_length=40)] = ""
    key: Annotated[str, AfterValidator(_one_key)] | None = None


class TagPalette(Settings):
    """The tags that a key inserts, in the order in which they are shown.

    Attributes:
        events: Sounds and states by name: ``noise`` inserts ``[noise]``.
        fillers: Hesitations, in the same form.
        foreign: Languages by BCP-47 tag: ``hi`` puts ``<lang:hi>`` and ``</lang>`` around words.
    """

    events: dict[str, TagSettings] = Field(default_factory=dict)
    fillers: dict[str, TagSettings] = Field(default_factory=dict)
    foreign: dict[str, TagSettings] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _bare_names(cls, value: object) -> object:
        # "noise:" alone in YAML has no value.
        if not isinstance(value, Mapping):
            return value
        return {
            kind: {name: {} if tag is None else tag for name, tag in tags.items()}
            if isinstance(tags, Mapping)
            else tags
            for kind, tags in value.items()
        }

    @model_validator(mode="after")
    def _fitting(self) -> TagPalette:
        taken: dict[str, str] = {}
        entries = list(self.entries())
        if len(entries) > MAX_TAGS:
            raise ConfigError("too many tags", value=len(entries), allowed=f"at most {MAX_TAGS}")
        for _, text, tag in entries:
            found = find_tags(text)
            if len(found) != 1 or len(text) != found[0].end - found[0].start:
                raise ConfigError(
                    "no name for a tag",
                    value=text,
                    allowed="1 to 40 characters without brackets, a letter or digit first",
                )
            if tag.key is not None and taken.setdefault(tag.key, text) != text:
                raise ConfigError("two tags have one key", value=f"{taken[tag.key]}, {text}: {tag.key}")
        return self

    def entries(self) -> Iterator[tuple[PaletteKind, str, TagSettings]]:
        """Give kind, text as it is stored, and settings of each tag, in order."""
        yield from (("event", f"[{name}]", tag) for name, tag in self.events.items())
        yield from (("filler", f"[{name}]", tag) for name, tag in self.fillers.items())
        yield from (("foreign", f"<lang:{name}>", tag) for name, tag in self.foreign.items())


def tag_palette_names() -> list[str]:
    """Return the names of all palettes in ``configs/tags``: languages."""
    return sorted(path.stem for path in (configs_folder() / "tags").glob("*.yml"))


def tag_palette(name: str) -> TagPalette:
    """Return the palette ``name``.

    Raises:
        ConfigError: No palette of that name.
    """
    names = tag_palette_names()
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        raise ConfigError(
            "no such tag palette",
            value=name,
            allowed=f"{', '.join(names)}, or a mapping of events, fillers and foreign",
            remedy=f"Did you mean {close[0]}" if close else "",
        )
    path = configs_folder() / "tags" / f"{name}.yml"
    return parse(read_yaml(path), TagPalette, where=path.name)


def tag_palette_for(language: str) -> TagPalette:
    """Return the palette of a BCP-47 language, or the English one where there is none."""
    primary = language.split("-", maxsplit=1)[0].lower()
    return tag_palette(primary if primary in tag_palette_names() else DEFAULT_TAGS)
