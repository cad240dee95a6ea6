"""A job in a notebook: what it is at, how far, how long still, a way to stop it; and how it ended, for good.

While it runs this is made of widgets: their messages pass the running cells, and a page that was closed
meanwhile finds them as they are. At the end plain HTML takes their place: it needs no kernel and stays in the
file of the notebook.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from IPython import get_ipython
from IPython.display import display
from ipywidgets import HTML, Button, FloatProgress, HBox, VBox

from labwidgets.analysis.markup import Element, element
from labwidgets.jobs import Job, Pace
from labwidgets.jobs.job import Result
from labwidgets.records import length
from labwidgets.training.curves import Curves
from labwidgets.widgets._base import let_page_choose_loop

_VIEW = "application/vnd.jupyter.widget-view+json"
_SHORTEST_WAIT_S = 0.25
_BETWEEN_PICTURES_S = 1.0
_GOES_ON = "What is done stays: run this cell again, and it goes on from there."
_MAY_STOP = "It may be stopped: what is done stays, and the same cell, run again, goes on from there."
_LOSS = "loss, lower is better"


class NotebookJob(Job[Result]):
    """A job that shows itself in the cell where it began, and in any other whose last line it is."""

    @cached_property
    def view(self) -> JobView:
        """What stands in the cell where it is asked for first."""
        return JobView(self.title, stop=self.cancel)

    def _ipython_display_(self) -> None:
        self.view.show()


class JobView:
    """Follows a job on a page.

    Args:
        title: Of the job.
        stop: Called when somebody presses Stop.
    """

    def __init__(self, title: str, *, stop: Callable[[], None]) -> None:
        self._title = title[:1].upper() + title[1:]
        self._pace = Pace()
        self._told_s = self._drawn_s = 0.0
        self._n_drawn = 0
        self._told: tuple[object, ...] = ()
        self._end: dict[str, str] = {}
        self._bar = FloatProgress(max=1.0, layout={"flex": "0 1 16rem", "min_width": "6rem"})
        self._words = HTML(layout={"flex": "0 1 auto"})
        self._stop = Button(
            description="Stop", tooltip=_GOES_ON, layout={"width": "auto", "flex": "0 0 auto"}
        )
        self._stop.on_click(lambda _: stop())
        layout = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 .6rem"}
        self._row = HBox([self._bar, self._stop, self._words], layout=layout)
        self._below = HTML()
        self._all = VBox([self._row, self._below])
        for widget in (self._bar, self._words, self._stop, self._row, self._below, self._all):
            let_page_choose_loop(widget.comm)
        self._head = display(self._heading(_MAY_STOP), raw=True, display_id=True)
        self._body = display(self._running(), raw=True, display_id=True)
        self._cell = _cell()

    def show(self) -> None:
        """Show it in this cell, too, unless it stands here."""
        if _cell() == self._cell:
            return
        self._cell = _cell()
        heading = self._heading("" if self._end else _MAY_STOP)
        display(heading, raw=True, display_id=self._head.display_id)
        display(self._end or self._running(), raw=True, display_id=self._body.display_id)

    def __call__(self, job: Job[Any]) -> None:
        """Take news."""
        if job.state == "running":
            self._show_progress(job)
            return
        lines = ending(job)
        whole = element("div", *(element("div", line) for line in lines), self._curves(job), role="status")
        self._end = _bundle(whole, "\n".join(lines))
        # A page that was closed meanwhile comes back to the widgets.
        self._below.value, self._row.layout.display = whole.markup, "none"
        self._head.update(self._heading(""), raw=True)
        self._body.update(self._end, raw=True)

    def _show_progress(self, job: Job[Any]) -> None:
        now_s, at = time.monotonic(), job.progress
        left_s = self._pace.left_s(at.done, at.total, now_s=now_s)
        told = (at.note, at.total, job.is_stopping)
        if told == self._told and now_s - self._told_s < _SHORTEST_WAIT_S:
            return
        self._told, self._told_s = told, now_s
        self._bar.value = at.done / at.total if at.total else 0.0
        self._words.value = element("span", standing(job, left_s)).markup
        if job.is_stopping:
            self._stop.disabled, self._stop.description = True, "Stopping…"
        if len(job.points) != self._n_drawn and now_s - self._drawn_s > _BETWEEN_PICTURES_S:
            self._n_drawn, self._drawn_s = len(job.points), now_s
            self._below.value = self._curves(job).markup

    def _curves(self, job: Job[Any]) -> Element:
        """Return how the losses of a training go; nothing of other work."""
        return Element(Curves(_LOSS, job.points)._repr_html_() if job.points else "")

    def _running(self) -> dict[str, Any]:
        """Return what a page shows while it runs, with a word for those that have no widgets."""
        return {_VIEW: self._all.get_view_spec(), **_bundle(element("div", "under way"), "under way")}

    def _heading(self, said: str) -> dict[str, str]:
        whole = element("div", element("strong", self._title), f". {said}" if said else None)
        return _bundle(whole, f"{self._title}. {said}" if said else self._title)


def standing(job: Job[Any], left_s: float | None) -> str:
    """Return how far a job is, what it is at, and for how long still."""
    at = job.progress
    said = [f"{at.done:,} of {at.total:,}"] if at.total else []
    said += [at.note] if at.note else []
    if job.is_stopping:
        said.append("stops after the piece that it is at")
    elif left_s:
        said.append(f"about {length(left_s / 3600)} left")
    return " · ".join(said)


def ending(job: Job[Any]) -> list[str]:
    """Return how a job ended, in lines."""
    took, at, outcome = length(job.took_s / 3600), job.progress, job.outcome
    if job.state == "failed":
        return [f"✕ Failed after {took}: {outcome}"]
    if job.state == "cancelled":
        place = f", at {at.done:,} of {at.total:,}" if at.total else ""
        return [f"■ Stopped after {took}{place}. {_GOES_ON}"]
    # What somebody waits for is shown by whoever asked.
    summary = [] if job.is_awaited else str(outcome).splitlines()[:1]
    return [f"✓ Done in {took}.", *summary]


def _bundle(whole: Element, said: str) -> dict[str, str]:
    return {"text/html": whole.markup, "text/plain": said}


def _cell() -> int:
    """Return the number of the cell that runs."""
    number: int = get_ipython().execution_count
    return number
