"""Long work in a process of its own, as the process that started it sees it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from tqdm.auto import tqdm

from labwidgets.errors import JobError, LabError
from labwidgets.jobs.bars import draw
from labwidgets.jobs.messages import error_from_json

Result = TypeVar("Result")
JobState = Literal["running", "done", "failed", "cancelled"]


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
        title: Shown beside the progress bar.
        parse: Turns the worker's JSON result into what ``result()`` returns.
        watch: Called, on a thread, with each point of a curve that the worker tells of.
        given: What the worker needs besides, as JSON: sent where no list of processes shows it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        title: str,
        parse: Callable[[dict[str, Any]], Result],
        watch: Callable[[Mapping[str, float]], None] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self._title = title
        self._parse = parse
        self._watch = watch
        self._progress = JobProgress(0, 0, "starting")
        self._result: Result | None = None
        self._error: LabError | None = None
        self._cancelled = False
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
        self._bar = tqdm(total=None, desc=f"{title}: starting", unit="", disable=None, leave=True)
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
    def state(self) -> JobState:
        """``running``, ``done``, ``failed`` or ``cancelled``."""
        if not self._finished.is_set():
            return "running"
        if self._error is not None:
            return "failed"
        return "cancelled" if self._cancelled else "done"

    def cancel(self) -> None:
        """Ask the worker to stop after the piece it is at; what is done stays."""
        self._cancelled = True
        self._let_go()

    def result(self, timeout_s: float | None = None) -> Result:
        """Wait for the end and return what the work came to (after a cancel: as far as it got).

        Raises:
            LabError: What the worker raised.
            JobError: The worker died, or ``timeout_s`` ran out (the work goes on then).
        """
        if not self._finished.wait(timeout_s):
            raise JobError(f"{self._title} is not done yet", remedy="Wait longer, or cancel() it")
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise JobError(f"{self._title} ended without a result", remedy="Run it again: it resumes")
        return self._result

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<Job {self._title}: {self.state}>"

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
                f"the worker of {self._title} said something that cannot be understood",
                value=type(error).__name__,
                remedy="Restart the kernel, so that it runs the same labwidgets as the worker",
            )
            self._process.stdout.close()
        code = self._process.wait()
        if self._result is None and self._error is None:
            self._error = JobError(
                f"the worker of {self._title} died",
                value=f"exit code {code}",
                remedy=self._last_words() + "Run it again: it resumes where it was",
            )
        self._errors.close()
        self._let_go()
        self._bar.close()
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
            done, total, note = message["progress"]
            self._progress = JobProgress(done, total, note)
            draw(self._bar, done, total, self._title if total else f"{self._title}: {note}")
        elif "point" in message:
            if self._watch is not None:
                self._watch(message["point"])
        elif "result" in message:
            self._result = self._parse(message["result"])
        elif "error" in message:
            self._error = error_from_json(message["error"])

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return f"{lines[-1]}. " if lines else ""
