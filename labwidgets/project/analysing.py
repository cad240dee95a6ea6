"""How a project's references are held against what models said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from labwidgets.analysis.texts import Texts
from labwidgets.errors import NotFoundError, ProjectError, SourceError
from labwidgets.project.held import Held, held
from labwidgets.records import (
    AnalysedSegment,
    HypothesesReport,
    Mark,
    ModelRun,
    Progress,
    Refusal,
    Transcription,
    Word,
    new_id,
)
from labwidgets.text import Normalise
from labwidgets.widgets.labeller import checked_annotator
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.analysis.comparing import Comparison
    from labwidgets.analysis.explorer import ErrorTable
    from labwidgets.analysis.results import Score
    from labwidgets.analysis.scoring import VariantsGiven
    from labwidgets.analysis.suspects import Suspect

SAFE = "basic"
"""What a project compares by default; tags in its references, which no model says, are no words."""

_MOST_NAME = 200
_OF_A_RUN = re.compile(r"run-\d+")


class Analysing(StoreSource):
    """The part of a project that counts errors."""

    def add_hypotheses(
        self, source: object, *, model: str, text: str | None = None, as_draft: bool = False
    ) -> HypothesesReport:
        """Keep what another program made of the recordings, for comparison.

        A text belongs to the segment with its id, or to the recording with its id, path or file name, where
        that recording is one segment. Adding the same texts again adds nothing.

        Args:
            source: A file (jsonl, NeMo manifest, csv, trn, …), a mapping from id to text, rows, a table.
            model: Name to call it by, for example ``vendor-x``.
            text: Column of the texts; default: by its name.
            as_draft: Show these texts to labellers as drafts, too.

        Raises:
            SourceError: There are no ids, none of them is known here, or ``model`` is no name.
        """
        from labwidgets.analysis.inputs import side

        if not model.strip() or len(model) > _MOST_NAME:
            raise SourceError("no usable name of a model", value=model, allowed="1 to 200 characters")
        if _OF_A_RUN.fullmatch(model.strip()):
            # Rounds would take these texts for what that model says, and decide by them which one is used.
            raise SourceError(
                "so models are called that were trained here", value=model, allowed="another name"
            )
        given = side(source, role="hypothesis", column=text)
        if given.ids is None:
            raise SourceError(
                "these texts have no ids",
                allowed="a column such as id, audio_filepath or file_name, or a mapping from id to text",
            )
        said, refused = _by_segment(given, self.store.analysed_segments())
        if given.ids and not said:
            raise SourceError(
                "none of the ids is known in this project",
                value=given.ids[0],
                allowed="ids of segments or recordings, or the recordings' paths or file names",
            )
        run = ModelRun(id=new_id("run"), model=model, revision="", settings={"imported": True})
        added = self.store.add_hypotheses(run, said, as_draft=as_draft)
        return HypothesesReport(model, added, len(said) - added, (*given.refused, *refused))

    def score(
        self,
        model: str | None = None,
        *,
        normalize: Normalise = SAFE,
        variants: VariantsGiven | None = None,
    ) -> Score:
        """Return the errors of a model against the references that there are now.

        Args:
            model: Name of a draft model or of added hypotheses; can be left out where there is one only.
            normalize: As for :func:`labwidgets.score`; by default without tags such as ``[noise]``.
            variants: As for :func:`labwidgets.score`.

        Raises:
            NotFoundError: No such model, or several and none named.
            ProjectError: There are no references with hypotheses yet.
        """
        from labwidgets.analysis.scoring import score

        found = self._held(None if model is None else [model])
        if len(found.models) > 1:
            raise NotFoundError(
                "several models said something", value=", ".join(found.models), remedy="Name one"
            )
        found = found.by_any()
        [texts] = found.hypotheses().values()
        return score(found.references(), texts, normalize=normalize, variants=variants)

    def compare(
        self,
        models: Sequence[str] | None = None,
        *,
        normalize: Normalise = SAFE,
        variants: VariantsGiven | None = None,
    ) -> Comparison:
        """Return how models do on the segments that all of them said something of.

        Args:
            models: Names; default: all.
            normalize: As for :func:`labwidgets.score`; by default without tags such as ``[noise]``.
            variants: As for :func:`labwidgets.score`.

        Raises:
            NotFoundError: No such model.
            ProjectError: No segment has a reference and a hypothesis of each.
        """
        from labwidgets.analysis.comparing import compare

        found = self._held(models).by_all()
        return compare(found.references(), found.hypotheses(), normalize=normalize, variants=variants)

    def errors(
        self,
        models: Sequence[str] | None = None,
        *,
        normalize: Normalise = SAFE,
        variants: VariantsGiven | None = None,
    ) -> ErrorTable:
        """Return the references with what models made of them, as a table to sort, filter and search.

        Args:
            models: Names; default: all.
            normalize: As for :func:`labwidgets.score`; by default without tags such as ``[noise]``.
            variants: As for :func:`labwidgets.score`.

        Raises:
            NotFoundError: No such model.
            ProjectError: There are no references with hypotheses yet.
        """
        from labwidgets.analysis.explorer import ErrorTable

        found = self._held(models).by_any()
        texts = found.references()
        table = ErrorTable(
            texts.ids or (),
            [text or "" for text in texts.texts],
            found.said(),
            columns=texts.columns,
            normalize=normalize,
            variants=variants,
        )
        number = {key: place for place, key in enumerate(texts.ids or ())}
        marks = self.store.marks().values()
        table.set_marks({number[one.segment_id]: one.mark for one in marks if one.segment_id in number})
        return table

    def report(
        self,
        path: str | Path,
        models: Sequence[str] | None = None,
        *,
        normalize: Normalise = SAFE,
        variants: VariantsGiven | None = None,
    ) -> Path:
        """Write a page that says how models do and where they fail, and return its path.

        It loads nothing from anywhere and holds transcripts: give it to those who may read them.

        Args:
            path: New ``.html`` file, or one to write over.
            models: Names; default: all. Several are held against each other where all said something.
            normalize: As for :func:`labwidgets.score`; by default without tags such as ``[noise]``.
            variants: As for :func:`labwidgets.score`.

        Raises:
            NotFoundError: No such model.
            ProjectError: There are no references with hypotheses yet, or the file cannot be written.
        """
        from labwidgets.analysis.report import report

        chosen = self._held(models).models
        if len(chosen) > 1:
            found = self.compare(chosen, normalize=normalize, variants=variants)
            scores, pairs = found.scores, found.pairs
        else:
            scores, pairs = {chosen[0]: self.score(chosen[0], normalize=normalize, variants=variants)}, ()
        page = report(scores, title=f"Errors in {self.name}", pairs=pairs)
        try:
            Path(path).write_text(page, encoding="utf-8")
        except OSError as error:
            raise ProjectError("the report cannot be written", value=path, remedy=str(error)) from error
        return Path(path)

    def suspects(
        self,
        models: Sequence[str] | None = None,
        *,
        n: int | None = 100,
        listen: bool = False,
        progress: Progress | None = None,
    ) -> list[Suspect]:
        """Return the segments whose references are likeliest to be wrong, for a second look.

        Args:
            models: Whose hypotheses to hold against the references; default: all. Two tell far more than one.
            n: Most segments to return; None for all.
            listen: Also ask a Whisper model how well each reference and its rival fit the sound: two passes
                over every segment where they differ. It helps some: on 74 turns with four wrong references
                0.45 of the first four were wrong, 0.38 without listening (by chance 0.05).
            progress: Called while it listens.

        Raises:
            NotFoundError: No such model.
            ProjectError: No segment has a reference and a hypothesis of each.
            ModelError: ``listen``, and no Whisper model is there.
        """
        from labwidgets.analysis.suspects import rank_suspects

        chosen = self._held(models).models
        scores = (
            self.compare(chosen, normalize=SAFE).scores
            if len(chosen) > 1
            else {chosen[0]: self.score(chosen[0], normalize=SAFE)}
        )
        fits = self._fits(scores, progress) if listen else None
        return rank_suspects(scores, fits=fits, n=n)

    def _held(self, models: Sequence[str] | None) -> Held:
        return held(self.store.analysed_segments(), models)

    def _fits(self, scores: Mapping[str, Score], progress: Progress | None) -> list[float | None]:
        from labwidgets.asr.fit import Rivals, rival_fits
        from labwidgets.project.hearing import load_hearer
        from labwidgets.text import normalisation

        model = load_hearer(self.settings, progress)
        # In one spelling, so that commas and capitals make no difference between the two.
        spell = normalisation(SAFE)
        best = next(iter(scores.values()))
        languages = best.columns.get("language", [None] * len(best))
        rivals = [
            Rivals(key, " ".join(spell(reference).split()), " ".join(spell(heard).split()), language)
            for key, reference, heard, language in zip(
                best.ids, best.references, best.hypotheses, languages, strict=True
            )
        ]
        found = rival_fits(model, rivals, self.read, progress=progress)
        return [found[key] for key in best.ids]

    def heard(self, segment_id: str) -> dict[str, tuple[Word, ...]]:
        """Return, by model, the words with times of what it said last; empty where it gave none."""
        return {model: one.words for model, one in self.store.hypotheses_of(segment_id).items()}

    def mark(
        self, segment_id: str, mark: str | None, *, annotator: str, hypothesis_id: str | None = None
    ) -> None:
        """Keep what a person decided of a difference; durable when this returns.

        Args:
            segment_id: Of a live segment.
            mark: ``reference-wrong``, ``model-wrong``, ``both-fine`` or ``unclear``; None takes it back.
            annotator: Pseudonym.
            hypothesis_id: The hypothesis that was looked at.

        Raises:
            ConfigError: There is no such mark.
            NotFoundError: No such segment.
        """
        one = Mark(segment_id, mark, hypothesis_id)
        self.store.mark([one], annotator=checked_annotator(annotator))


def _by_segment(
    given: Texts, rows: Sequence[AnalysedSegment]
) -> tuple[dict[str, Transcription], list[Refusal]]:
    """Return the texts by segment, and what belongs to none or is there twice."""
    places = _names(rows)
    said: dict[str, Transcription] = {}
    refused: list[Refusal] = []
    for key, text in zip(given.ids or (), given.texts, strict=True):
        names = (key, PurePath(key.replace("\\", "/")).name, PurePath(key.replace("\\", "/")).stem)
        segment = next((places[name] for name in names if name in places), None)
        if text is None:
            refused.append(Refusal(key, "there is no text"))
        elif segment is None:
            refused.append(Refusal(key, "no segment or recording of that name, or more than one"))
        elif segment in said:
            refused.append(Refusal(key, "there is more than one text for its segment: the first counts"))
        else:
            said[segment] = Transcription(text, (), None, None)
    return said, refused


def _names(rows: Sequence[AnalysedSegment]) -> dict[str, str]:
    """Return segments by every name that stands for exactly one of them."""
    found: dict[str, str | None] = {}
    for row in rows:
        source = str(row.columns.get("source") or "")
        path = PurePath(source)
        for name in {row.recording, source, path.name, path.stem} - {""}:
            found[name] = row.id if name not in found else None
    return {name: segment for name, segment in found.items() if segment is not None} | {
        row.id: row.id for row in rows
    }
