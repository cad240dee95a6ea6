"""A client of the test Hub in a process of its own: one push a line, all that is logged comes back.

The address, the tokens' home and the kind of upload are fixed when huggingface_hub is imported, hence the
process; it lives on because starting one takes longer than a push.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from labwidgets.corpus.hub import PushOptions, push
from labwidgets.errors import HubError


def run() -> None:
    """Push what is asked for, until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
        try:
            options = PushOptions(**asked["options"])
            answer = asdict(push(Path(asked["folder"]), asked["repo_id"], options=options))
        except HubError as error:
            answer = {"error": str(error)}
        print(json.dumps({"answer": answer, "log": log.getvalue()}), file=answers, flush=True)


if __name__ == "__main__":
    run()
