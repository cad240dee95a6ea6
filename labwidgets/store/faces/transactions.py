"""One call, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from labwidgets.store import engine as engines
from labwidgets.store.checkpoint import Checkpointer

T = TypeVar("T")


class Transactions:
    """Runs work on a store's engine; what it wrote is durable when the call returns."""

    _engine: sa.Engine
    _checkpointer: Checkpointer | None

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with engines.reading(self._engine) as connection:
            return work(connection)

    def _write(self, work: Callable[[sa.Connection], T]) -> T:
        result = engines.write(self._engine, work)
        if self._checkpointer is not None:
            self._checkpointer.saved()
        return result
