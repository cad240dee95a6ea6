import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from labwidgets.audio import AudioCache


@pytest.fixture
def cache(tmp_path):
    return AudioCache(tmp_path / "audio", max_bytes=10**9)
