"""Sets of speech that lie beside the checkout, where there are any."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def speech() -> Path:
    """The folder of shared speech sets: ``LABWIDGETS_SPEECH``, or ``shared/speech`` above the checkout."""
    places = [
        Path(os.environ.get("LABWIDGETS_SPEECH", "-")),
        *(up / "shared/speech" for up in CHECKOUT.parents),
    ]
    for place in places:
        if (place / "sclite_truth").is_dir():
            return place
    pytest.skip("no shared speech sets here: set LABWIDGETS_SPEECH to their folder")
