"""Training from the references of a project, on models small enough for a test."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from labwidgets.errors import (
    ConfigError,
    DiskFullError,
    ModelError,
    NotFoundError,
    ProjectError,
    TrainingError,
)
from labwidgets.records import TrainReport

pytestmark = pytest.mark.slow

QUICK: dict[str, Any] = {
    "epochs": 2,
    "batch_size": 8,
    "architecture": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16},
}
"""As much training as a test has time for."""
SMALL = {"recipe": "ctc-small", "settings": QUICK}
SPEAKERS = ("ana", "ben", "cai", "dee")


def weights(project, run: str) -> dict[str, np.ndarray]:
    return load_file(project.folder / "models" / run / "model.safetensors")


def leftovers(project) -> list[str]:
    folder = project.folder / "models" / ".training"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def said_by_the_card(folder: Path, clip: str, capsys) -> str:
    """Run the lines by which a model's card says that it loads, and return what they print."""
    lines = (folder / "README.md").read_text(encoding="utf-8").split("```python")[1].split("```")[0]
    capsys.readouterr()
    exec(lines.replace("PATH/OF/THIS/FOLDER", str(folder)).replace("clip.flac", clip))
    return capsys.readouterr().out.strip()


class Stop:
    """Asks a run to stop after a number of steps."""

    def __init__(self, after: int) -> None:
        self.after, self.done = after, 0

    def progress(self, done: int, _total: int, note: str) -> None:
        if note.startswith("epoch"):
            self.done = done

    def stopped(self) -> bool:
        return self.done >= self.after


# ---- what comes out --------------------------------------------------------------------------------------


def test_a_trained_model_is_a_draft_model_like_any_other(labelled, capsys):
    points = []
    report = labelled.train_here(**SMALL, point=points.append)
    assert (report.run, report.state, report.base) == ("run-1", "trained", "")
    assert report.clips == {"train": 16, "validation": 8, "test": 8}
    assert report.before is None
    assert report.after["n_utterances"] == 8
    assert len(report.after["interval"]) == 2
    assert {name for point in points for name in point} == {"step", "epoch", "loss", "eval_loss"}
    assert tuple(points) == report.curve
    assert [model.name for model in labelled.models()] == ["run-1", "tiny.en", "base"]
    assert f"only {report.after['n_words']} words measure it: label more speakers" in str(report)
    modes = {path.stat().st_mode for path in (labelled.folder / "models" / "run-1").glob("*.*")}
    assert len(modes) == 1
    assert labelled.models()[0].languages == ("en",)
    drafted = labelled.draft_here("run-1")
    assert (drafted.drafted, drafted.failed, drafted.model) == (32, (), "run-1")
    row = next(iter(labelled.store.labelled_rows()))
    own = labelled.store.view(row.segment.id, annotator="a1").draft.text
    assert said_by_the_card(labelled.folder / "models" / "run-1", row.recording.source, capsys) == own
    assert "run-1" in labelled.errors().models


def test_nobody_who_measures_is_learned_from_in_any_run(labelled):
    labelled.train_here(**SMALL)
    first = labelled.run_segments("run-1")
    rows = {one.segment.id: one.recording.speaker for one in labelled.store.labelled_rows()}
    speakers = {split: {rows[segment] for segment in segments} for split, segments in first.items()}
    assert not speakers["test"] & (speakers["train"] | speakers["validation"])
    assert not speakers["train"] & speakers["validation"]
    labelled.submit_text(first["train"][0], "bb", annotator="a1")
    labelled.train_here(**SMALL)
    assert labelled.run_segments("run-2")["test"] == first["test"]


def test_a_speaker_who_leaves_is_named_by_the_models_that_know_them(labelled):
    labelled.train_here(**SMALL)
    rows = {one.segment.id: one.recording.speaker for one in labelled.store.labelled_rows()}
    learned = {split: rows[ids[0]] for split, ids in labelled.run_segments("run-1").items() if ids}
    left = labelled.withdraw(learned["test"]).not_cleaned
    assert not [line for line in left if "run-1" in line]
    left = labelled.withdraw(learned["train"]).not_cleaned
    assert "models that may have learned from them: run-1; train them anew" in left


def test_weights_and_checkpoints_hold_nothing_that_only_pickle_opens(labelled):
    seen: set[str] = set()

    def look(*_: object) -> None:
        seen.update(path.name for path in (labelled.folder / "models").rglob("*") if path.is_file())

    labelled.train_here(**SMALL, progress=look)
    assert "training_args.bin" not in seen
    kept = {path.suffix for path in (labelled.folder / "models" / "run-1").iterdir()}
    assert kept == {".json", ".md", ".safetensors"}
    assert leftovers(labelled) == []


def test_the_same_call_gives_the_same_run_until_labels_change(labelled):
    first = labelled.train_here(**SMALL)
    assert labelled.train_here(**SMALL) == first
    labelled.draft_here("run-1")
    assert labelled.train_here(**SMALL) == first
    segment = labelled.run_segments("run-1")["train"][0]
    labelled.submit_text(segment, "bb", annotator="a1")
    second = labelled.train_here(**SMALL)
    assert second.run == "run-2"
    assert second.snapshot != first.snapshot
    assert [run.run for run in labelled.runs()] == ["run-2", "run-1"]


def test_a_run_can_be_run_again_on_its_own_labels(labelled):
    first = labelled.train_here(**SMALL)
    segment = labelled.run_segments("run-1")["train"][0]
    labelled.submit_text(segment, "bb", annotator="a1")
    second = labelled.train_here(
        recipe=first.recipe, settings=first.settings, snapshot=first.snapshot, again=True
    )
    assert (second.run, second.snapshot) == ("run-2", first.snapshot)
    assert second.after == first.after
    for name, values in weights(labelled, "run-1").items():
        np.testing.assert_array_equal(weights(labelled, "run-2")[name], values)


def test_a_run_tells_all_that_it_was_made_of(labelled):
    report = labelled.train_here(**SMALL)
    stored = json.loads((labelled.folder / "models" / "run-1" / "run.json").read_text())
    assert TrainReport.from_dict(stored) == report
    assert stored["settings"]["architecture"]["width"] == 16
    assert {"python", "labwidgets", "torch", "transformers", "peft"} <= set(stored["versions"])
    assert stored["threads"] == 1
    assert stored["snapshot"] in [snapshot.name for snapshot in labelled.snapshots()]
    assert "run-1: from nothing, ctc-small, 16 train, 8 validation, 8 test clips" in str(report)
    curves = labelled.curves("run-1")
    assert "validation" in repr(curves)
    assert curves._repr_svg_().startswith("<svg")
    with pytest.raises(NotFoundError, match=r"no such run of training: 'run-9'. allowed: run-1"):
        labelled.curves("run-9")


# ---- other bases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_whisper_is_trained_and_held_against_what_it_was(make_labelled, random_whisper, method, capsys):
    pairs = [("ana", "abab")] * 8 + [("ben", "ba")] * 2 + [("cai", "ab")]
    labelled = make_labelled(pairs)
    labelled.settings = labelled.settings.model_copy(update={"decoding": {"max_new_tokens": 4}})
    settings = {"epochs": 1, "batch_size": 4, "learning_rate": 0.01}
    report = labelled.train_here(str(random_whisper), method=method, settings=settings)
    assert report.recipe == f"whisper-{method}"
    assert report.before["n_words"] == report.after["n_words"]
    assert report.difference["difference"] == pytest.approx(report.before["wer"] - report.after["wer"])
    before, after = load_file(random_whisper / "model.safetensors"), weights(labelled, "run-1")
    assert set(before) == set(after)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    if method == "lora":
        assert changed
        assert all(name.endswith(("q_proj.weight", "v_proj.weight")) for name in changed)
    assert labelled.draft_here("run-1").failed == ()
    assert report.decoding == {"recipe": 2, "num_beams": 5, "max_new_tokens": 4}
    clip = next(iter(labelled.store.labelled_rows())).recording.source
    assert said_by_the_card(labelled.folder / "models" / "run-1", clip, capsys)
    card = (labelled.folder / "models" / "run-1" / "README.md").read_text()
    assert f"| after | {report.after['wer']:.1%} |" in card
    assert ("loads without peft" in card) == (method == "lora")


def test_a_run_can_go_on_from_an_earlier_one(labelled, random_ctc):
    first = labelled.train_here(str(random_ctc), settings={"epochs": 1})
    second = labelled.train_here("run-1", method="lora", settings={"epochs": 1})
    assert (first.recipe, second.recipe) == ("ctc-full", "ctc-lora")
    assert (second.run, second.base) == ("run-2", "run-1")
    assert second.before == first.after


def test_a_ctc_model_of_another_script_gets_a_new_head(make_labelled, random_ctc):
    pairs = [(speaker, text) for speaker in SPEAKERS for text in ("अब", "बअ", "अबअ", "बअब") * 2]
    project = make_labelled(pairs, language="hi")
    with pytest.raises(TrainingError, match=r"no token for characters of 16 of 16 references.*ctc-new"):
        project.train_here(str(random_ctc))
    assert leftovers(project) == []
    report = project.train_here(str(random_ctc), recipe="ctc-new", settings={"epochs": 1})
    assert report.before is None
    vocabulary = json.loads((project.folder / "models" / "run-1" / "vocab.json").read_text())
    assert {"अ", "ब", "|"} < set(vocabulary)
    assert "a" not in vocabulary


# ---- stops and kills -------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_end(labelled, steps):
    whole = labelled.train_here(**SMALL)
    stop = Stop(steps)
    partly = labelled.train_here(**SMALL, again=True, progress=stop.progress, stopped=stop.stopped)
    assert (partly.state, partly.after) == ("stopped", None)
    assert leftovers(labelled) == ["run-2"]
    resumed = labelled.train_here(**SMALL)
    assert (resumed.run, resumed.state) == ("run-2", "trained")
    assert resumed.curve == whole.curve
    assert resumed.after == whole.after
    for name, values in weights(labelled, "run-1").items():
        np.testing.assert_allclose(weights(labelled, "run-2")[name], values, atol=1e-6)


def test_half_a_checkpoint_is_no_checkpoint(labelled):
    stop = Stop(3)
    labelled.train_here(**SMALL, progress=stop.progress, stopped=stop.stopped)
    folder = labelled.folder / "models" / ".training" / "run-1" / "checkpoints"
    (folder / "checkpoint-3" / "trainer_state.json").write_text('{"global_st')
    assert labelled.train_here(**SMALL).state == "trained"


def test_labels_that_change_meanwhile_change_nothing_of_the_run(labelled):
    stop = Stop(2)
    labelled.train_here(**SMALL, progress=stop.progress, stopped=stop.stopped)
    row = next(labelled.store.labelled_rows())
    labelled.submit_text(row.segment.id, "bbbb", annotator="a1")
    resumed = labelled.train_here(**SMALL)
    assert resumed.notes == (f"labels changed since it began: it goes on with those of {resumed.snapshot}",)
    assert labelled.train_here(**SMALL).run == "run-2"


def test_a_full_disk_at_a_checkpoint_leaves_what_was_there_and_can_go_on(labelled):
    first = labelled.train_here(**SMALL)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(_done: int, _total: int, note: str) -> None:
        if note == "epoch 2 of 2":
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))

    try:
        with pytest.raises(
            DiskFullError, match=r"no room for a checkpoint.*goes on from the last checkpoint"
        ):
            labelled.train_here(**SMALL, again=True, progress=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [run.run for run in labelled.runs()] == ["run-1"]
    assert labelled.draft_here("run-1").failed == ()
    resumed = labelled.train_here(**SMALL)
    assert (resumed.run, resumed.after) == ("run-2", first.after)


def test_a_loss_that_is_no_number_ends_the_run_and_nothing_else(labelled):
    labelled.train_here(**SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transformers.Wav2Vec2BertForCTC.forward", _broken_forward)
        with pytest.raises(TrainingError, match=r"the loss is no number any more: 'step 1'.*learning_rate"):
            labelled.train_here(**SMALL, again=True)
    assert [run.run for run in labelled.runs()] == ["run-1"]
    assert leftovers(labelled) == []


def _broken_forward(self, **_: Any) -> dict[str, Any]:
    return {"loss": next(self.parameters()).sum() * float("nan")}


# ---- bad input -------------------------------------------------------------------------------------------


def test_three_clips_are_too_few(make_labelled):
    project = make_labelled([("ana", "ab"), ("ben", "ba"), ("cai", "aba")])
    with pytest.raises(TrainingError, match=r"too few labelled clips to train on: '1'. allowed: 8 or more"):
        project.train_here(**SMALL)
    assert leftovers(project) == []


def test_nothing_labelled_is_said(make_labelled):
    project = make_labelled([("ana", "")])
    with pytest.raises((ProjectError, TrainingError), match=r"no finished segments|too few labelled clips"):
        project.train_here(**SMALL)


def test_one_speaker_cannot_be_measured(make_labelled):
    project = make_labelled([("ana", text) for text in ("ab", "ba") * 6])
    with pytest.raises(TrainingError, match=r"nothing to measure the model with.*second speaker"):
        project.train_here(**SMALL)


def test_two_speakers_train_to_the_last_epoch_and_it_is_said(make_labelled):
    project = make_labelled([(name, text) for name in ("ana", "ben") for text in ("ab", "ba") * 5])
    report = project.train_here(**SMALL)
    assert "there is no validation set" in report.notes[0]
    assert report.epochs == 2.0


def test_empty_and_impossible_transcripts_are_left_out_and_counted(labelled):
    labelled.train_here(**SMALL)
    train = labelled.run_segments("run-1")["train"]
    labelled.submit_text(train[0], "[noise]", annotator="a1")
    labelled.submit_text(train[1], "ab" * 100, annotator="a1")
    report = labelled.train_here(**SMALL)
    assert {one.source: one.reason for one in report.left_out} == {
        train[0]: "the transcript is empty",
        train[1]: "more letters than the model has frames for",
    }
    assert report.clips["train"] == 14
    assert "the transcript is empty" in str(report)


def test_single_letters_that_the_model_lacks_cost_their_clips_only(labelled, random_ctc):
    labelled.train_here(str(random_ctc), settings={"epochs": 1})
    train = labelled.run_segments("run-1")["train"]
    labelled.submit_text(train[0], "aé", annotator="a1")
    report = labelled.train_here(str(random_ctc), settings={"epochs": 1})
    assert [(one.source, one.reason) for one in report.left_out] == [
        (train[0], "the model has no token for é")
    ]


def test_a_base_in_another_language_is_refused(make_labelled, random_whisper):
    project = make_labelled(language="ta")
    with pytest.raises(
        ModelError, match=r"does not know the language of the references: 'ta'. allowed: en, hi"
    ):
        project.train_here(str(random_whisper))
    assert leftovers(project) == []


def test_recipes_and_models_must_fit(labelled, random_whisper):
    with pytest.raises(ConfigError, match=r"this recipe is for ctc models: 'ctc-full'.*recipes of whisper"):
        labelled.train_here(str(random_whisper), recipe="ctc-full")
    with pytest.raises(ConfigError, match=r"this recipe begins from nothing: 'ctc-small'"):
        labelled.train_here(str(random_whisper), recipe="ctc-small")
    with pytest.raises(ConfigError, match=r"no such way of training: 'half'. allowed: full, lora"):
        labelled.train_here(str(random_whisper), method="half")
    with pytest.raises(ConfigError, match=r"no such training recipe: 'ctc-smal'.*Did you mean ctc-small"):
        labelled.train_here(recipe="ctc-smal")
    with pytest.raises(NotFoundError, match="no such snapshot: 'never'"):
        labelled.train_here(**SMALL, snapshot="never")


def test_a_broken_base_is_said_to_be_broken(labelled, random_ctc, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    for path in Path(random_ctc).iterdir():
        if "token" not in path.name and path.name != "vocab.json":
            (base / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ModelError, match=r"the model cannot be loaded.*ctc-new"):
        labelled.train_here(str(base))


def test_audits_teach_or_not_as_the_recipe_says(labelled):
    first = labelled.train_here(**SMALL)
    split = labelled.run_segments("run-1")
    drawn = {split["train"][0], split["validation"][0], split["test"][0]}
    labelled.store._write(lambda connection: connection.execute(_as_audits(drawn)))
    without = labelled.train_here(recipe="ctc-small", settings={**QUICK, "learn_audits": False})
    assert (without.clips["train"], without.clips["validation"], without.clips["test"]) == (15, 7, 8)
    assert {one.source for one in without.left_out} == drawn - {split["test"][0]}
    assert first.clips["train"] == 16


def _as_audits(segment_ids):
    from labwidgets.store import schema

    task = schema.task
    return task.update().where(task.c.segment_id.in_(segment_ids)).values(selected_by="audit")
