"""Long work in a process of its own, so that the kernel stays free for whoever labels.

The worker is a ``labwidgets`` command with ``--job``: it writes one JSON object a line (``progress`` and
``point``, then ``result`` or ``error``) and stops between two pieces of work when its standard input closes,
which also happens when the kernel dies. Work that can be resumed is simply run again.
"""

from labwidgets.jobs.bars import TerminalBar, terminal_progress
from labwidgets.jobs.job import Job, JobProgress, JobState, Point
from labwidgets.jobs.messages import error_from_json, error_to_json
from labwidgets.jobs.pace import Pace
from labwidgets.jobs.turns import turn
from labwidgets.jobs.worker import WorkerChannel

__all__ = [
    "Job",
    "JobProgress",
    "JobState",
    "Pace",
    "Point",
    "TerminalBar",
    "WorkerChannel",
    "error_from_json",
    "error_to_json",
    "terminal_progress",
    "turn",
]
