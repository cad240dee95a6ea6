"""Numbers of settings that are more than a type."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from labwidgets.errors import ConfigError

Share = Annotated[float, Field(ge=0, le=1)]


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ConfigError("the range runs backwards", value=pair, allowed="the smaller number first")
    return pair


Range = Annotated[tuple[float, float], AfterValidator(_rising)]
"""Of two numbers, the smaller one first."""
