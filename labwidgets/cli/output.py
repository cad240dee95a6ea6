"""What all commands share: how results, refusals and errors leave, and how a command runs as a worker."""

from __future__ import annotations

import errno
import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from labwidgets.errors import DiskFullError, LabError, SourceError
from labwidgets.jobs import WorkerChannel
from labwidgets.records import Refusal

logger = logging.getLogger(__name__)

Folder = Annotated[Path, typer.Argument(help="The project's folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def show(result: Mapping[str, Any], *, as_json: bool, text: str, partial: bool = False) -> None:
    """Print the result as JSON or as text; leaves with 1 where some things were refused."""
    print(json.dumps(result, ensure_ascii=False) if as_json else text)
    if partial:
        raise typer.Exit(1)


def fail(error: Mapping[str, str], *, as_json: bool) -> NoReturn:
    """Print the error ``{code, message}`` and leave with 2."""
    print(f"labwidgets: {error['message']}", file=sys.stderr)
    try:
        if as_json:
            print(json.dumps({"error": error}, ensure_ascii=False))
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        # Nobody can hear it; without this the interpreter would try again, and complain, as it leaves.
        sys.stdout = None
    sys.exit(2)


def unforeseen(error: Exception) -> LabError:
    """Return an error that nobody foresaw in words for people, without a traceback."""
    if isinstance(error, OSError):
        kind = DiskFullError if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else LabError
        return kind(error.strerror or str(error), value=error.filename, remedy="What was saved is safe")
    logger.debug("unforeseen", exc_info=error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return LabError(
        f"this should not have happened ({type(error).__name__} in {Path(place.filename).name}, "
        f"line {place.lineno})",
        remedy="What was saved is safe; please report it",
    )


def as_worker(work: Callable[[WorkerChannel], Mapping[str, Any]], *, is_given: bool = False) -> None:
    """Run ``work`` for the ``Job`` that started this process; all it says goes through the job's channel.

    Args:
        work: Returns the result.
        is_given: Whether the job says something first, which is then ``given`` in the channel.
    """
    channel = WorkerChannel(is_given=is_given)
    try:
        channel.result(work(channel))
    except LabError as error:
        channel.error(error)
    except Exception as error:
        channel.error(unforeseen(error))
        raise


def plain(refused: list[Refusal]) -> list[dict[str, str]]:
    """Return refusals as JSON values."""
    return [{"source": item.source, "reason": item.reason} for item in refused]


def pairs(given: list[str], option: str, form: str) -> dict[str, str]:
    """Return the pairs that were given as ``NAME=VALUE``.

    Raises:
        SourceError: One is none.
    """
    found: dict[str, str] = {}
    for pair in given:
        name, _, value = pair.partition("=")
        if not name or not value:
            raise SourceError(f"malformed {option}", value=pair, allowed=form)
        found[name] = value
    return found


def json_object(text: str, *, option: str = "--settings") -> dict[str, Any]:
    """Return the JSON object that was given as an option.

    Raises:
        SourceError: It is none.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{option} is no JSON", value=text, remedy=str(error)) from error
    if not isinstance(value, dict):
        raise SourceError(f"{option} is no JSON object", value=text)
    return value
