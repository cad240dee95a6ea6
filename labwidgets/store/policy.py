"""Which text counts: the rule that turns opinions into a reference and a task's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from labwidgets.errors import ConfigError
from labwidgets.records import TaskState

Policy = Literal["latest"]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest opinion of one thread, as far as a decision needs it; ``seq`` gives the order."""

    seq: int
    annotator: str
    content_id: str
    origin: str
    is_skip: bool


def decide_reference(heads: Sequence[Head], *, policy: Policy = "latest") -> Head | None:
    """Return the opinion whose text is the reference, None where there is none.

    Under ``latest`` the newest opinion counts; if that is a skip, the segment has no reference.

    Args:
        heads: Newest opinion of each thread of one segment, in any order.
        policy: Name of the rule.

    Raises:
        ConfigError: On a policy that is not known.

    >>> decide_reference([Head(1, "a", "c1", "typed", False), Head(2, "b", "c2", "typed", False)]).annotator
    'b'
    """
    if policy != "latest":
        raise ConfigError("unknown policy for references", value=policy, allowed="latest")
    newest = max(heads, key=lambda head: head.seq, default=None)
    return None if newest is None or newest.is_skip else newest


def decide_state(heads: Sequence[Head]) -> TaskState:
    """Return the state of a task after an opinion came in: skipped when the newest one is a skip.

    >>> decide_state([])
    'open'
    """
    newest = max(heads, key=lambda head: head.seq, default=None)
    if newest is None:
        return "open"
    return "skipped" if newest.is_skip else "done"
