"""Several languages in one project: who drafts what, and one report over all of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.asr.drafting import draft_planned
from labwidgets.asr.embedded import file_sha256
from labwidgets.asr.plan import Lot, Plan, plan_drafts
from labwidgets.errors import ConfigError, ModelError
from labwidgets.project import Project
from labwidgets.records import Refusal, Segment, Transcription
from labwidgets.store import Store

RATE_HZ = 16_000


@pytest.fixture
def pairs(make_recording):
    """Makes segments with their recordings, one a language."""

    def make(*languages: str, **fields: object):
        return [
            (
                Segment(f"seg_{n}", f"rec_{n}", 0, 0.0, 2.0),
                make_recording(id=f"rec_{n}", source=f"{n}.wav", language=language, **fields),
            )
            for n, language in enumerate(languages)
        ]

    return make


def members(plan: Plan) -> dict[str, list[str]]:
    return {lot.model: [segment.id for segment, _ in lot.pairs] for lot in plan.lots}


def test_each_language_goes_to_the_model_that_fits_it(pairs):
    plan = plan_drafts(pairs("hi", "en-IN", "ta", "en"))
    assert members(plan) == {"base": ["seg_0", "seg_2"], "tiny.en": ["seg_1", "seg_3"]}
    assert (plan.refused, plan.n_segments) == ((), 4)


def test_a_named_model_takes_all_languages(pairs):
    assert members(plan_drafts(pairs("hi", "mai"), model="x/y")) == {"x/y": ["seg_0", "seg_1"]}


def test_a_named_model_is_asked_for_even_when_there_is_nothing_to_draft():
    assert plan_drafts([], model="x/y").lots == (Lot("x/y", ()),)
    assert plan_drafts([]).lots == ()


def test_a_language_that_no_model_knows_is_refused_and_the_others_go_on(pairs):
    plan = plan_drafts(pairs("mai", "en"))
    assert members(plan) == {"tiny.en": ["seg_1"]}
    [refusal] = plan.refused
    assert refusal.source == "seg_0"
    assert refusal.reason.startswith("no draft: no embedded model knows the language: 'mai'")


def test_what_could_not_be_decoded_is_refused_with_the_reason(pairs):
    undecoded = [Refusal("0.wav", "the file is gone"), Refusal("broken.wav", "no sound in it")]
    plan = plan_drafts(pairs("en", "en", sound_sha256=None), undecoded=undecoded)
    assert plan.lots == ()
    assert plan.refused == (
        Refusal("seg_0", "the file is gone"),
        Refusal("seg_1", "the recording was never decoded"),
        Refusal("broken.wav", "no sound in it"),
    )


@pytest.fixture
def mixed_project(random_whisper, tmp_path, monkeypatch):
    """English, Hindi and Maithili sound, not decoded yet; random weights lie where the embedded ones do."""
    monkeypatch.setenv("LABWIDGETS_CACHE", str(tmp_path / "cache"))
    for name in ("tiny.en", "base"):
        folder = Path(shutil.copytree(random_whisper, tmp_path / "cache/models" / name))
        files = {path.name: file_sha256(path) for path in folder.iterdir()}
        (folder / "labwidgets.json").write_text(json.dumps({"format": 1, "files": files}), encoding="utf-8")
    random = np.random.default_rng(2)
    with Project.create(tmp_path / "corpus", language="en") as project:
        for language in ("en", "hi", "mai"):
            path = tmp_path / f"{language}.wav"
            soundfile.write(path, random.uniform(-0.3, 0.3, RATE_HZ), RATE_HZ)
            project.add(path, language=language, decode=False)
        yield project


def test_a_mixed_project_is_decoded_and_drafted_in_one_go(mixed_project):
    steps: list[tuple[int, int, str]] = []
    report = mixed_project.draft_here(
        settings={"max_new_tokens": 5}, progress=lambda *step: steps.append(step)
    )
    assert (report.drafted, report.cached, report.model) == (2, 0, "tiny.en, base")
    assert report.rtfx > 0
    assert ["no draft" in refusal.reason for refusal in report.failed] == [True]
    assert (3, 3, "decoding") in steps
    assert [step[:2] for step in steps[-2:]] == [(2, 3), (3, 3)]
    again = mixed_project.draft_here(settings={"max_new_tokens": 5})
    assert (again.drafted, again.cached, len(again.failed)) == (0, 2, 1)


def test_settings_that_a_model_does_not_take_end_the_run(mixed_project):
    with pytest.raises(ConfigError, match="no such setting"):
        mixed_project.draft_here(settings={"beams": 5})


def test_a_file_that_went_missing_before_it_was_decoded_is_refused(mixed_project, tmp_path):
    (tmp_path / "hi.wav").unlink()
    report = mixed_project.draft_here(settings={"max_new_tokens": 5})
    assert (report.drafted, report.model) == (1, "tiny.en")
    assert any("gone" in refusal.reason for refusal in report.failed)


def absent(name: str):
    raise ModelError("the model cannot be fetched", value=name)


class Parrot:
    model, revision, settings = "tiny.en", "1", {}

    def transcribe(self, samples, *, language=None):  # noqa: ARG002 - a parrot
        return Transcription("hello", (), 0.5, language)


def test_a_model_that_is_not_to_be_had_refuses_its_own_segments_only(pairs, tmp_path, make_new_recording):
    with Store.create(tmp_path / "store.db") as store:
        store.add_recordings([make_new_recording(language="en")])
        [(segment, recording)] = store.segments_to_draft()
        decoded = pairs(recording.language)[0][1]
        plan = Plan((Lot("base", tuple(pairs("hi"))), Lot("tiny.en", ((segment, decoded),))))
        report = draft_planned(
            store,
            lambda _: np.full(RATE_HZ, 0.1, np.float32),
            plan,
            load=lambda name: Parrot() if name == "tiny.en" else absent(name),
        )
        assert report.drafted == 1
        assert report.failed == (Refusal("seg_0", "the model cannot be fetched: 'base'."),)


def test_the_only_model_must_be_there(pairs, tmp_path):
    with Store.create(tmp_path / "store.db") as store, pytest.raises(ModelError, match="cannot be fetched"):
        draft_planned(store, lambda _: np.zeros(1, np.float32), plan_drafts(pairs("en")), load=absent)
