"""Stores with a few segments, and small programs that use them from other processes."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labwidgets.records import NewRecording, Submission
from labwidgets.store import Store

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    with Store.create(store_path, busy_timeout_s=30) as made:
        yield made


@pytest.fixture
def fill(make_new_recording: Callable[..., NewRecording]) -> Callable[[Store, int], list[str]]:
    """Adds that many recordings, each of a collection of its own, and returns their segments in order."""

    def filling(store: Store, n: int) -> list[str]:
        items = [
            make_new_recording(source=f"{i}.wav", bytes_sha256=f"{i:064x}", collection=f"c{i}")
            for i in range(n)
        ]
        store.add_recordings(items)
        return [segment.id for segment, _ in store.segments_to_draft()]

    return filling


@pytest.fixture
def submission(make_submission: Callable[..., Submission]) -> Callable[..., Submission]:
    """Builds a submission with an event id of its own."""
    return lambda segment_id, **fields: replace(
        make_submission(), segment_id=segment_id, event_id=str(uuid.uuid4()), **fields
    )


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python programs that are ended with the test."""
    running: list[subprocess.Popen[str]] = []

    def starting(
        program: str, *arguments: object, before: tuple[str, ...] = (), **more: Any
    ) -> subprocess.Popen[str]:
        command = [*before, sys.executable, "-c", program, *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **more}
        process = subprocess.Popen(command, cwd=CHECKOUT, text=True, **pipes)
        running.append(process)
        return process

    yield starting
    for process in running:
        process.kill()
        process.communicate()
