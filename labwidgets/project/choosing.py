"""What to label next, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from labwidgets.errors import ConfigError
from labwidgets.records import Progress, QueueReport, WhatNext, WorthRow
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.analysis.worth import Weights

MOST_SHOWN = 1000


class Choosing(StoreSource):
    """The part of a project that says what is most worth a person's time."""

    def refresh_queue(
        self, *, weights: Mapping[str, float] | None = None, progress: Progress | None = None
    ) -> QueueReport:
        """Rank all open segments by what labelling them is worth a minute: the queue's order ``value``.

        Worth is errors to mend, words that references have few of, and kinds of speech (accent, speaker,
        language, source) that they have little of; see ``labwidgets.analysis.worth``. Call it again after a
        round of drafts or labels: what is there then counts. Segments that were drawn as audits are placed by
        chance. Labelling can go on meanwhile.

        Args:
            weights: What counts how much, on top of ``worth`` in ``project.yaml``: ``errors``, ``novelty``,
                ``coverage``; ``accent``, ``speaker``, ``language``, ``collection``; or one value of such a
                kind, ``{"accent:Indian": 3}``. 1 where nothing is said.
            progress: Called as it goes.

        Raises:
            ConfigError: Nothing of that name is weighed, or a weight is no usable number.
        """
        from labwidgets.analysis.worth import Experience, plan

        chosen = self._weights(weights)
        items, referred = self.store.open_items(), self.store.referred_items()
        experience = Experience.of(self.store.done_items(), self.store.judged_drafts())

        def told(n: int) -> None:
            if progress is not None:
                progress(n, len(items), "ranking")

        found = plan(items, referred, experience, weights=chosen, progress=told)
        known = {
            "rows": [asdict(row) for row in found.rows],
            "notes": list(found.report.notes),
        }
        drafts = {"crossing": experience.effort.crossing, "models": experience.quality.to_json()}
        self.store.rank(found.places, known, drafts, min_per_s=found.min_per_s)
        return found.report

    def what_next(self, n: int = 10) -> WhatNext:
        """Return the open segments that are most worth labelling, and why; a notebook shows a table.

        They are as the last :meth:`refresh_queue` ranked them; where there was none, it is called. Audits are
        not among them: chance alone says when those come.

        Args:
            n: How many, at most 1,000.

        Raises:
            ConfigError: ``n`` is out of range.
        """
        if not 1 <= n <= MOST_SHOWN:
            raise ConfigError("no such number of segments", value=n, allowed=f"1 to {MOST_SHOWN}")
        known = self.store.ranking()
        if known is None:
            self.refresh_queue()
            known = self.store.ranking() or {"rows": [], "notes": []}
        is_open = set(self.store.still_open([row["segment_id"] for row in known["rows"]]))
        rows = [WorthRow(**row) for row in known["rows"] if row["segment_id"] in is_open][:n]
        counts = self.store.counts()
        n_open = counts.total - counts.done - counts.skipped - counts.blocked
        return WhatNext(tuple(rows), n_open, _notes(known, n_shown=len(rows), n_open=n_open, n=n))

    def _weights(self, given: Mapping[str, float] | None) -> Weights:
        from labwidgets.analysis.worth import Weights

        return Weights.of({**self.settings.worth, **(given or {})})


def _notes(known: Mapping[str, Any], *, n_shown: int, n_open: int, n: int) -> tuple[str, ...]:
    few = ("Most that was ranked is labelled by now: project.refresh_queue() ranks the rest.",)
    return (*(few if n_shown < min(n, n_open) else ()), *known["notes"])
