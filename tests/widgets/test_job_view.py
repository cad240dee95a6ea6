"""What a notebook shows of a job, from its first moment to long after its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets import Button, Widget
from ipywidgets.widgets.widget import _instances

from labwidgets.errors import ModelError
from labwidgets.jobs import JobProgress, turn
from labwidgets.project import Project
from labwidgets.widgets.job_view import JobView, ending, standing

VIEW = "application/vnd.jupyter.widget-view+json"
TIMEOUT_S = 120


class Page:
    """The outputs of cells, by their display id, as a page keeps them; widgets find their models."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.outputs: list[tuple[str, dict[str, Any]]] = []

    def publish(
        self, data: dict[str, Any], *, transient: dict[str, Any], update: bool = False, **_: Any
    ) -> None:
        place = transient["display_id"]
        if update:
            self.outputs = [(one, data if one == place else old) for one, old in self.outputs]
        else:
            self.outputs.append((place, data))

    def widgets(self, kind: type[Widget]) -> list[Any]:
        """Those of a kind that are on the page now."""
        found = [_instances[data[VIEW]["model_id"]] for _, data in self.outputs if VIEW in data]
        for one in found:
            found.extend(getattr(one, "children", ()))
        return [one for one in found if isinstance(one, kind)]

    def text(self) -> str:
        return "\n".join(data["text/plain"] for _, data in self.outputs)

    def html(self) -> str:
        return "\n".join(data["text/html"] for _, data in self.outputs)


@pytest.fixture
def page() -> Iterator[Page]:
    shell = InteractiveShell.instance()
    shell.kernel = object()  # type: ignore[attr-defined]  # what tells a notebook from a terminal
    page = Page(shell)
    shell.display_pub = page  # type: ignore[assignment]
    yield page
    InteractiveShell.clear_instance()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "corpus", language="en") as project:
        yield project


@pytest.mark.slow
def test_stop_ends_a_job_and_its_end_stays_without_any_widget(page: Page, project: Project) -> None:
    with turn(project.folder / ".segment.lock"):
        job = project.segment()
        page.shell.display_formatter.format(job)  # type: ignore[union-attr]  # the last line of its cell
        assert len(page.outputs) == 2, "it stands there already"
        (stop,) = page.widgets(Button)
        assert (stop.description, stop.disabled) == ("Stop", False)
        stop.click()
        assert (stop.description, stop.disabled) == ("Stopping…", True)
        job.result(TIMEOUT_S)
    assert page.widgets(Widget) == []
    assert page.text().startswith("Segmenting\n■ Stopped after")
    assert "run this cell again" in page.text()
    page.shell.execution_count += 1
    page.shell.display_formatter.format(job)  # type: ignore[union-attr]
    assert [place for place, _ in page.outputs[:2]] == [place for place, _ in page.outputs[2:]]
    assert page.outputs[2:] == page.outputs[:2]


@pytest.mark.slow
def test_a_job_that_fails_says_why_and_is_no_markup(page: Page, project: Project) -> None:
    job = project.draft("no/<b>such</b>")
    with pytest.raises(ModelError, match="no such model folder"):
        job.result(TIMEOUT_S)
    assert "✕ Failed after" in page.text()
    assert "&lt;b&gt;such" in page.html()
    assert "<b>" not in page.html()


def job_at(**given: Any) -> Any:
    told = {
        "state": "running",
        "progress": JobProgress(1_200, 4_000, "epoch 1 of 3"),
        "points": (),
        "is_stopping": False,
        "is_awaited": False,
        "took_s": 95.0,
        "outcome": None,
    }
    return SimpleNamespace(**told | given)


def test_a_job_says_how_far_it_is_what_it_is_at_and_for_how_long_still() -> None:
    assert standing(job_at(), 125.0) == "1,200 of 4,000 · epoch 1 of 3 · about 2 min left"
    assert standing(job_at(progress=JobProgress(0, 0, "starting")), None) == "starting"
    assert standing(job_at(is_stopping=True), 125.0).endswith("stops after the piece that it is at")


def test_what_came_out_is_told_once() -> None:
    done = job_at(state="done", outcome="4 drafted\n  none failed")
    assert ending(done) == ["✓ Done in 2 min.", "4 drafted"]
    assert ending(job_at(state="done", outcome="4 drafted", is_awaited=True)) == ["✓ Done in 2 min."]


def test_curves_of_a_training_grow_and_stay(page: Page) -> None:
    view = JobView("training x", stop=lambda: None)
    point = {"step": 1, "epoch": 1.0, "eval_loss": 2.0}
    view(job_at(points=(point,)))
    assert any("2.000" in getattr(one, "value", "") for one in page.widgets(Widget) if hasattr(one, "value"))
    view(job_at(points=(point, {**point, "step": 2, "eval_loss": 1.5}), state="done", outcome="run-1"))
    assert 'alt="&lt;Curves loss, lower is better: validation 1.500&gt;"' in page.html()
