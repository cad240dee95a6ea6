"""A project that says what is most worth labelling."""

from __future__ import annotations

import json
import random
import sys
import uuid

import pytest

from labwidgets.cli import main
from labwidgets.errors import ConfigError
from labwidgets.project import Project
from labwidgets.records import ModelRun, QueueQuery, Submission, Transcription

N = 120
VALUE = QueueQuery(order="value")


class Told:
    """A project of drafts by a model whose confidence is what it says; every tenth speaker is Indian."""

    def __init__(self, project, make_new_recording):
        self.project = project
        items = [
            make_new_recording(
                source=f"{n}.wav",
                bytes_sha256=f"{n:064x}",
                duration_s=4.0,
                accent="Indian" if n % 10 == 0 else "US",
                speaker=f"spk{n % 12}",
            )
            for n in range(N)
        ]
        project.store.add_recordings(items)
        self.ids = [segment.id for segment, _ in project.store.segments_to_draft()]
        chance = random.Random(5)
        said = {}
        for segment_id in self.ids:
            text = " ".join(f"w{chance.randrange(60)}" for _ in range(8))
            said[segment_id] = Transcription(text, (), chance.uniform(0.3, 1.0), "en")
        self.said = said
        project.store.add_hypotheses(ModelRun("run_m", "m", "r", {}), said, as_draft=True)

    def label(self, segment_id, text="so it was said", **fields):
        sent = Submission(str(uuid.uuid4()), segment_id, "a1", 0, text, **fields)
        return self.project.store.submit(sent)


@pytest.fixture
def told(tmp_path, make_new_recording):
    with Project.create(tmp_path / "p", language="en") as project:
        yield Told(project, make_new_recording)


def test_the_queue_begins_with_what_is_most_worth_it_and_says_why(told) -> None:
    project = told.project
    before = project.store.upcoming(VALUE, n=N)
    assert before == told.ids
    marker = project.change_marker()
    report = project.refresh_queue()
    assert (report.ranked, report.audits, report.undrafted) == (N, 0, 0)
    assert "120 open segments ranked: about" in str(report)
    assert project.change_marker() != marker
    found = project.what_next(5)
    assert [row.segment_id for row in found.rows] == project.store.upcoming(VALUE, n=5)
    first = found.rows[0]
    assert first.value > 0
    assert f"{first.minutes:.1f} min" in first.why
    assert "words wrong" in str(found)
    page = found._repr_html_()
    assert page.count("<tr>") == 6
    assert "most worth it first" in page
    assert project.verify().ok


def test_what_is_labelled_leaves_the_list_and_the_rest_is_told_again(told) -> None:
    project = told.project
    first = project.what_next(3).rows[0].segment_id
    told.label(first, active_ms=9000)
    assert first not in {row.segment_id for row in project.what_next(10).rows}
    assert project.store.upcoming(VALUE, after=first, n=1) == [project.what_next(1).rows[0].segment_id]
    project.refresh_queue()
    assert "0 of 1 labelled" in str(project.what_next(1)) or "1 of 1 labelled" in str(project.what_next(1))


def test_where_all_that_was_ranked_is_labelled_it_says_so(told, monkeypatch) -> None:
    monkeypatch.setattr(sys.modules["labwidgets.analysis.worth.plan"], "SHORTLIST", 2)
    told.project.refresh_queue()
    for row in told.project.what_next(5).rows:
        told.label(row.segment_id)
    found = told.project.what_next(5)
    assert not found.rows
    assert "project.refresh_queue() ranks the rest" in str(found)
    with pytest.raises(ConfigError, match=r"no such number of segments.*1 to 1000"):
        told.project.what_next(0)


def test_minutes_of_work_left_shrink_with_the_work(told) -> None:
    project = told.project
    assert project.store.counts().minutes_left is None
    project.store.rank({}, {"rows": [], "notes": []}, {}, min_per_s=0.0)
    assert project.store.counts().minutes_left is None
    assert "of work left" not in str(project.status())
    report = project.refresh_queue()
    left = project.store.counts().minutes_left
    assert left == pytest.approx(report.minutes)
    told.label(told.ids[0])
    assert project.store.counts().minutes_left == pytest.approx(left * (N - 1) / N)
    assert project.status().minutes_left == pytest.approx(left * (N - 1) / N)
    assert "of work left" in str(project.status())
    for segment_id in told.ids[1:]:
        told.label(segment_id)
    assert project.status().minutes_left == 0
    assert "of work left" not in str(project.status())


def test_times_of_the_team_replace_the_published_ones(told) -> None:
    project = told.project
    for n, segment_id in enumerate(told.ids[:60]):
        draft = project.store.view(segment_id, annotator="a1").draft
        told.label(segment_id, draft.text, active_ms=60_000 + n, draft_id=draft.id, origin="confirmed")
    report = project.refresh_queue()
    assert report.minutes / report.ranked == pytest.approx(1.0, rel=0.25)
    assert "Minutes by this team's own times (60 with a draft)" in report.notes[0]
    assert "m: 60 labelled drafts" in report.notes[2]


def test_audits_are_neither_shown_nor_told_by_their_places(told) -> None:
    project = told.project
    project.refresh_queue()
    ranked = project.store.upcoming(VALUE, n=N)
    project.audit(40)
    drawn = {row.segment_id for row in project.store.audits(project.store.pools()[-1].id)}
    now = project.store.upcoming(VALUE, n=N)
    # The draw hands their places around among them, and moves nobody else.
    assert [key for key in now if key not in drawn] == [key for key in ranked if key not in drawn]
    assert [key in drawn for key in now] == [key in drawn for key in ranked]
    assert [key for key in now if key in drawn] != [key for key in ranked if key in drawn]
    assert not drawn & {row.segment_id for row in project.what_next(N - 40).rows}
    assert project.refresh_queue().audits == 40
    assert project.verify().ok


def test_weights_come_from_the_settings_and_from_the_call(told) -> None:
    project = told.project
    project.settings = project.settings.model_copy(
        update={"worth": {"errors": 0, "novelty": 0, "accent:Indian": 100}}
    )
    project.refresh_queue(weights={"speaker": 0})
    indian = set(told.ids[::10])
    assert {row.segment_id for row in project.what_next(8).rows} <= indian
    with pytest.raises(ConfigError, match="nothing of that name"):
        project.refresh_queue(weights={"luck": 1})


def test_a_rebuild_forgets_the_ranking_and_it_is_made_again(told) -> None:
    project = told.project
    project.refresh_queue()
    ranked = project.store.upcoming(VALUE, n=N)
    project.store.rebuild()
    assert project.store.upcoming(VALUE, n=N) == told.ids
    shown = [row.segment_id for row in project.what_next(5).rows]
    assert project.store.upcoming(VALUE, n=N) == ranked
    assert shown == ranked[:5]


def test_a_speaker_who_was_taken_out_is_named_in_no_reason(told) -> None:
    project = told.project
    project.refresh_queue(weights={"errors": 0, "novelty": 0, "speaker:spk3": 30})
    assert "speaker spk3:" in str(project.what_next(N))
    project.store.withdraw("spk3")
    assert "spk3" not in str(project.store.ranking())
    assert "speaker spk3:" not in str(project.what_next(N))


def test_an_empty_project_has_nothing_next(tmp_path) -> None:
    with Project.create(tmp_path / "empty", language="en") as project:
        assert project.refresh_queue().ranked == 0
        assert project.what_next().rows == ()


def test_the_command_line_names_what_is_next(told, monkeypatch, capsys) -> None:
    folder = str(told.project.folder)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["labwidgets", "next", folder, "--json", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, json.loads(capsys.readouterr().out)

    code, found = run("-n", "3", "--weight", "coverage=2")
    assert (code, len(found["rows"]), found["ranked"]["ranked"]) == (0, 3, N)
    assert {"segment_id", "minutes", "wer", "errors", "novelty", "coverage", "value", "why"} == set(
        found["rows"][0]
    )
    assert run("-n", "2")[1]["ranked"] is None
    code, found = run("--weight", "coverage=much")
    assert (code, "a weight is no number" in found["error"]["message"]) == (2, True)
