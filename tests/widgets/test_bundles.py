"""What the front end weighs on the wire."""

from __future__ import annotations

import gzip

import pytest

from labwidgets.widgets._base import ASSETS, bundle

ENTRY_MAX_BYTES = 60_000
PACKED_MAX_BYTES = {"app": 240_000, "typing": 60_000, "recorder": 20_000}


def test_what_each_widget_carries_is_small() -> None:
    assert bundle("entry.js").stat().st_size <= ENTRY_MAX_BYTES


@pytest.mark.parametrize("name", ASSETS)
def test_what_comes_once_stays_a_picture_s_weight(name: str) -> None:
    assert len(gzip.compress(bundle(ASSETS[name]).read_bytes())) <= PACKED_MAX_BYTES[name]
