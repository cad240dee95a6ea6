"""What a kernel does ahead of need, once somebody has begun to work."""

from __future__ import annotations

import threading
from functools import cache

from labwidgets.audio import warm_up

WARM_AFTER_S = 6.0
"""By then the first segments are open and sound."""


@cache
def warm_soon() -> None:
    """Load what the first spectrogram needs, once per process, out of the way of the first requests."""
    timer = threading.Timer(WARM_AFTER_S, warm_up)
    timer.name = "labwidgets warm-up"
    timer.daemon = True
    timer.start()
