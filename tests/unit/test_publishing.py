"""What a project gives away: consent first, snapshots that stay, speakers taken out wherever it reaches."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.errors import ConsentError, ConsentWarning, HubError, NotFoundError, ProjectError
from labwidgets.project import Project
from labwidgets.records import QueueQuery


@pytest.fixture
def project(tmp_path: Path):
    """Three speakers, two clips each, all labelled, the project holding copies of the files."""
    rng = np.random.default_rng(3)
    source = tmp_path / "recordings"
    source.mkdir()
    lines = []
    for n in range(6):
        name = f"clip{n}.wav"
        soundfile.write(source / name, rng.uniform(-0.3, 0.3, 8000), 16_000)
        lines.append(json.dumps({"file_name": name, "text": f"take {n}", "speaker": f"Zoe{n % 3}"}))
    (source / "metadata.jsonl").write_text("\n".join(lines))
    with Project.create(tmp_path / "corpus", language="en") as made:
        made.add(source)
        yield made


def segments(project: Project) -> dict[str, str]:
    """Ids by text."""
    return {row.text: row.segment_id for row in project.queue(QueueQuery()).rows}


def give_consent(project: Project, *names: str, **fields) -> None:
    project.consent(*(names or ("Zoe0", "Zoe1", "Zoe2")), **{"licence": "CC-BY-4.0", "form": "v2", **fields})


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# ---- consent -------------------------------------------------------------------------------------------


def test_nothing_goes_before_consent_is_on_record(project: Project) -> None:
    with pytest.raises(ConsentError, match="no consent of Zoe0 is on record"):
        project.push_to_hub("me/x")
    give_consent(project, "Zoe0", "Zoe1")
    give_consent(project, "Zoe2", scope=("commercial",))
    with pytest.raises(ConsentError, match="Zoe2 did not allow to share"):
        project.push_to_hub("me/x")


def test_a_dry_run_says_what_stands_against_it(project: Project) -> None:
    report = project.push_to_hub("me/x", dry_run=True)
    assert "before it may go: no consent of Zoe0 is on record" in str(report)
    assert "6 segments have no licence" in str(report)
    give_consent(project)
    report = project.push_to_hub("me/x", dry_run=True)
    assert "before it may go" not in str(report)
    assert report.bytes_sent > 0


def test_the_licence_of_a_consent_counts_where_a_recording_states_none(project: Project) -> None:
    give_consent(project)
    splits = project.dataset()
    assert {licence for part in splits.values() for licence in part["licence"]} == {"CC-BY-4.0"}


def test_a_data_set_of_one_s_own_says_once_whose_consent_is_missing(project: Project) -> None:
    give_consent(project, "Zoe0")
    give_consent(project, "Zoe2", scope=("commercial",))
    with pytest.warns(ConsentWarning) as said:
        project.dataset()
    (warning,) = said
    assert warning.filename == __file__
    text = str(warning.message)
    assert text.startswith("no consent of Zoe1 is on record; Zoe2 did not allow to share the recordings.")
    assert "project.push_to_hub does" in text
    give_consent(project)
    with warnings.catch_warnings(action="error"):
        project.dataset()


@pytest.mark.parametrize(
    ("speakers", "fields", "said"),
    [
        (("ana",), {"scope": ("everything",)}, "no such scope"),
        ((), {}, "at least one speaker"),
        ((" ",), {}, "at least one speaker"),
        (("ana",), {"licence": ""}, "at least one speaker, and a licence"),
    ],
)
def test_half_a_consent_is_refused(project: Project, speakers, fields, said) -> None:
    with pytest.raises(ConsentError, match=said):
        project.consent(*speakers, **{"licence": "CC0-1.0", **fields})
    assert project.consents() == []


def test_a_bad_name_of_a_repository_is_told_before_anything_is_written(project: Project) -> None:
    with pytest.raises(HubError, match="not the name of a repository"):
        project.push_to_hub("no-owner", dry_run=True)
    assert not (project.folder / "datasets").exists()


# ---- snapshots -----------------------------------------------------------------------------------------


def test_a_snapshot_stays_as_it_was_and_the_difference_is_told(project: Project) -> None:
    project.save("v1")
    ids = segments(project)
    project.submit_text(ids["take 1"], "take one", annotator="a1")
    project.store.retire(ids["take 2"])
    project.save("v2")
    assert [snapshot.name for snapshot in project.snapshots()] == ["v1", "v2"]
    texts = {text for part in project.as_of("v1").values() for text in part["text"]}
    assert texts == {f"take {n}" for n in range(6)}

    found = project.difference("v1", "v2")
    (change,) = found.changed
    assert (change.segment_id, change.before["text"], change.after["text"]) == (
        ids["take 1"],
        "take 1",
        "take one",
    )
    assert change.after["label_origin"] == "corrected"
    assert [one.segment_id for one in found.removed] == [ids["take 2"]]
    assert (found.added, found.n_same) == ((), 4)
    assert str(found).startswith("v1 to v2: 0 added, 1 removed, 1 changed, 4 the same.")
    assert project.difference("v2").changed == ()


def test_a_snapshot_that_is_not_there_is_named_with_those_that_are(project: Project) -> None:
    project.save("v1")
    with pytest.raises(NotFoundError, match=r"no such snapshot: 'v9'. allowed: v1"):
        project.as_of("v9")
    (project.folder / "datasets" / "v1").rename(project.folder / "elsewhere")
    with pytest.raises(ProjectError, match="files of the snapshot are gone"):
        project.as_of("v1")


@pytest.mark.filterwarnings("ignore::labwidgets.errors.ConsentWarning")
def test_the_data_set_is_written_once_for_the_same_labels(project: Project) -> None:
    seen = []
    project.push_to_hub("me/x", dry_run=True, progress=lambda *step: seen.append(step))
    give_consent(project, "Zoe0")
    n_first = len(seen)
    project.dataset(progress=lambda *step: seen.append(step))
    n_second = len(seen)
    project.save("v1")
    project.dataset(progress=lambda *step: seen.append(step))
    assert (n_first, n_second, len(seen)) == (6, 12, 12)  # a consent may bring a licence into the rows


def test_how_far_annotators_agree_is_in_the_rows_and_in_the_card(project: Project) -> None:
    give_consent(project)
    ids = segments(project)
    project.submit_text(ids["take 1"], "take one now", annotator="a1")
    project.submit_text(ids["take 1"], "Take one!", annotator="a2")
    project.submit_text(ids["take 2"], "take two", annotator="a1")
    splits = project.dataset()
    rows = {row["text"]: row for part in splits.values() for row in part.remove_columns("audio").to_list()}
    assert (rows["Take one!"]["n_opinions"], rows["Take one!"]["agreement"]) == (2, 0.8)
    assert (rows["take two"]["n_opinions"], rows["take two"]["agreement"]) == (1, None)
    project.save("v1")
    card = (project.folder / "datasets" / "v1" / "README.md").read_text()
    assert "Agreement between annotators: 80.0% of the words on average, over 1 segment " in card
    assert "One annotator a segment" not in card


# ---- withdrawal ----------------------------------------------------------------------------------------


def test_a_speaker_who_withdraws_is_nowhere_in_the_project(project: Project) -> None:
    give_consent(project)
    project.save("v1")
    project.dataset()
    gone = [one for one in project.store.recordings() if one.speaker == "Zoe1"]
    sounds = [project.cache._path(one.bytes_sha256, ".flac") for one in gone]
    wanted = [path.read_bytes()[200:400] for path in sounds]
    others = [row.segment_id for row in project.queue(QueueQuery()).rows if row.speaker != "Zoe1"]

    report = project.withdraw("Zoe1")

    assert (report.recordings, report.segments) == (2, 2)
    assert not any(path.exists() for path in sounds)
    left = all_bytes(project.folder)
    assert b"Zoe1" not in left
    assert b"take 1" not in left
    assert b"take 4" not in left
    assert b"Zoe0" in left
    assert not any(piece in left for piece in wanted)
    assert project.verify().ok
    assert project.status().recordings == 4
    assert {row.segment_id for row in project.queue(QueueQuery()).rows} == set(others)
    (snapshot,) = project.snapshots()
    assert snapshot.n_rows == 4
    assert sum(len(part) for part in project.as_of("v1").values()) == 4
    assert "4 segments" in (project.folder / "datasets" / "v1" / "README.md").read_text()
    assert sum(len(part) for part in project.dataset().values()) == 4


def test_the_report_names_what_is_clean_and_what_is_not(project: Project) -> None:
    project.save("v1")
    (project.folder / "models" / "tiny-ours").mkdir(parents=True)
    report = project.withdraw("Zoe1")
    assert any("datasets/v1: 2 rows" in line for line in report.cleaned)
    assert any("free pages" in line for line in report.cleaned)
    left = "\n".join(report.not_cleaned)
    assert "clip1.wav" in left
    assert "models that may have learned from them: tiny-ours" in left
    assert "browsers of labellers" in left
    assert "backups" in left
    assert "LEFT: the recordings where they lie" in str(report)


def test_names_of_files_in_an_old_snapshot_go_with_the_speaker(project: Project, monkeypatch) -> None:
    from labwidgets.corpus import spool

    def with_file_name(row, reference, *, snapshot):
        return {**plain_row(row, reference, snapshot=snapshot), "source": Path(row.recording.source).name}

    plain_row = spool.plain_row
    # As data sets were written at first.
    monkeypatch.setattr(spool, "plain_row", with_file_name)
    project.save("v1")
    assert b"clip1.wav" in all_bytes(project.folder / "datasets")
    report = project.withdraw("Zoe1")
    left = all_bytes(project.folder)
    assert not any(name in left for name in (b"clip1.wav", b"clip4.wav"))
    assert b"clip0.wav" in left
    assert "datasets/v1: 2 rows" in report.cleaned


def test_a_snapshot_whose_rows_were_being_taken_out_at_a_kill_is_whole(project: Project) -> None:
    project.save("v1")
    folder = project.folder / "datasets"
    shutil.copytree(folder / "v1", folder / ".without-v1")
    (folder / "v1").rename(folder / ".before-v1")
    assert sum(len(part) for part in project.as_of("v1").values()) == 6
    assert not (folder / ".before-v1").exists()
    project.withdraw("Zoe1")
    assert project.snapshots()[0].n_rows == 4


def test_what_was_taken_out_is_refused_when_it_is_added_again(project: Project, tmp_path: Path) -> None:
    project.withdraw("Zoe1")
    report = project.add(tmp_path / "recordings")
    assert (report.added, report.known) == (0, 4)
    assert {refusal.reason for refusal in report.refused} == {
        "its speaker took consent back: it is not taken in again"
    }


def test_an_unknown_speaker_cannot_withdraw(project: Project) -> None:
    with pytest.raises(NotFoundError, match="unknown speaker: 'Nobody'"):
        project.withdraw("Nobody")


def test_a_snapshot_of_one_speaker_alone_goes_with_them(project: Project) -> None:
    for row in project.queue(QueueQuery()).rows:
        if row.speaker != "Zoe1":
            project.store.retire(row.segment_id)
    project.save("v1")
    project.withdraw("Zoe1")
    assert project.snapshots()[0].n_rows == 0
    with pytest.raises(ProjectError, match="files of the snapshot are gone"):
        project.as_of("v1")
