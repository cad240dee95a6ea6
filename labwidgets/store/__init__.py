"""The event store and its projections."""

from labwidgets.store.export import Snapshot
from labwidgets.store.policy import decide_reference
from labwidgets.store.publishing import Push
from labwidgets.store.store import Store

__all__ = ["Push", "Snapshot", "Store", "decide_reference"]
