"""Prints the pip arguments that keep CUDA away from a machine without an NVIDIA GPU, or nothing.

``pip install torch`` from the Python registry brings gigabytes of CUDA libraries on Linux. Where no GPU
answers and pip would take such a file, PyTorch's own index of CPU builds is named instead. Only metadata
is read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

CPU_INDEX = "--index-url https://download.pytorch.org/whl/cpu"
CUDA_NAMES = ("nvidia-", "cuda-", "triton")


def main() -> None:
    """Print the arguments for this machine."""
    if sys.platform != "linux" or _has_gpu():
        return
    file = _resolved(_pin())
    if file is not None and _brings_cuda(file):
        print(CPU_INDEX)


def _pin() -> str:
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    return str(settings["dependency-groups"]["torch"][0])


def _has_gpu() -> bool:
    smi = shutil.which("nvidia-smi")
    return smi is not None and subprocess.run([smi, "-L"], capture_output=True, check=False).returncode == 0


def _resolved(pin: str) -> dict[str, object] | None:
    """Return the metadata of the file that pip would install; None where pip finds none."""
    ask = ("install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--report", "-", pin)
    done = subprocess.run([sys.executable, "-m", "pip", *ask], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"torch_index: pip could not look up {pin}; no index is set", file=sys.stderr)
        return None
    metadata: dict[str, object] = json.loads(done.stdout)["install"][0]["metadata"]
    return metadata


def _brings_cuda(metadata: dict[str, object]) -> bool:
    if str(metadata["version"]).endswith("+cpu"):
        return False
    needs = metadata.get("requires_dist") or []
    return isinstance(needs, list) and any(str(need).lower().startswith(CUDA_NAMES) for need in needs)


if __name__ == "__main__":
    main()
