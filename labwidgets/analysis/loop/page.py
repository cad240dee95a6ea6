"""Rounds on a page: where they stand, charts and a table, which load nothing from anywhere."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labwidgets.analysis.charts import chart_style
from labwidgets.analysis.loop.panels import by_slice, panels, slice_names
from labwidgets.analysis.loop.summary import summary
from labwidgets.analysis.markup import Child, Element, element
from labwidgets.records import ROUND_STEPS, length

if TYPE_CHECKING:
    from labwidgets.analysis.loop.measuring import ModelRate, SliceRate
    from labwidgets.analysis.loop.rounds import Round

_STYLE = """
& { --line: color-mix(in srgb, currentColor 22%, transparent); font: 14px/1.5 system-ui, sans-serif;
  color: var(--jp-content-font-color1, inherit); max-width: 84rem; padding: .2rem; }
& h3 { font-size: 1.05rem; font-weight: 600; margin: 1.1rem 0 .4rem; }
& p { margin: .4rem 0; max-width: 52rem; }
& .lw-now { border: 1px solid var(--line); border-inline-start: 4px solid #2f7ed8;
  border-radius: 4px; padding: .5rem .8rem; }
& .lw-now.lw-over { border-inline-start-color: #2e8b57; }
& .lw-now.lw-waits { border-inline-start-color: #c2611f; }
& .lw-now > strong { font-size: 1.05rem; }
& ol { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; list-style: none; margin: .3rem 0;
  padding: 0; }
& li { margin: 0; opacity: .72; }
& li[aria-current] { opacity: 1; font-weight: 600; }
& .lw-charts { display: grid; gap: 1rem 1.4rem; margin: .6rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); }
& .lw-wide { overflow-x: auto; }
& table { border-collapse: collapse; border: 0; margin: 0; font-size: inherit; table-layout: auto; }
& th, & td { text-align: start; padding: .25rem .7rem .25rem 0; border: 0;
  border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; background: none; }
& thead th { font-weight: 600; vertical-align: bottom; white-space: normal; }
& tr, & tr:nth-child(even), & tr:hover { background: none !important; }
& td.lw-n, & th.lw-n { text-align: end; font-variant-numeric: tabular-nums; }
& small { font-size: .86em; opacity: .85; white-space: nowrap; }
& dl { margin: .3rem 0 0; display: block; }
& dl > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .2rem 0;
  border-top: 1px solid var(--line); }
& dl dt { flex: 0 0 9.5rem; float: none; font-weight: 400; opacity: .85; }
& dl dd { flex: 1 1 11rem; margin: 0; padding: 0; }
"""


@dataclass(frozen=True, slots=True, repr=False)
class Rounds:
    """All rounds of a project, the first one first; a notebook shows a page of them.

    Attributes:
        rounds: They.
        slice_by: Column by which errors are told as well.
        start: Errors of the model that the first round began with; None where it was not measured.
    """

    rounds: tuple[Round, ...]
    slice_by: str = "accent"
    start: ModelRate | None = None

    def __len__(self) -> int:
        return len(self.rounds)

    def __iter__(self) -> Iterator[Round]:
        return iter(self.rounds)

    def __getitem__(self, place: int) -> Round:
        return self.rounds[place]

    def __repr__(self) -> str:
        """What came of all, and of each, in lines."""
        return "\n".join([*summary(self), *map(str, self.rounds)]) or _NONE

    def _repr_html_(self) -> str:
        if not self.rounds:
            return _page(element("p", _NONE))
        return _page(
            _standing(self.rounds[-1]),
            *_short(self),
            element("div", *panels(self), class_="lw-charts"),
            _ground(self),
            element("h3", "Rounds"),
            _table(_HEAD, [_row(one) for one in self.rounds], (len(_HEAD) - 1,)),
            *_slice_table(self),
            *_notes(self.rounds),
        )


_NOTHING = "\u2013"
_NONE = "No round was begun yet: project.round()."

_HEAD = (
    "round",
    "drafts by",
    "labelled by people",
    "minutes of work",
    "decided by the model",
    "audited WER of that",
    "minutes saved",
    "trained",
    "in use after it",
    "WER on the test set",
)
_FIGURES = (
    "labelled by people",
    "minutes of work",
    "decided by the model",
    "audited WER of that",
    "minutes saved",
)
"""Columns that stand at the right; those of errors do, too."""


def _short(rounds: Rounds) -> list[Element]:
    said = [element("p", sentence) for sentence in summary(rounds)]
    return [element("h3", "In short"), *said] if said else []


def card(one: Round) -> str:
    """Return one round as HTML."""
    return _page(_standing(one), *_notes([one]))


def _page(*children: Child) -> str:
    # Twice the class: what Jupyter says of lists and tables in outputs is as strong as one.
    own = _STYLE.replace("&", ".lw-rounds.lw-rounds")
    style = Element(f"<style>{own}{chart_style('lw-rounds')}</style>")
    return element("div", style, *children, class_="lw-rounds").markup


def _standing(one: Round) -> Element:
    """Return where a round stands: its steps, what it waits for, what came out so far."""
    place = ROUND_STEPS.index(one.step)
    steps = [
        element(
            "li",
            f"{'✓' if number < place or one.is_done else '●' if number == place else '○'} {name}",
            aria_current="step" if number == place else None,
        )
        for number, name in enumerate(ROUND_STEPS[:-1])
    ]
    state = "done" if one.is_done else f"waits for {one.waits_for}" if one.waits_for else "under way"
    facts = [element("div", element("dt", name), element("dd", value)) for name, value in one.facts()]
    look = "lw-over" if one.is_done else "lw-waits" if one.waits_for == "people" else ""
    return element(
        "section",
        element("strong", f"Round {one.number}: {state}"),
        element("ol", *steps),
        element("p", one.to_do) if one.to_do else None,
        element("dl", *facts),
        class_=f"lw-now {look}".strip(),
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Child]], rates: Container[int]) -> Element:
    def cell(kind: str, place: int, child: Child) -> Element:
        is_figure = head[place] in _FIGURES or place in rates
        return element(kind, child, class_="lw-n" if is_figure else None)

    heading = element("tr", *(cell("th", place, name) for place, name in enumerate(head)))
    lines = [element("tr", *(cell("td", place, child) for place, child in enumerate(row))) for row in rows]
    table = element("table", element("thead", heading), element("tbody", *lines))
    return element("div", table, class_="lw-wide")


def _row(one: Round) -> list[Child]:
    return [
        str(one.number) if one.is_done else f"{one.number}, at {one.step}",
        one.drafter or "nobody",
        f"{one.labelled}, {length(one.hours)}",
        "not on record" if one.minutes is None else f"{one.minutes:.0f}",
        _NOTHING if one.share is None else f"{one.accepted} of {one.n_pool} ({one.share:.0%})",
        _audited(one),
        _saved(one),
        one.trained or _NOTHING,
        one.in_use or _NOTHING,
        _final(one),
    ]


def _final(one: Round) -> Child:
    if not one.is_done or one.wer is None:
        return _NOTHING
    return f"{one.wer:.1%}" if one.rate is None else _rated(one.rate)


def _audited(one: Round) -> str:
    if one.bound is None or not one.accepted:
        return _NOTHING
    seen = "" if one.audited_wer is None else f"{one.audited_wer:.1%}, "
    return f"{seen}upper bound {one.bound:.1%} (limit {one.settings.max_wer:.1%})"


def _saved(one: Round) -> Child:
    if not one.accepted:
        return _NOTHING
    return "not known" if one.saved_minutes is None else f"{one.saved_minutes:.0f}"


def _rated(rate: ModelRate | SliceRate) -> Child:
    if rate.interval is None:
        return f"{rate.wer:.1%}"
    low, high = rate.interval
    return element("span", f"{rate.wer:.1%} ", element("small", f"{low:.1%} to {high:.1%}"))


def _slice_table(rounds: Rounds) -> list[Child]:
    names, found = slice_names(rounds), by_slice(rounds)
    if not names:
        return []
    newest = next(parts for parts in reversed(found) if parts)
    rows: list[list[Child]] = []
    for name in names:
        words = newest[name].n_words if name in newest else 0
        cells = [_rated(parts[name]) if name in parts else _NOTHING for parts in found]
        rows.append([name or "not known", f"{words}", *cells])
    heads = ["start", *(f"round {one.number}" for one in rounds)]
    title = element("h3", f"WER by {rounds.slice_by}")
    return [title, _table([rounds.slice_by, "words", *heads], rows, range(1, len(heads) + 2))]


def _ground(rounds: Rounds) -> Element | None:
    """Return what the errors are counted on."""
    n_words = max((one.n_words for one in rounds), default=0)
    if not n_words:
        return None
    said = f"WER is counted on the same {n_words} words for all models: what people labelled of the test set."
    if any(one.accepted for one in rounds):
        said += " What a model decided is not in it, so that it is harder than the rest."
    return element("p", said)


def _notes(rounds: Sequence[Round]) -> list[Child]:
    said = [element("p", f"Round {one.number}: {note}.") for one in rounds for note in one.notes]
    return list(said)
