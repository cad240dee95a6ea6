"""A client of the test Hub in a process of its own: pushes a folder or a project a line.

The address, the tokens' home and the kind of upload are fixed when huggingface_hub is imported, hence the
process; it lives on because starting one takes longer than a push. With PUSHER_HASTE the pauses between two
tries are a tenth of what they are.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labwidgets.config import SETTINGS_FILE
from labwidgets.corpus.hub import PushOptions, PushReport, push
from labwidgets.errors import LabError
from labwidgets.project import Project


def run() -> None:
    """Push what is asked for, until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    if os.environ.get("PUSHER_HASTE"):
        pause = time.sleep
        time.sleep = lambda seconds: pause(seconds / 10)
    for line in sys.stdin:
        asked = json.loads(line)
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
        try:
            answer = asdict(_pushed(Path(asked["folder"]), asked["repo_id"], asked["options"]))
        except LabError as error:
            answer = {"error": str(error)}
        print(json.dumps({"answer": answer, "log": log.getvalue()}), file=answers, flush=True)


def _pushed(folder: Path, repo_id: str, options: dict[str, Any]) -> PushReport:
    if not (folder / SETTINGS_FILE).is_file():
        return push(folder, repo_id, options=PushOptions(**options))
    with Project.open(folder) as project:
        return project.push_to_hub(repo_id, **options)


if __name__ == "__main__":
    run()
