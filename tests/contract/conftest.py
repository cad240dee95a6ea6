"""Every engine that a store can lie on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labwidgets.records import (
    QueueQuery,
)
from labwidgets.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from segment_desk import Desk
from store_makers import Add, recording


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'store.db'}"}
    with Store.create(urls[request.param]) as made:
        yield made


@pytest.fixture
def add(store: Store) -> Add:
    """Adds that many recordings and returns their segments' ids in order."""

    def adding(n: int = 1, **fields: object) -> list[str]:
        store.add_recordings([recording(number, **fields) for number in range(n)])
        return [row.segment_id for row in store.queue(QueueQuery()).rows]

    return adding


@pytest.fixture
def desk(store: Store) -> Desk:
    """One recording, and one person who changes its segments."""
    return Desk(store)


@pytest.fixture
def replays(store: Store) -> Iterator[None]:
    """Whatever a test does: a rebuild from the events is the store."""
    yield
    report = store.verify()
    assert report.ok, report.differences
