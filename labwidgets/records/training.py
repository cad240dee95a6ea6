"""What a training came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from labwidgets.records.cards import Fact, Look, card
from labwidgets.records.pseudo import PseudoReport
from labwidgets.records.reports import Refusal, in_words, length

TrainingMethod = Literal["full", "lora"]
TRAINING_METHODS: tuple[TrainingMethod, ...] = ("full", "lora")
TrainingState = Literal["trained", "stopped"]
_SHOWN = 5
_SHAKY = 200
"""With fewer words a WER of 20 % is off by six points in one case of twenty, and rather more."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """One run of training.

    Attributes:
        run: Its name, which is also the name of the model that came out.
        state: ``trained``; or ``stopped`` before its end, and the same call goes on with it.
        base: Name of the model that it began with; empty for none.
        base_revision: Of that model.
        recipe: Name of the recipe.
        settings: The whole recipe, with what was changed of it.
        snapshot: The labels that it learned from.
        languages: Of the clips that it learned from, BCP-47.
        clips: Of each split.
        hours: Of the references that it learned from.
        n_accepted: References that it learned from which are drafts that a decision accepted.
        n_pseudo: Pseudo-labelled clips that it learned from, too; they are no references.
        n_pseudo_epoch: How many of them each epoch had.
        pseudo: How their drafts were chosen; None where none were wanted.
        left_out: Clips that were not used, and why.
        notes: What to know before trusting it.
        before: Errors of the base on the test set (see ``Score.to_dict``); None where there is no base.
        after: Errors of the model that came out.
        difference: WER before less WER after, in a paired test (see ``Comparison.to_dict``).
        best_epoch: The one whose weights were kept.
        epochs: Trained.
        seconds: Of training, over all starts, without the measuring.
        device: ``cpu`` or the name of the GPU.
        threads: Of the processor, that it used at most.
        versions: Of the libraries.
        decoding: With which it wrote where it was measured.
        curve: ``step``, ``epoch`` and ``loss`` or ``eval_loss``, as it went.
    """

    run: str
    state: TrainingState
    base: str
    base_revision: str
    recipe: str
    settings: Mapping[str, Any]
    snapshot: str
    languages: tuple[str, ...]
    clips: Mapping[str, int]
    hours: float
    left_out: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    difference: Mapping[str, Any] | None = None
    best_epoch: float | None = None
    epochs: float = 0.0
    seconds: float = 0.0
    device: str = "cpu"
    versions: Mapping[str, str] = field(default_factory=dict)
    curve: Sequence[Mapping[str, float]] = ()
    n_accepted: int = 0
    n_pseudo: int = 0
    n_pseudo_epoch: int = 0
    pseudo: PseudoReport | None = None
    threads: int = 0
    decoding: Mapping[str, Any] = field(default_factory=dict)

    _repr_pretty_ = in_words

    @classmethod
    def waiting(cls, recipe: str) -> Self:
        """Return the report of a run that was stopped before its turn came."""
        return cls("", "stopped", "", "", recipe, {}, "", (), {}, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``run.json`` holds them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the report that ``to_dict`` wrote."""
        known = dict(data)
        known["left_out"] = tuple(Refusal(**one) for one in data["left_out"])
        for name in ("languages", "notes", "curve"):
            known[name] = tuple(data[name])
        if data.get("pseudo") is not None:
            known["pseudo"] = PseudoReport.from_dict(data["pseudo"])
        return cls(**known)

    def __str__(self) -> str:
        sizes = ", ".join(f"{n} {name}" for name, n in self.clips.items())
        head = (
            f"{self.run}: {self.base or 'from nothing'}, {self.recipe}, {sizes} clips ({length(self.hours)})"
        )
        lines = [head if self.state == "trained" else f"{head}, stopped: the same call goes on with it"]
        lines += [f"  {name} {_rate(rate)}" for name, rate in self._rates() if rate is not None]
        if self.difference is not None:
            lines.append(f"  {_verdict(self.difference)}")
        lines += [f"  {note}" for note in (*self._beside(), *self.notes)]
        lines += [f"  left out {one.source}: {one.reason}" for one in self.left_out[:_SHOWN]]
        more = len(self.left_out) - _SHOWN
        return "\n".join([*lines, *([f"  and {more} more left out"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        head, look = self._headline()
        sizes = ", ".join(f"{n} {name}" for name, n in self.clips.items())
        facts: list[Fact] = [
            ("clips", f"{sizes}; {length(self.hours)} of references to learn from"),
            ("began with", f"{self.base or 'nothing'}, by the recipe {self.recipe}"),
        ]
        rates = (("before, on the test set", self.before), ("after", self.after))
        facts += [(name, _spread(rate)) for name, rate in rates if rate is not None]
        if self.difference is not None:
            facts.append(("difference", _verdict(self.difference)))
        if self.state == "trained":
            facts.append(("drafts", f'project.draft("{self.run}")'))
        left_out = [f"left out {one.source}: {one.reason}" for one in self.left_out[:_SHOWN]]
        more = len(self.left_out) - _SHOWN
        left_out += [f"and {more} more left out"] if more > 0 else []
        return card(head, facts=facts, notes=(*self._beside(), *self.notes, *left_out), look=look)

    def _headline(self) -> tuple[str, Look]:
        """Return what came of it in a line."""
        name, found = self.run or "The training", self.difference
        if self.state == "stopped":
            return f"{name} was stopped: the same call goes on with it", "waits"
        if found is None:
            return f"{name} is trained", "plain"
        if found["better"] is None:
            return f"{name} is trained; that it differs from {self.base} may be chance", "plain"
        if found["difference"] > 0:
            return f"{name} is better than {self.base}", "good"
        return f"{name} is WORSE than {self.base}", "waits"

    def _beside(self) -> list[str]:
        """Return how little measures it, and what it learned from that no person wrote."""
        said = []
        if self.after is not None and self.after["n_words"] < _SHAKY:
            said.append(
                f"only {self.after['n_words']} words measure it: label more speakers before you rely on this"
            )
        if self.n_accepted:
            said.append(f"{self.n_accepted} references are drafts that a decision accepted")
        if self.pseudo is not None:
            said.append(f"pseudo-labels: {self.n_pseudo} clips, {self.n_pseudo_epoch} in each epoch")
            said.append(f"  {self.pseudo}")
        return said

    def _rates(self) -> tuple[tuple[str, Mapping[str, Any] | None], ...]:
        return (("before:", self.before), ("after: ", self.after))


def _rate(rate: Mapping[str, Any]) -> str:
    between = "" if rate["interval"] is None else " [{:.1%}, {:.1%}]".format(*rate["interval"])
    return f"WER {rate['wer']:.1%}{between}, CER {rate['cer']:.1%}, {rate['n_words']} words"


def _spread(rate: Mapping[str, Any]) -> str:
    between = "" if rate["interval"] is None else " ({:.1%} to {:.1%})".format(*rate["interval"])
    return f"WER {rate['wer']:.1%}{between}, CER {rate['cer']:.1%}, of {rate['n_words']} words"


def _verdict(difference: Mapping[str, Any]) -> str:
    points, p = 100 * difference["difference"], difference["p"]
    if difference["better"] is None:
        return f"{abs(points):.1f} points apart, which may be chance (p = {p:.3g})"
    return f"{'better' if points > 0 else 'WORSE'} by {abs(points):.1f} points (p = {p:.3g})"
