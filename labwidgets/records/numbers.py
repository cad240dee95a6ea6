"""Numbers that people hand in: checked by kind and by size, whichever door they come through."""

from __future__ import annotations

from math import isfinite, nan
from numbers import Integral, Real

from labwidgets.errors import ConfigError


def checked_share(name: str, value: object) -> float:
    """Return a number above 0 and below 1.

    Raises:
        ConfigError: It is no number, or out of range.

    >>> checked_share("risk", 0.05)
    0.05
    """
    number = _number(value)
    if not 0 < number < 1:
        raise ConfigError(f"{name} is out of range", value=value, allowed="a number above 0, below 1")
    return number


def checked_amount(name: str, value: object) -> float:
    """Return a number that is 0 or more, and not endless.

    Raises:
        ConfigError: It is no number, or out of range.
    """
    number = _number(value)
    if not (isfinite(number) and number >= 0):
        raise ConfigError(f"{name} is out of range", value=value, allowed="a number, 0 or more")
    return number


def checked_count(name: str, value: object, *, least: int = 1) -> int:
    """Return a whole number that is ``least`` or more.

    Raises:
        ConfigError: It is no whole number, or too small.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise ConfigError(f"{name} is out of range", value=value, allowed=f"a whole number, {least} or more")
    return int(value)


def _number(value: object) -> float:
    return nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)
