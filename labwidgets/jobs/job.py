"""Long work in a process of its own, as the process that started it sees it."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from labwidgets.errors import JobError, LabError
from labwidgets.jobs.messages import error_from_json

Result = TypeVar("Result")
JobState = Literal["running", "done", "failed", "cancelled"]
Point = Mapping[str, float]
Follower = Callable[["Job[Any]"], None]

logger = logging.getLogger(__name__)

_KILLED = "Something killed it, as systems do that run out of memory. "


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is; ``total`` is 0 while it is not known."""

    done: int
    total: int
    note: str


class Job(Generic[Result]):
    """Work under way in another process. It goes on when the cell is done; ``result()`` waits for it.

    Args:
        arguments: Of the ``labwidgets`` command.
        title: What it does, for people.
        parse: Turns the worker's JSON result into what ``result()`` returns.
        given: What the worker needs besides, as JSON: sent where no list of processes shows it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        title: str,
        parse: Callable[[dict[str, Any]], Result],
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.title = title
        self._parse = parse
        self._progress = JobProgress(0, 0, "starting")
        self._points: list[Point] = []
        self._state: JobState = "running"
        self._result: Result | None = None
        self._error: LabError | None = None
        self._is_cancelled = False
        self._began_s = time.monotonic()
        self._took_s: float | None = None
        self._n_waiting = 0
        self._followers: list[Follower] = []
        # A follower may cancel, and whoever follows at the end is told once.
        self._telling = threading.RLock()
        self._finished = threading.Event()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - the reader thread closes it
        self._process = subprocess.Popen(  # noqa: S603 - our own module, arguments as a list
            [sys.executable, "-m", "labwidgets", *arguments, "--job"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # Interrupting a cell must not end the work: a new session keeps the signal away.
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        if given is not None:
            # More than a pipe holds would keep the caller waiting until the worker reads.
            line = json.dumps(given)
            threading.Thread(target=self._give, args=(line,), name=f"job {title} given", daemon=True).start()
        self._thread = threading.Thread(target=self._read, name=f"job {title}", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> JobProgress:
        """How far it is."""
        return self._progress

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of a curve that the worker told of, such as the losses of a training."""
        return tuple(self._points)

    @property
    def state(self) -> JobState:
        """``running``, ``done``, ``failed`` or ``cancelled``."""
        return self._state

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop, and is at its last piece."""
        return self._is_cancelled and self._state == "running"

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits in ``result()``."""
        return self._n_waiting > 0

    @property
    def took_s(self) -> float:
        """Seconds since it began, or until its end."""
        return time.monotonic() - self._began_s if self._took_s is None else self._took_s

    @property
    def outcome(self) -> Result | LabError | None:
        """What came out, or what went wrong; None while it runs."""
        return None if self._state == "running" else self._error or self._result

    def follow(self, follower: Follower) -> None:
        """Call ``follower`` with the job: now, on each news from a thread, and once when it has ended.

        One that raises is told nothing more.
        """
        with self._telling:
            if self._tell_one(follower):
                self._followers.append(follower)

    def cancel(self) -> None:
        """Ask the worker to stop after the piece it is at; what is done stays."""
        if self._state != "running" or self._is_cancelled:
            return
        self._is_cancelled = True
        self._let_go()
        self._tell()

    def result(self, timeout_s: float | None = None) -> Result:
        """Wait for the end and return what the work came to (after a cancel: as far as it got).

        Raises:
            LabError: What the worker raised.
            JobError: The worker died, or ``timeout_s`` ran out (the work goes on then).
        """
        self._n_waiting += 1
        try:
            is_done = self._finished.wait(timeout_s)
        finally:
            self._n_waiting -= 1
        if not is_done:
            raise JobError(f"{self.title} is not done yet", remedy="Wait longer, or cancel() it")
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise JobError(f"{self.title} ended without a result", remedy="Run it again: it resumes")
        return self._result

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<Job {self.title}: {self.state}>"

    def _give(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        # It was cancelled or died before it read all: what became of it is said elsewhere.
        with suppress(OSError, ValueError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        try:
            for line in self._process.stdout:
                self._take(line)
        except Exception as error:  # noqa: BLE001 - whoever waits in result() must hear of it
            self._error = JobError(
                f"the worker of {self.title} said something that cannot be understood",
                value=type(error).__name__,
                remedy="Restart the kernel, so that it runs the same labwidgets as the worker",
            )
            self._process.stdout.close()
        code = self._process.wait()
        if self._result is None and self._error is None:
            # What was killed had no last words: a library's chatter would stand there.
            words = self._last_words() if code >= 0 else _KILLED if -code == signal.SIGKILL else ""
            self._error = JobError(
                f"the worker of {self.title} died",
                value=f"exit code {code}",
                remedy=words + "Run it again: it resumes where it was",
            )
        self._errors.close()
        self._let_go()
        self._end()

    def _end(self) -> None:
        self._took_s = self.took_s
        with self._telling:
            self._state = (
                "failed" if self._error is not None else "cancelled" if self._is_cancelled else "done"
            )
            # Told before result() returns: what a cell shows of it is whole when the cell is done.
            self._tell()
        self._finished.set()

    def _let_go(self) -> None:
        # What was given may be on its way still to a worker that is gone.
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _take(self, line: str) -> None:
        try:
            message = json.loads(line)
        except json.JSONDecodeError:
            return
        if not isinstance(message, dict):
            return
        if "progress" in message:
            self._progress = JobProgress(*message["progress"])
            self._tell()
        elif "point" in message:
            self._points.append(message["point"])
            self._tell()
        elif "result" in message:
            self._result = self._parse(message["result"])
        elif "error" in message:
            self._error = error_from_json(message["error"])

    def _tell(self) -> None:
        with self._telling:
            self._followers = [one for one in self._followers if self._tell_one(one)]

    def _tell_one(self, follower: Follower) -> bool:
        try:
            follower(self)
        except Exception:
            logger.exception("whoever follows %s failed", self.title)
            return False
        return True

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return f"{lines[-1]}. " if lines else ""
