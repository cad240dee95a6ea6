"""The event store and its projections."""

from labwidgets.store.export import Snapshot
from labwidgets.store.policy import decide_reference
from labwidgets.store.store import Store

__all__ = ["Snapshot", "Store", "decide_reference"]
