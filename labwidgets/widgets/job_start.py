"""Where every job of a project begins: shown in a notebook, a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from labwidgets.jobs import Job, TerminalBar

Result = TypeVar("Result")


def start_job(
    arguments: Sequence[str],
    *,
    title: str,
    parse: Callable[[dict[str, Any]], Result],
    given: Mapping[str, Any] | None = None,
) -> Job[Result]:
    """Start a job and show how it goes where it was started; see ``Job`` for the arguments."""
    if _is_notebook():
        from labwidgets.widgets.job_view import NotebookJob

        shown = NotebookJob(arguments, title=title, parse=parse, given=given)
        shown.follow(shown.view)
        return shown
    job = Job(arguments, title=title, parse=parse, given=given)
    job.follow(TerminalBar(title))
    return job


def _is_notebook() -> bool:
    """Whether a page may show what is displayed: IPython with a kernel around it."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")
