"""The ``labwidgets`` command: a thin skin on ``Project``, one module a group of commands.

With ``--json`` one object goes to standard output; progress and logs go to standard error. Exit codes: 0
done, 1 done but some things were refused, 2 nothing done, with the reason.
"""

from __future__ import annotations

import io
import signal
import sys
from typing import NoReturn

import typer

from labwidgets.cli import (
    care,
    collecting,
    converting,
    deciding,
    drafting,
    labelling,
    looking,
    looping,
    people,
    publishing,
    recordings,
    scoring,
    training,
)
from labwidgets.cli.output import fail, unforeseen
from labwidgets.errors import LabError
from labwidgets.jobs import error_to_json

app = typer.Typer(
    name="labwidgets",
    help="Label speech: collect it, draft it, correct it in JupyterLab, publish it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (
    collecting,
    converting,
    looking,
    drafting,
    recordings,
    labelling,
    training,
    deciding,
    looping,
    scoring,
    people,
    publishing,
    care,
):
    app.add_typer(group.app)

_INTERRUPTED = 128 + signal.SIGINT


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    as_json = "--json" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # File names need not be Unicode, and JSON is UTF-8 whatever the terminal speaks.
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
    except LabError as error:
        fail(error_to_json(error), as_json=as_json)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: nothing leaves it as a traceback
        usage = getattr(error, "format_message", None)
        if usage is None:
            fail(error_to_json(unforeseen(error)), as_json=as_json)
        fail({"code": "usage", "message": usage()}, as_json=as_json)
    if code == _INTERRUPTED:
        message = "Stopped. What was done is kept; run it again."
        fail({"code": "aborted", "message": message}, as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)
