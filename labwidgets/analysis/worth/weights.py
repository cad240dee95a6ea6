"""What counts how much when segments are ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labwidgets.errors import ConfigError
from labwidgets.records import GROUPS, TERMS

_MOST_WEIGHT = 1000.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much: ``errors``, ``novelty``, ``coverage``; of the latter each kind of speech.

    Attributes:
        terms: By each of ``TERMS``.
        groups: By each of ``GROUPS``.
        wanted: By kind and value: how many times as much that one counts.
    """

    terms: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(TERMS, 1.0))
    groups: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(GROUPS, 1.0))
    wanted: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, float]) -> Weights:
        """Return weights given by name: ``coverage``, ``accent``, or ``accent:Indian`` for one value.

        Raises:
            ConfigError: No such name, or no usable weight.

        >>> Weights.of({"accent:Indian": 3}).wanted
        {('accent', 'Indian'): 3.0}
        """
        terms, groups = dict.fromkeys(TERMS, 1.0), dict.fromkeys(GROUPS, 1.0)
        wanted = {}
        for name, weight in given.items():
            if not 0 <= weight <= _MOST_WEIGHT:
                raise ConfigError(
                    "no usable weight", value=f"{name}: {weight}", allowed=f"0 to {_MOST_WEIGHT:g}"
                )
            group, colon, value = name.partition(":")
            if name in TERMS:
                terms[name] = float(weight)
            elif name in GROUPS:
                groups[name] = float(weight)
            elif colon and value and group in GROUPS:
                wanted[group, value] = float(weight)
            else:
                allowed = f"{', '.join((*TERMS, *GROUPS))}, or KIND:VALUE such as accent:Indian"
                raise ConfigError("nothing of that name is weighed", value=name, allowed=allowed)
        if not any(terms.values()):
            raise ConfigError("all weights are 0", allowed=f"at least one of {', '.join(TERMS)}")
        return cls(terms, groups, wanted)
