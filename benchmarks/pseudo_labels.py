"""What pseudo-labels add to few labels: a model with and without them, on speakers that neither heard.

    python benchmarks/pseudo_labels.py SPEECH [--part read|digits|all] [--seeds 1 2 3] [--epochs N]
                                       [--labelled N] [--work FOLDER]

SPEECH holds folders with a ``transcripts.tsv`` each. ``read``: read English (``speechocean_subset`` and
``read_en_small``). Half of the speakers measure, the same in every seed; three of the others have labels, and
what the rest of them say is drafted by base and by tiny.en, as are the prompts of ``alnum_accents``, whose
texts nobody uses. Adapters on tiny.en's decoder learn from the labels and from the drafts of base that pass
the usual filters, or from the labels alone; everything is heard with one beam. ``digits``: spoken digits
(``fsdd``) of three speakers, few of them labelled. Two small models that learned from these, of different
seeds, draft the rest; a third learns from the labels and the drafts that pass. The fourth speaker measures.

Both sides begin with the same weights and take as many steps. ``--work`` keeps the projects, so that what
was cut short goes on. Intervals resample speakers.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import project_of, rows_of, shown, timed

import labwidgets as lw
from labwidgets.analysis.comparing import Comparison, PairTest
from labwidgets.config import save_settings
from labwidgets.errors import TrainingError
from labwidgets.records import TrainReport

WITHOUT, WITH = "labels alone", "and drafts"

DIGIT_FILTERS = {"min_confidence": None, "duration_s": [0.1, 29.0], "words_per_s": [0.3, 12.0]}
"""Two models agree, nothing alarms. A digit may take less than the shortest clip that is usual, and models
that learned from so few clips are never as sure of themselves as is usual."""

READ_FILTERS = {"model": "base", "second": "tiny.en"}
"""The usual filters: one word in ten may differ, nine in ten are expected to be right, nothing alarms."""
READ, PROMPTS = ("speechocean_subset", "read_en_small"), "alnum_accents"
N_LABELLED_SPEAKERS = 3
READ_SETTINGS = {"freeze": "encoder", "text": "basic", "epochs": 10}
"""References in capitals and drafts in sentences are spelt alike."""


@dataclass(frozen=True, slots=True)
class Student:
    """A model to train, how, and with which seed."""

    call: Mapping[str, Any]
    settings: Mapping[str, Any]

    def train(self, project: lw.Project, *, pseudo: Mapping[str, Any] | bool, **more: Any) -> TrainReport:
        """Return the report of a training in a worker."""
        settings = {**self.settings, **more}
        return project.train(**self.call, settings=settings, pseudo=pseudo).result()


# ---- read English ----------------------------------------------------------------------------------------


def read(speech: Path, work: Path, arguments: argparse.Namespace) -> list[Comparison]:
    drafted = drafted_reading(speech, work / "drafted")
    found = []
    for seed in arguments.seeds:
        project = few_read(drafted, work / f"read{seed}", seed)
        given = {} if arguments.epochs is None else {"epochs": arguments.epochs}
        student = Student({"model": "tiny.en", "method": "lora"}, {**READ_SETTINGS, **given, "seed": seed})
        with timed():
            found += with_and_without(project, student, READ_FILTERS)
        project.close()
    return found


def drafted_reading(speech: Path, place: Path) -> Path:
    """Return a project in which one speaker in two is labelled, and the others are drafted by two models."""
    new = place.with_name("new")
    if not place.exists():
        shutil.rmtree(new, ignore_errors=True)
        rows = {name: rows_of(speech / name) for name in READ}
        test = [name for some in rows.values() for name in sorted({row["speaker"] for row in some})[::2]]
        kept = {name: [row for row in some if row["speaker"] in test] for name, some in rows.items()}
        project = project_of(speech, placed(kept), new)
        rest = {name: [row for row in some if row["speaker"] not in test] for name, some in rows.items()}
        project.add([unlabelled(speech, row, is_known=True) for row in placed(rest)])
        prompts = placed({PROMPTS: rows_of(speech / PROMPTS)})
        project.add([unlabelled(speech, row, is_known=False) for row in prompts])
        project.store.assign_splits(dict.fromkeys(test, "test"))
        project.close()
        save_settings(project.settings.model_copy(update={"decoding": {"num_beams": 1}}), new)
        new.rename(place)
    project = lw.Project.open(place)
    ids = {segment.id for segment in project.store.unlabelled_segments()}
    for model in (READ_FILTERS["model"], READ_FILTERS["second"]):
        print(project.draft_some(ids - set(project.store.unlabelled_drafts(model)), model), flush=True)
    project.close()
    return place


def placed(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> list[dict[str, str]]:
    """Return the rows of several folders in one list."""
    return [{**row, "file": f"{name}/{row['file']}"} for name, some in rows.items() for row in some]


def unlabelled(folder: Path, row: Mapping[str, str], *, is_known: bool) -> dict[str, str]:
    """Return a clip to add without a reference; ``is_known``: what was said stands beside it."""
    part = row["file"].partition("/")[0]
    given = {"audio": str(folder / row["file"]), "speaker": row["speaker"], "part": part}
    return {**given, "true": row["text"]} if is_known else given


def few_read(drafted: Path, place: Path, seed: int) -> lw.Project:
    """Return the drafted project with what three speakers say labelled, drawn by ``seed``."""
    if not place.exists():
        new = place.with_name("new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(drafted, new)
        project = lw.Project.open(new)
        rest = [row for row in project.store.analysed_segments() if row.columns.get("part") == READ[0]]
        speakers = sorted({str(row.columns["speaker"]) for row in rest})
        chosen = random.Random(seed).sample(speakers, N_LABELLED_SPEAKERS)
        for row in rest:
            if row.columns["speaker"] in chosen:
                project.submit_text(row.id, str(row.columns["true"]), annotator="me")
        project.store.assign_splits(dict.fromkeys(chosen, "train"))
        project.close()
        new.rename(place)
    return lw.Project.open(place)


# ---- digits ----------------------------------------------------------------------------------------------


def digits(speech: Path, work: Path, arguments: argparse.Namespace) -> list[Comparison]:
    found = []
    for seed in arguments.seeds:
        project = few_digits(speech / "fsdd", work / f"digits{seed}", arguments.labelled, seed)
        given = {} if arguments.epochs is None else {"epochs": arguments.epochs}
        student = Student({"recipe": "ctc-small"}, {**given, "seed": seed})
        with timed():
            first, second = (
                student.train(project, pseudo=False, seed=each).run for each in (seed, seed + 100)
            )
            for one in (first, second):
                project.draft_here(one)
            found += with_and_without(project, student, {**DIGIT_FILTERS, "model": first, "second": second})
        project.close()
    return found


def few_digits(folder: Path, place: Path, n_labelled: int, seed: int) -> lw.Project:
    """Return a project in which all clips of one speaker are labelled, and few of the others."""
    if place.exists():
        return lw.Project.open(place)
    rows = rows_of(folder)
    test, *others = sorted({row["speaker"] for row in rows})
    rest = [row for row in rows if row["speaker"] != test]
    random.Random(seed).shuffle(rest)
    known = [row for row in rows if row["speaker"] == test] + rest[:n_labelled]
    project = project_of(folder, known, place)
    project.add([unlabelled(folder, row, is_known=True) for row in rest[n_labelled:]])
    project.store.assign_splits({test: "test"} | dict.fromkeys(others, "train"))
    return project


# ---- with and without ------------------------------------------------------------------------------------


def with_and_without(project: lw.Project, student: Student, filters: Mapping[str, Any]) -> list[Comparison]:
    """Train with and without the drafts that pass, tell what they change, and return the comparison."""
    try:
        more = student.train(project, pseudo=filters)
    except TrainingError as error:
        print(f"  seed {student.settings['seed']}: {error}")
        return []
    n_steps = more.settings["epochs"] * steps(more, more.n_pseudo_epoch)
    epochs = round(n_steps / steps(more, 0))
    alone = student.train(project, pseudo=False, epochs=epochs)
    print(f"  seed {student.settings['seed']}: {more.clips['train']} labelled clips; {more.pseudo}")
    print(f"    of the {more.n_pseudo} drafts that pass, {drafts_wrong(project, more)}")
    if more.before is not None:
        print(f"    before: {shown(more.before)}")
    print(f"    {WITHOUT}, {epochs} epochs, {epochs * steps(more, 0)} steps: {shown(alone.after)}")
    print(f"    {WITH}, {more.settings['epochs']} epochs, {n_steps} steps: {shown(more.after)}")
    found = project.compare_runs(alone.run, more.run)
    [pair] = found.pairs
    names = {alone.run: WITHOUT, more.run: WITH}
    tell(names[pair.a], names[pair.b], pair)
    return [Comparison({names[run]: one for run, one in found.scores.items()}, found.pairs, ())]


def steps(report: TrainReport, n_more: int) -> int:
    """Return the steps of an epoch of the labelled clips and ``n_more``."""
    batches = math.ceil((report.clips["train"] + n_more) / report.settings["batch_size"])
    return math.ceil(batches / report.settings["accumulate"])


def drafts_wrong(project: lw.Project, report: TrainReport) -> str:
    """Return how wrong the drafts were that passed, as far as it is known what was said."""
    chosen = set(project.run_segments(report.run)["pseudo"])
    rows = [row for row in project.store.analysed_segments() if row.id in chosen and row.columns.get("true")]
    if not rows:
        return "nothing is known"
    said = [row.said[report.pseudo.model].text for row in rows]
    found = lw.score([str(row.columns["true"]) for row in rows], said)
    return f"WER {found.wer:.1%} of {found.n_words} words, {len(rows)} clips"


def together(found: Sequence[Comparison]) -> None:
    """Tell the difference over all seeds; a speaker counts once, with all seeds."""
    rows, said = [], {WITHOUT: dict[str, str](), WITH: dict[str, str]()}
    for place, comparison in enumerate(found):
        for name, one in comparison.scores.items():
            said[name] |= {f"{place} {key}": text for key, text in zip(one.ids, one.hypotheses, strict=True)}
        known = zip(one.ids, one.references, one.columns["speaker"], strict=True)
        rows += [{"id": f"{place} {key}", "text": text, "speaker": who} for key, text, who in known]
    [pair] = lw.compare(rows, said).pairs
    print(f"  {len(found)} seeds together, by speaker:")
    tell(pair.a, pair.b, pair)


def tell(a: str, b: str, pair: PairTest) -> None:
    """Print WER without drafts less WER with them: above 0, they help."""
    sign = 1 if (a, b) == (WITHOUT, WITH) else -1
    ends = sorted(sign * 100 * end for end in pair.interval or ())
    between = ", ".join(f"{end:+.1f}" for end in ends)
    print(f"    {sign * 100 * pair.difference:+.1f} points less with drafts [{between}], p = {pair.p:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("speech", type=Path)
    parser.add_argument("--part", choices=("read", "digits", "all"), default="all")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--labelled", type=int, default=120, help="clips of digits, of three speakers")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        for name, part in (("read", read), ("digits", digits)):
            if arguments.part in (name, "all"):
                print(name)
                if found := part(arguments.speech, work, arguments):
                    together(found)


if __name__ == "__main__":
    main()
