"""Learning from drafts as if they were references, and keeping the two apart."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import soundfile
from safetensors.numpy import load_file

from labwidgets.cli import main
from labwidgets.config import PseudoSettings
from labwidgets.errors import ConfigError, ConsentWarning, NotFoundError, TrainingError
from labwidgets.records import (
    Hypothesis,
    ModelRun,
    NewDecision,
    PseudoClip,
    PseudoLabel,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    TrainReport,
    Transcription,
    UnlabelledSegment,
    Word,
)
from labwidgets.training.pseudo import Rota, Sieve, disagreement, per_epoch, sift, still_there

QUICK = {
    "epochs": 2,
    "batch_size": 8,
    "architecture": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16},
}
SMALL = {"recipe": "ctc-small", "settings": QUICK}

# ---- filters ---------------------------------------------------------------------------------------------


def clip(text: str, *, duration_s: float = 2.0, language: str = "en", **fields: object) -> PseudoClip:
    words = tuple(Word(word, 0.0, 0.1, 0.95) for word in text.split())
    draft = Hypothesis("hyp_1", "seg_1", "run", "m", "r", text, words, 0.95, language, ())
    segment = UnlabelledSegment("seg_1", "eve", 1.0, 1.0 + duration_s, language, None)
    return PseudoClip(segment, replace(draft, **fields))


def unsure(*confidences: float) -> tuple[Word, ...]:
    return tuple(Word("w", 0.0, 0.1, one) for one in confidences)


@pytest.mark.parametrize(
    ("one", "failed"),
    [
        (clip("the cat sat"), []),
        (clip(" . "), ["empty", "pace"]),
        (clip("go on. go on. go on. go on.", duration_s=4), ["repetition", "agreement"]),
        (clip("the cat sat", alarms=("repetition",)), ["repetition"]),
        (clip("the cat sat", alarms=("text-in-silence",)), ["alarm"]),
        (clip("the cat sat", duration_s=31), ["duration", "pace"]),
        (clip("the cat sat", duration_s=0.31), ["pace"]),
        (clip("the cat sat", words=unsure(0.99, 0.99, 0.5)), ["confidence"]),
        (clip("the cat sat", words=(), confidence=None), ["confidence"]),
        (clip("the cat sat", words=(), confidence=0.93), []),
        (clip("the hat sat"), ["agreement"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value.draft.text[:12],
)
def test_each_filter_keeps_out_what_it_is_for(one, failed):
    sieve = Sieve(PseudoSettings(), seconds={"seg_1": "The cat sat!"})
    if one.draft.text == " . ":
        sieve = Sieve(PseudoSettings(), seconds={"seg_1": ""})
    assert sieve.failed(one) == failed


def test_a_voice_that_measures_teaches_nothing_whatever_the_filters():
    loose = PseudoSettings(max_disagreement=None, min_confidence=None)
    assert Sieve(loose, held_out=frozenset({"eve"})).failed(clip("the cat sat")) == ["speaker"]
    assert Sieve(loose, held_out=frozenset({"ana"})).failed(clip("the cat sat")) == []


def test_without_the_second_model_s_word_there_is_no_agreement():
    assert Sieve(PseudoSettings(), seconds={}).failed(clip("the cat sat")) == ["agreement"]


def test_scripts_without_spaces_are_compared_by_character_and_have_no_pace():
    assert disagreement("今天天气很好", "今天天气真好", spaceless=True) == pytest.approx(1 / 6)
    one = clip("今天天气很好", language="zh", duration_s=4)
    assert Sieve(PseudoSettings(), seconds={"seg_1": "今天天气很好"}).failed(one) == []


def test_the_count_by_filter_counts_a_draft_under_each_that_it_fails():
    clips = [clip("the cat sat"), clip("the hat sat", words=unsure(0.1)), clip("the cat sat", alarms=("x",))]
    passed, failed = sift(clips, Sieve(PseudoSettings(), seconds={"seg_1": "the cat sat"}))
    assert passed == [clips[0]]
    assert {name: n for name, n in failed.items() if n} == {"alarm": 1, "confidence": 1, "agreement": 1}


def test_all_clips_of_a_rota_are_heard_before_one_comes_again():
    rota = Rota(tuple(range(10)), 4, seed=3)
    heard = [rota.clip(place, epoch=epoch) for epoch in range(5) for place in range(4)]
    assert sorted(heard[:10]) == sorted(heard[10:]) == list(range(10))
    assert heard[:10] != heard[10:]
    assert heard == [rota.clip(place, epoch=epoch) for epoch in range(5) for place in range(4)]
    assert per_epoch(8, 0, 0.5) == 0


def test_drafts_of_segments_that_are_gone_or_moved_are_not_heard():
    one = clip("the cat sat")
    labels = [PseudoLabel("seg_1", "hyp_1", 1.0, 3.0), PseudoLabel("seg_2", "hyp_2", 0.0, 1.0)]
    kept, gone = still_there(labels, {"hyp_1": one})
    assert (kept, [refusal.source for refusal in gone]) == ([one], ["seg_2"])
    moved = replace(one, segment=replace(one.segment, end_s=2.5))
    kept, gone = still_there(labels[:1], {"hyp_1": moved})
    assert (kept, gone[0].reason) == ([], "the segment was moved since its draft was chosen")


# ---- a project -------------------------------------------------------------------------------------------


def add_unlabelled(project, tmp_path, *, n=6, speakers=("eve",)):
    """Add clips without references and return their segments in order."""
    rows = []
    for speaker in speakers:
        for number in range(n):
            path = tmp_path / "more" / f"{speaker}{number}.wav"
            path.parent.mkdir(exist_ok=True)
            noise = np.random.default_rng([number, *speaker.encode()]).standard_normal(12_000)
            soundfile.write(path, 0.1 * noise, 16_000)
            rows.append({"audio": str(path), "speaker": speaker})
    before = {segment.id for segment, _ in project.store.segments_to_draft()}
    project.add(rows)
    return [segment.id for segment, _ in project.store.segments_to_draft() if segment.id not in before]


def say(project, model, texts, *, confidence=0.95, as_draft=False):
    said = {
        key: Transcription(
            text, tuple(Word(word, 0.0, 0.2, confidence) for word in text.split()), confidence, "en"
        )
        for key, text in texts.items()
    }
    run = ModelRun(f"run_{uuid.uuid4()}", model, "r", {})
    project.store.add_hypotheses(run, said, as_draft=as_draft)


@pytest.fixture
def drafted(labelled, tmp_path):
    """Labelled clips of four speakers, and six more of a fifth, drafted by two models that agree on four."""
    ids = add_unlabelled(labelled, tmp_path)
    say(labelled, "first", dict.fromkeys(ids, "ab"), as_draft=True)
    say(labelled, "second", {key: "ab" if place < 4 else "ba" for place, key in enumerate(ids)})
    return labelled, ids


def truth(project):
    """Return all that counts: references, and the rows of the data set."""
    rows = [row for row in project.store.labelled_rows() if row.reference is not None]
    with pytest.warns(ConsentWarning):
        splits = project.dataset()
    data = {name: split.remove_columns("audio").to_list() for name, split in splits.items()}
    return project.store.labels_marker(), {row.segment.id: row.reference for row in rows}, data


@pytest.mark.slow
def test_a_model_learns_from_drafts_that_pass_and_they_become_no_references(drafted):
    project, ids = drafted
    before = truth(project)
    report = project.train_here(**SMALL, pseudo=True)
    assert truth(project) == before
    assert (report.n_pseudo, report.n_pseudo_epoch, report.n_accepted) == (4, 4, 0)
    assert report.clips == {"train": 16, "validation": 8, "test": 8}
    told = report.pseudo
    assert (told.model, told.second, told.n_drafts, told.n_passed) == ("first", "second", 6, 4)
    assert {name: n for name, n in told.failed.items() if n} == {"agreement": 2}
    assert "pseudo-labels: 4 clips, 4 in each epoch" in str(report)
    assert "4 of 6 drafts by first (3 s) pass, held against second; failed: 2 by agreement" in str(report)
    used = project.run_segments("run-1")
    assert used["pseudo"] == ids[:4]
    assert not set(used["pseudo"]) & {key for name in ("train", "validation", "test") for key in used[name]}
    stored = (project.folder / "models" / "run-1" / "run.json").read_text()
    assert TrainReport.from_dict(json.loads(stored)) == report
    # Ids alone: what is taken out of the store is not in the models' folder either.
    assert '"ab"' not in (project.folder / "models" / "run-1" / "drafts.json").read_text()
    # Three steps an epoch: twenty clips by eight.
    assert max(point["step"] for point in report.curve) == 6


@pytest.mark.slow
def test_the_same_call_gives_the_same_report_until_other_drafts_pass(drafted):
    project, ids = drafted
    first = project.train_here(**SMALL, pseudo=True)
    assert project.train_here(**SMALL, pseudo=True) == first
    assert project.train_here(**SMALL).run == "run-2"
    assert project.train_here(**SMALL, pseudo={"share": 0.1}).n_pseudo_epoch == 1
    say(project, "second", {ids[4]: "ab"})
    other = project.train_here(**SMALL, pseudo=True)
    assert (other.run, other.n_pseudo) == ("run-4", 5)


@pytest.mark.slow
def test_a_stopped_run_goes_on_with_the_drafts_it_began_with_and_can_be_made_again(drafted, monkeypatch):
    project, ids = drafted
    whole = project.train_here(**SMALL, pseudo={"share": 0.15})
    steps = []
    partly = project.train_here(
        **SMALL,
        pseudo={"share": 0.15},
        again=True,
        progress=lambda done, _total, note: steps.append(done) if note.startswith("epoch") else None,
        stopped=lambda: len(steps) >= 4,
    )
    assert (partly.state, partly.n_pseudo_epoch) == ("stopped", 2)
    say(project, "second", {ids[4]: "ab"})
    resumed = project.train_here(**SMALL, pseudo={"share": 0.15})
    assert (resumed.run, resumed.state, resumed.n_pseudo) == ("run-2", "trained", 4)
    assert resumed.notes == ("other drafts pass the filters since it began: it goes on with those of then",)
    assert resumed.curve == whole.curve
    again = project.train_here(
        recipe=whole.recipe, settings=whole.settings, snapshot=whole.snapshot, pseudo="run-1", again=True
    )
    assert (again.run, again.n_pseudo, again.curve) == ("run-3", 4, whole.curve)
    weights = [load_file(project.folder / "models" / f"run-{n}" / "model.safetensors") for n in (1, 2, 3)]
    for name, values in weights[0].items():
        np.testing.assert_allclose(weights[1][name], values, atol=1e-6)
        np.testing.assert_array_equal(weights[2][name], values)
    asked = []
    monkeypatch.setattr("labwidgets.project.training.start_job", lambda given, **_: asked.append(given))
    project.retrain("run-1")
    assert asked[0][asked[0].index("--pseudo") + 1] == "run-1"
    project.train(pseudo=True)
    assert asked[1][asked[1].index("--pseudo") + 1] == "{}"


@pytest.mark.slow
def test_who_was_learned_from_never_measures_and_who_measures_is_never_learned_from(labelled, tmp_path):
    with pytest.warns(ConsentWarning):
        labelled.dataset()
    measuring = {name for name, split in labelled.store.splits().items() if split != "train"}
    new = [f"new{n}" for n in range(4)]
    ids = add_unlabelled(labelled, tmp_path, n=2, speakers=(*sorted(measuring), *new))
    for model in ("first", "second"):
        say(labelled, model, dict.fromkeys(ids, "ab"))
    report = labelled.train_here(**SMALL, pseudo=True)
    assert report.pseudo.failed["speaker"] == 2 * len(measuring)
    assert labelled.run_segments("run-1")["pseudo"] == ids[2 * len(measuring) :]
    # A person labels what was learned from: it may teach, and still must not measure.
    for key in ids[-8:]:
        labelled.submit_text(key, "ba", annotator="a1")
    second = labelled.train_here(**SMALL)
    assert second.clips == {"train": 24, "validation": 8, "test": 8}


@pytest.mark.slow
def test_drafts_that_a_decision_accepted_teach_as_references_or_not_at_all(drafted):
    project, ids = drafted
    project.store.assign_splits({"eve": "train"})
    pool, units = project._new_pool("first", None)
    pool = project.store.open_pool(pool, units)
    project.store.decide(NewDecision(pool.id, 0.1, 0.05, 5, "basic", 0.5, 0.04, 3, tuple(ids[:2])))
    report = project.train_here(**SMALL, pseudo=True)
    # They are references by now, so no pseudo-labels.
    assert (report.n_accepted, report.clips["train"], report.n_pseudo) == (2, 18, 2)
    assert "2 references are drafts that a decision accepted" in str(report)
    without = project.train_here(recipe="ctc-small", settings={**QUICK, "learn_accepted": False})
    assert (without.n_accepted, without.clips["train"]) == (0, 16)
    assert {one.source for one in without.left_out} == set(ids[:2])


@pytest.mark.slow
def test_two_trainings_are_held_against_each_other_on_the_test_set(drafted):
    project, _ = drafted
    first, second = project.train_here(**SMALL), project.train_here(**SMALL, pseudo=True)
    found = project.compare_runs("run-1", "run-2")
    assert {name: score.wer for name, score in found.scores.items()} == {
        "run-1": first.after["wer"],
        "run-2": second.after["wer"],
    }
    [pair] = found.pairs
    assert {pair.a, pair.b} == {"run-1", "run-2"}
    assert next(iter(found.scores.values())).ids == project.run_segments("run-1")["test"]
    with pytest.raises(NotFoundError, match=r"none of these is a training.*'tiny.en'. allowed: run-2, run-1"):
        project.compare_runs("tiny.en")
    path = project.folder / "models" / "run-1" / "segments.json"
    path.write_text(json.dumps({"train": [], "validation": [], "test": [], "pseudo": []}))
    with pytest.raises(TrainingError, match="these trainings were measured with nothing in common"):
        project.compare_runs("run-1", "run-2")


@pytest.mark.slow
def test_a_draft_whose_segment_moved_is_left_out_and_said(drafted):
    project, ids = drafted
    first = project.train_here(**SMALL, pseudo=True)
    [moved] = [one for one, _ in project.store.segments_to_draft() if one.id == ids[0]]
    piece = SegmentPiece(moved.id, moved.channel, 0.0, 0.5)
    refs = (SegmentRef(moved.id, moved.version),)
    project.change_segments(
        SegmentChange(str(uuid.uuid4()), moved.recording_id, "a1", "retime", refs, (piece,))
    )
    again = project.train_here(
        recipe=first.recipe, settings=first.settings, snapshot=first.snapshot, pseudo="run-1", again=True
    )
    assert again.n_pseudo == 3
    assert [(one.source, one.reason) for one in again.left_out] == [
        (ids[0], "the segment was moved since its draft was chosen")
    ]


def test_drafts_that_are_spelt_otherwise_are_told_of_and_never_silently_lost(drafted):
    project, ids = drafted
    for model in ("second", "first"):
        say(project, model, dict.fromkeys(ids, "AB!"), as_draft=True)
    call = {"recipe": "ctc-small", "settings": {**QUICK, "text": "tags"}, "pseudo": True}
    with pytest.raises(TrainingError, match=r"none of the drafts.*no token for ! A B'.*capitals with.*basic"):
        project.train_here(**call)
    say(project, "first", {ids[0]: "ab"}, as_draft=True)
    told = []
    report = project.train_here(
        **call, progress=lambda *one: told.append(one[2]), stopped=lambda: "epoch 1 of 2" in told
    )
    assert (report.n_pseudo, len(report.left_out)) == (1, 5)
    assert report.notes[0].startswith("references are in small letters, drafts in capitals with punctuation")


# ---- what would pass, without training -------------------------------------------------------------------


def test_confidences_are_calibrated_by_those_who_are_learned_from_alone(labelled, tmp_path):
    labelled.store.assign_splits({"ana": "train", "ben": "test", "cai": "validation", "dee": "train"})
    rows = list(labelled.store.labelled_rows())
    for row in rows:
        labelled.submit_text(row.segment.id, "a b b a a b b a", annotator="a1")
    # By those who measure the model is always right, by the others every other time.
    heard = {
        row.segment.id: "a b b a a b b a" if row.recording.speaker in ("ben", "cai") else "a b b a b a a b"
        for row in rows
    }
    ids = add_unlabelled(labelled, tmp_path, n=2)
    say(labelled, "first", heard | dict.fromkeys(ids, "ab"))
    report = labelled.pseudo_labels({"max_disagreement": None})
    assert report.confidence == "calibrated with 128 words that people labelled"
    assert (report.n_passed, report.failed["confidence"]) == (0, 2)
    assert labelled.pseudo_labels({"max_disagreement": None, "min_confidence": 0.4}).n_passed == 2
    assert labelled.pseudo_labels({"max_disagreement": None, "calibrated": False}).n_passed == 2


def test_what_would_pass_is_told_and_nothing_is_changed(drafted):
    project, _ = drafted
    before = project.store.change_marker()
    report = project.pseudo_labels()
    assert (report.n_passed, report.confidence) == (
        4,
        "as its model gave it: 0 words that people labelled are too few to calibrate with",
    )
    assert project.pseudo_labels({"max_disagreement": None, "min_confidence": None}).n_passed == 6
    assert project.pseudo_labels({"calibrated": False}).confidence == "as its model gave it"
    assert project.pseudo_labels({"model": "second"}).second == "first"
    assert project.store.change_marker() == before


def test_what_cannot_be_chosen_from_is_said(labelled, tmp_path):
    with pytest.raises(TrainingError, match="there are no drafts of unlabelled segments to learn from"):
        labelled.train_here(**SMALL, pseudo=True)
    ids = add_unlabelled(labelled, tmp_path, n=2)
    say(labelled, "first", dict.fromkeys(ids, "ab"))
    with pytest.raises(TrainingError, match=r"no second model drafted the same segments.*'first'"):
        labelled.train_here(**SMALL, pseudo=True)
    with pytest.raises(NotFoundError, match=r"drafted nothing that is not labelled: 'x'. allowed: first"):
        labelled.train_here(**SMALL, pseudo={"second": "x"})
    say(labelled, "second", dict.fromkeys(ids, "ba"))
    with pytest.raises(TrainingError, match=r"no draft passed the filters.*failed: 2 by agreement"):
        labelled.train_here(**SMALL, pseudo=True)
    with pytest.raises(ConfigError, match=r"unknown key in .*'pseudo.modl'.*Did you mean model"):
        labelled.train_here(**SMALL, pseudo={"modl": "x"})
    with pytest.raises(ConfigError, match=r"no such choice of pseudo-labels: '3'. allowed: True, False"):
        labelled.train_here(**SMALL, pseudo=3)
    with pytest.raises(NotFoundError, match=r"no such run of training: 'run-9'"):
        labelled.train_here(**SMALL, pseudo="run-9")
    assert labelled.runs() == []


@pytest.mark.slow
def test_the_command_line_takes_filters_or_a_run(drafted, capsys, monkeypatch):
    project, _ = drafted

    def train(pseudo: str) -> dict[str, Any]:
        quick = json.dumps({**QUICK, "epochs": 1})
        given = ["--recipe", "ctc-small", "--settings", quick, "--pseudo", pseudo, "--json"]
        monkeypatch.setattr("sys.argv", ["labwidgets", "train", str(project.folder), *given])
        with pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)

    found = train('{"min_confidence": null}')
    assert (found["n_pseudo"], found["pseudo"]["confidence"]) == (4, "not asked")
    assert train("run-1")["run"] == "run-1"
    assert "--pseudo is no JSON" in train("{")["error"]["message"]
