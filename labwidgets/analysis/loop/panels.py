"""The charts of a page of rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labwidgets.analysis.charts import Bars, Frame, Interval, Line, bar_chart, line_chart
from labwidgets.analysis.markup import Element

if TYPE_CHECKING:
    from labwidgets.analysis.loop.measuring import ModelRate, SliceRate
    from labwidgets.analysis.loop.page import Rounds

MOST_SLICES = 6
"""More are in the table alone."""

_ALL = 1.0
_BEFORE = ("draft", "audit")
"""Steps at which nothing is decided yet."""


def panels(rounds: Rounds) -> list[Element]:
    """Return errors, overall and by slice, minutes where known, what was decided, and how right that was."""
    is_timed = any(one.minutes is not None for one in rounds)
    minutes = [_minutes(rounds)] if is_timed else []
    return [_errors(rounds), *minutes, _shares(rounds), _audited(rounds), *_slices(rounds)]


def rates(rounds: Rounds) -> list[ModelRate | None]:
    """Return what is known of the model at the start, and of the one that each round left in use."""
    return [rounds.start, *(one.rate if one.is_done else None for one in rounds)]


def slice_names(rounds: Rounds) -> list[str]:
    """Return the values of the slices, those with the most words first, and last where it is not known."""
    words: dict[str, int] = {}
    for rate in rates(rounds):
        for part in () if rate is None else rate.slices:
            words[part.value] = max(part.n_words, words.get(part.value, 0))
    return sorted(words, key=lambda name: (not name, -words[name], name))


def by_slice(rounds: Rounds) -> list[Mapping[str, SliceRate]]:
    """Return the slices by value, for the start and each round."""
    return [{} if rate is None else {part.value: part for part in rate.slices} for rate in rates(rounds)]


def _labels(rounds: Rounds, *, with_start: bool) -> tuple[str, ...]:
    return (*(("start",) if with_start else ()), *(str(one.number) for one in rounds))


def _pairs(found: Sequence[ModelRate | SliceRate | None]) -> tuple[Interval | None, ...]:
    return tuple(None if one is None else one.interval for one in found)


def _wers(found: Sequence[ModelRate | SliceRate | None]) -> tuple[float | None, ...]:
    return tuple(None if one is None else one.wer for one in found)


def _errors(rounds: Rounds) -> Element:
    found = rates(rounds)
    frame = Frame("WER on the test set, by round", _labels(rounds, with_start=True))
    lines = [Line("model in use", _wers(found), _pairs(found), 0)]
    worse = tuple(
        None if one.new_rate is None or one.trained == one.in_use else one.new_rate.wer for one in rounds
    )
    if any(value is not None for value in worse):
        lines.append(Line("trained, not in use", (None, *worse), (), 1))
    return line_chart(frame, lines)


def _slices(rounds: Rounds) -> list[Element]:
    names, found = slice_names(rounds), by_slice(rounds)
    overall = Line("all", _wers(rates(rounds)), (), None)
    charts = []
    for name in names[:MOST_SLICES] if len(names) > 1 else ():
        parts = [some.get(name) for some in found]
        frame = Frame(f"WER, {rounds.slice_by} {name or 'not known'}", _labels(rounds, with_start=True))
        line = Line(name or "not known", _wers(parts), _pairs(parts), 0)
        charts.append(line_chart(frame, [line, overall]))
    return charts


def _minutes(rounds: Rounds) -> Element:
    frame = Frame("Minutes of people's work", _labels(rounds, with_start=False), is_share=False)
    audits = tuple(one.audit_minutes for one in rounds)
    others = tuple(
        None if one.minutes is None else one.minutes - (one.audit_minutes or 0.0) for one in rounds
    )
    return bar_chart(frame, [Bars("audits", audits, 1), Bars("other labels", others, 0)])


def _shares(rounds: Rounds) -> Element:
    frame = Frame("Decided by the model, of its drafts", _labels(rounds, with_start=False), most=_ALL)
    shares = tuple(None if one.step in _BEFORE else one.share for one in rounds)
    return bar_chart(frame, [Bars("decided", shares, 2)])


def _audited(rounds: Rounds) -> Element:
    limits = {one.settings.max_wer for one in rounds if one.bound is not None}
    limit = (max(limits), f"limit {max(limits):.1%}") if len(limits) == 1 else None
    frame = Frame("Audited errors of what was decided", _labels(rounds, with_start=False), limit=limit)
    seen = tuple(one.audited_wer for one in rounds)
    bounds = tuple(None if one.bound is None else (one.audited_wer or 0.0, one.bound) for one in rounds)
    return line_chart(frame, [Line("estimate, up to its bound", seen, bounds, 2)])
