"""YAML in, validated frozen models out; an unknown key is an error that names the known ones."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from labwidgets.errors import ConfigError

PACKAGE = Path(__file__).parents[1]
Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """A mapping of a settings file: frozen, and without room for keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def configs_folder() -> Path:
    """Return the folder of the shipped presets, in a wheel as in a checkout."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        ConfigError: The file is missing, unreadable, no YAML, or no mapping.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError("no settings file", value=path, remedy="Run labwidgets init there first") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the settings file cannot be read", value=path, remedy=str(error)) from error
    except RecursionError as error:
        raise ConfigError("the settings file is nested too deep", value=path) from error
    except yaml.YAMLError as error:
        raise ConfigError("the settings file is no YAML", value=path, remedy=str(error)) from error
    if not isinstance(loaded, dict):
        raise ConfigError("the settings file holds no mapping", value=path, allowed="lines of key: value")
    return loaded


def parse(data: dict[str, Any], model: type[Model], *, where: str) -> Model:
    """Return ``data`` as a ``model``; errors name the place, the value and what is allowed.

    Raises:
        ConfigError: An unknown key or a value that does not fit.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = _known_keys(model, first["loc"][:-1])
            close = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
            raise ConfigError(
                f"unknown key in {where}",
                value=place,
                allowed=", ".join(known),
                remedy=f"Did you mean {close[0]}" if close else "",
            ) from error
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ConfigError):
            raise placed(cause, f"{place} in {where}") from error
        raise ConfigError(f"bad value in {where}", value=place, allowed=first["msg"]) from error


def placed(error: ConfigError, place: str) -> ConfigError:
    """Return the same error with the place where it was found in front."""
    problem = f"{place}: {error.problem}"
    return ConfigError(problem, value=error.value, allowed=error.allowed, remedy=error.remedy)


def _known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    for part in path:
        inner = model.model_fields[str(part)].annotation if part in model.model_fields else None
        for one in (inner, *get_args(inner)):
            if isinstance(one, type) and issubclass(one, BaseModel):
                model = one
    return sorted(model.model_fields)
