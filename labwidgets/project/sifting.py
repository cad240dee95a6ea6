"""Which of a project's drafts a model may learn from as if they were references."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from labwidgets.config import PseudoSettings
from labwidgets.errors import NotFoundError, TrainingError
from labwidgets.project.calibrating import word_curve
from labwidgets.records import PseudoClip, PseudoReport, Sifted
from labwidgets.store import Store
from labwidgets.training.material import TRAIN

if TYPE_CHECKING:
    from labwidgets.analysis.calibration.fitting import Calibration


def sifted(store: Store, settings: PseudoSettings) -> Sifted:
    """Return the drafts that pass the filters, in order of adding, and what became of the others.

    Raises:
        NotFoundError: A model that was named drafted nothing of what is not labelled.
        TrainingError: No model did, or no second one to agree with it.
    """
    from labwidgets.training.pseudo import Sieve, label_of, sift

    model, second = _models(store, settings)
    drafts = store.unlabelled_drafts(model)
    clips = [PseudoClip(one, drafts[one.id]) for one in store.unlabelled_segments() if one.id in drafts]
    held_out = frozenset(group for group, split in store.splits().items() if split != TRAIN)
    curve, confidence = _curve(store, settings, model=model, held_out=held_out)
    seconds = None
    if second is not None:
        seconds = {key: draft.text for key, draft in store.unlabelled_drafts(second).items()}
    passed, failed = sift(clips, Sieve(settings, held_out, seconds, curve))
    hours = sum(clip.segment.duration_s for clip in passed) / 3600
    report = PseudoReport(model, second, len(clips), len(passed), hours, failed, confidence)
    return Sifted(tuple(label_of(clip) for clip in passed), report)


def kept_from_measuring(store: Store, found: Sifted) -> Sifted:
    """Put the speakers of the drafts among those who are learned from, for ever, and return the drafts.

    A voice that a model learned from must never measure it, whoever labels it later.

    Raises:
        TrainingError: No draft is left.
    """
    clips = store.pseudo_clips([one.draft_id for one in found.labels])
    groups = {key: clip.segment.group for key, clip in clips.items()}
    known = store.assign_splits(dict.fromkeys(sorted(set(groups.values())), TRAIN))
    # Somebody may have come to measure since the drafts were chosen.
    measuring = {key for key, group in groups.items() if known[group] != TRAIN}
    labels = tuple(one for one in found.labels if one.draft_id not in measuring)
    if not measuring.issuperset(clips):
        return replace(found, labels=labels)
    raise TrainingError(
        "no draft passed the filters to be learned from",
        value=str(found.report),
        remedy="Draft more, loosen a filter such as min_confidence or max_disagreement, or train "
        "without pseudo",
    )


def _models(store: Store, settings: PseudoSettings) -> tuple[str, str | None]:
    known = store.unlabelled_models()
    for name in (settings.model, settings.second):
        if name is not None and name not in known:
            raise NotFoundError(
                "this model drafted nothing that is not labelled", value=name, allowed=", ".join(known)
            )
    shown = [name for name in store.drafting_models() if name in known]
    model = settings.model or next((name for name in (*shown, *known) if name != settings.second), None)
    if model is None:
        raise TrainingError(
            "there are no drafts of unlabelled segments to learn from",
            remedy="Draft first: project.draft()",
        )
    if settings.max_disagreement is None:
        return model, None
    second = settings.second or next((name for name in known if name != model), None)
    if second is None or second == model:
        raise TrainingError(
            "no second model drafted the same segments, to agree with the first",
            value=model,
            remedy='Let another one draft, or take max_disagreement out: pseudo={"max_disagreement": None}',
        )
    return model, second


def _curve(
    store: Store, settings: PseudoSettings, *, model: str, held_out: frozenset[str]
) -> tuple[Calibration | None, str]:
    """Return what turns confidences into chances, and how they are to be called."""
    if settings.min_confidence is None:
        return None, "not asked"
    if not settings.calibrated:
        return None, "as its model gave it"
    # What measures must not choose, either.
    curve, n = word_curve([row for row in store.heard_drafts(model) if row.group not in held_out])
    few = f"as its model gave it: {n} words that people labelled are too few to calibrate with"
    return curve, few if curve is None else f"calibrated with {n} words that people labelled"
