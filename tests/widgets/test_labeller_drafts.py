"""Drafts in the labeller that nobody heard, that nobody may see, or that are held back."""

from __future__ import annotations

from typing import Any

import pytest
from labellers import QUERY, segments, submission

from labwidgets.errors import ConfigError
from labwidgets.project import Project
from labwidgets.records import AuditPool, ModelRun, NewDecision, PoolUnit, Transcription
from labwidgets.widgets.labeller import Labeller


def test_a_text_that_nobody_heard_is_said_to_be_one(project: Project, page: Any) -> None:
    chosen = segments(project)[0]
    said = Transcription("as the model has it", (), 0.9, "en")
    project.store.add_hypotheses(ModelRun("run_1", "tiny", "r1", {}), {chosen: said}, as_draft=True)
    [one] = project.store.candidates("tiny")
    wanted = AuditPool("", "tiny", "confidence", 0, 5.0, 0.1, ((0.1, 1.0),))
    pool = project.store.open_pool(wanted, [PoolUnit(chosen, one.draft_id, 0.9)])
    project.store.decide(NewDecision(pool.id, 0.1, 0.05, 5, "basic", 0.5, 0.05, 3, (chosen,)))
    found = page.reply("segment", {"segment": chosen, "n_bins": 100})
    assert (found["text"], found["state"]) == ("as the model has it", "done")
    assert found["facts"][-1] == "accepted by a decision, heard by nobody"
    page.reply("submit", submission(chosen, text="as the model has it", draft=found["draft"]["id"]))
    assert project.store.thread(chosen, "a1")[-1].origin == "confirmed"
    assert (
        "accepted by a decision, heard by nobody"
        not in page.reply("segment", {"segment": chosen, "n_bins": 100})["facts"]
    )


def test_an_audit_carries_no_draft_to_the_page(project: Project, page: Any) -> None:
    chosen = segments(project)[0]
    said = Transcription("nobody may read this", (), 0.4, "en")
    project.store.add_hypotheses(ModelRun("run_1", "tiny", "r1", {}), {chosen: said}, as_draft=True)
    project.audit(1)
    found = page.reply("segment", {"segment": chosen, "n_bins": 100})
    assert (found["draft"], found["text"], found["words"]) == (None, "", [])
    assert found["no_draft"] == "this one is an audit, labelled by ear alone"
    listed = page.reply("queue", {"query": QUERY | {"filter": "audits"}, "offset": 0, "limit": 9})
    assert [(row["segment"], row["text"]) for row in listed["rows"]] == [(chosen, "")]
    page.reply("submit", submission(chosen, text="by ear"))
    assert [(one.origin, one.draft_id) for one in project.store.thread(chosen, "a1")] == [("typed", None)]
    assert "nobody" not in str([found, listed, page.reply("segment", {"segment": chosen, "n_bins": 100})])


# ---- drafts on probation ---------------------------------------------------------------------------------


def held(page: Any, segment: str) -> tuple[str, str | None]:
    found = page.reply("segment", {"segment": segment, "n_bins": 1, "hold_back": True})
    return found["text"], found["held_back"]


def said(project: Project, confidences: list[float | None], *, alarms: tuple[str, ...] = ()) -> list[str]:
    ids = segments(project)
    texts = {
        key: Transcription("as it was drafted", (), sure, "en", alarms)
        for key, sure in zip(ids, confidences, strict=True)
    }
    project.store.add_hypotheses(ModelRun("run_1", "tiny", "r1", {}), texts, as_draft=True)
    return ids


def test_a_draft_that_is_likely_bad_is_held_back_with_the_reason(project: Project, page: Any) -> None:
    bad, fair, unsure = said(project, [0.38, 0.6, None])
    text, why = held(page, bad)
    assert text == ""
    assert why == "about 62% of its words are likely wrong, which takes longer to mend than to type"
    assert held(page, fair) == ("as it was drafted", None)
    assert held(page, unsure) == ("as it was drafted", None)
    listed = page.reply("queue", {"query": QUERY, "offset": 0, "limit": 9})["rows"]
    assert [row["segment"] for row in listed if row["held_back"]] == [bad]
    # A view that does not ask for it shows the draft.
    assert page.reply("segment", {"segment": bad, "n_bins": 1})["text"] == "as it was drafted"


@pytest.mark.parametrize(
    ("setting", "n_held"), [("auto", 1), ("off", 0), ("0.35", 2), ("0.9", 0), ("no", 0), ("yes", 1)]
)
def test_the_project_says_from_where_on_drafts_are_held_back(
    project: Project, page_of: Any, setting: str, n_held: int
) -> None:
    (project.folder / "project.yaml").write_text(f"name: a\nlanguage: en\nprobation: {setting}\n")
    page = page_of(lambda: Labeller(Project.open(project.folder), annotator="a1"))
    ids = said(project, [0.38, 0.6, 0.95])
    assert sum(held(page, one)[1] is not None for one in ids) == n_held
    listed = page.reply("queue", {"query": QUERY, "offset": 0, "limit": 9})["rows"]
    assert sum(row["held_back"] for row in listed) == n_held


def test_a_text_that_people_gave_is_listed_however_bad_its_draft_was(project: Project, page: Any) -> None:
    bad, skipped, _ = said(project, [0.1, 0.1, 0.9])
    page.reply("submit", submission(bad, text="by ear"))
    page.reply("submit", submission(skipped, text="", skip_reason="noise"))
    listed = page.reply("queue", {"query": QUERY, "offset": 0, "limit": 9})["rows"]
    assert [(row["text"], row["held_back"]) for row in listed if row["segment"] == bad] == [("by ear", False)]
    assert [row["segment"] for row in listed if row["held_back"]] == [skipped]


@pytest.mark.parametrize("setting", ["0", "1.5", "sometimes"])
def test_a_probation_that_is_none_is_refused(project: Project, setting: str) -> None:
    (project.folder / "project.yaml").write_text(f"name: a\nlanguage: en\nprobation: {setting}\n")
    with pytest.raises(ConfigError, match="probation"):
        Project.open(project.folder)


def test_what_is_known_of_drafts_counts_once_the_queue_was_ranked(project: Project, page: Any) -> None:
    good, _, odd = said(project, [0.9, 0.4, 0.9])
    curve = {"wer": [1.0, 0.5], "unsure": 0.2, "alarmed": 0.7}
    project.store.rank(
        {}, {"rows": [], "notes": []}, {"crossing": 0.45, "models": {"tiny": curve}}, min_per_s=0.1
    )
    assert held(page, good)[1].startswith("about 55% of its words")
    alarmed = ModelRun("run_2", "tiny", "r1", {})
    project.store.add_hypotheses(
        alarmed, {odd: Transcription("la la la", (), 1.0, "en", ("repetition",))}, as_draft=True
    )
    assert held(page, odd)[1].startswith("about 70% of its words")


def test_the_store_keeps_that_a_box_started_empty(project: Project, page: Any) -> None:
    bad, revealed, fair = said(project, [0.38, 0.38, 0.9])
    draft_id = page.reply("segment", {"segment": revealed, "n_bins": 1})["draft"]["id"]
    page.reply("submit", submission(bad, blank=True))
    page.reply("submit", submission(revealed, blank=True, draft=draft_id, text="as it was drafted"))
    page.reply("submit", submission(fair, blank=False, draft=None))
    found = [(one.text, one.draft, one.is_blank) for one in project.store.done_items()]
    assert found == [
        ("hello", None, True),
        ("as it was drafted", "as it was drafted", True),
        ("hello", None, False),
    ]
    assert project.store.thread(bad, "a1")[-1].origin == "typed"
    assert project.store.thread(revealed, "a1")[-1].origin == "confirmed"
    # What was typed without the draft is opened without it again; what was made from it is not.
    assert held(page, bad) == (
        "hello",
        "about 62% of its words are likely wrong, which takes longer to mend than to type",
    )
    assert held(page, revealed) == ("as it was drafted", None)
    assert project.verify().ok
