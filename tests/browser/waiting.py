"""Waiting for what a page, a process or a store is to become: on states, with one patience for all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

# Not what anything should take: long enough for a machine that is busy with everything else.
WAIT = 60_000
PAUSE_MS = 50
Value = TypeVar("Value")

# Pages that are open. While one is, a wait lets its driver go on: some messages pass through it.
open_pages: list[Any] = []


def rest() -> None:
    """Let a moment pass, for the page as well."""
    if open_pages:
        open_pages[-1].wait_for_timeout(PAUSE_MS)
    else:
        time.sleep(PAUSE_MS / 1000)


def wait_until(is_so: Callable[[], object], why: Callable[[], str]) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(why())
        rest()


def wait_equal(read: Callable[[], Value], wanted: Value) -> None:
    """Wait until ``read`` gives what is wanted; fail with what it gave last."""
    last = read()
    deadline = time.monotonic() + WAIT / 1000
    while last != wanted:
        if time.monotonic() > deadline:
            pytest.fail(f"{last!r} is not {wanted!r}")
        rest()
        last = read()
