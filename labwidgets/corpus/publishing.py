"""From a store to a Hub: what may go, what the card says, and what is remembered of it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from labwidgets.corpus.card import Card, CardContext, Facts, Version, card_fields, card_text
from labwidgets.corpus.dataset import writing_to
from labwidgets.corpus.history import history_splits
from labwidgets.corpus.hub import PushOptions, PushReport, checked_repo_id, push
from labwidgets.corpus.releases import Releases
from labwidgets.corpus.snapshots import linked
from labwidgets.errors import ConsentError, LabError
from labwidgets.records import SHARE, Consent, Progress
from labwidgets.store import Push, Store

_SHOWN = 5
_LEFT_BEHIND_S = 86_400.0


@dataclass(frozen=True, slots=True)
class PushWish:
    """What a user asks for.

    Attributes:
        repo_id: ``owner/name``.
        snapshot: Push this saved one instead of the data set as it is now.
        history: Let every draft and every revision go along, as a second config.
        without_consent: Why it may go although something is missing on record; written into the card.
        guidelines: For the card: what the annotators were told.
        options: How it goes.
    """

    repo_id: str
    snapshot: str | None = None
    history: bool = False
    without_consent: str | None = None
    guidelines: str = ""
    options: PushOptions = field(default_factory=PushOptions)


class Publisher:
    """Pushes the data sets of a store.

    Args:
        store: Open store.
        releases: Its data sets.
        name: Title on the card.
    """

    def __init__(self, store: Store, releases: Releases, *, name: str) -> None:
        self._store = store
        self._releases = releases
        self._name = name

    def push(self, wish: PushWish, *, progress: Progress | None = None) -> PushReport:
        """Push and remember it; or, for a dry run, say what would go, and what stands against it.

        Raises:
            ConsentError: Consent or a licence is missing, or was taken back meanwhile.
            HubError: The Hub refused or could not be reached.
            ProjectError: Nothing is finished yet.
        """
        checked_repo_id(wish.repo_id)
        n_withdrawals = self._store.n_withdrawals()
        with self._files(wish, progress) as folder:
            facts = Facts.load(folder)
            missing = tuple(missing_on_record(facts, self._store.consents()))
            if missing and wish.without_consent is None and not wish.options.dry_run:
                raise _not_allowed(missing)
            history = self._releases.history(folder) if wish.history else None
            options = replace(
                wish.options,
                card=self._card(folder, facts, wish, missing=missing, history=history),
                history=history,
                known=self._known(wish.repo_id),
                before_commit=lambda: self._refuse_withdrawn(n_withdrawals),
            )
            try:
                report = push(folder, wish.repo_id, options=options)
            except LabError:
                # Whoever withdraws takes the files away from under the push.
                self._refuse_withdrawn(n_withdrawals)
                raise
        if options.dry_run:
            lacking = missing if wish.without_consent is None else ()
            lines = [f"before it may go: {line}" for line in lacking]
            return replace(report, warnings=(*report.warnings, *lines))
        self._remember(wish, facts, report)
        if self._store.n_withdrawals() != n_withdrawals:
            warning = "A speaker took consent back while this was pushed: push again at once."
            report = replace(report, warnings=(*report.warnings, warning))
        return report

    def _remember(self, wish: PushWish, facts: Facts, report: PushReport) -> None:
        size = (facts.rows.total(), sum(facts.hours.values()))
        tag, day = wish.options.tag, self._day()
        self._store.add_push(Push(wish.repo_id, report.commit, tag, day, *size, report.wanted))

    @contextmanager
    def _files(self, wish: PushWish, progress: Progress | None) -> Iterator[Path]:
        """Give the data set's files under names of our own: labelling goes on, and theirs may be replaced."""
        if wish.snapshot is None:
            folder = self._releases.current(progress=progress)
        else:
            folder = self._releases.saved(wish.snapshot)
        _clear_left_behind(self._releases.folder)
        with tempfile.TemporaryDirectory(dir=self._releases.folder, prefix=".push-") as pinned:
            with writing_to(Path(pinned)):
                shutil.copytree(folder, pinned, copy_function=linked, dirs_exist_ok=True)
            yield Path(pinned)

    def _refuse_withdrawn(self, n_withdrawals: int) -> None:
        if self._store.n_withdrawals() != n_withdrawals:
            raise ConsentError(
                "a speaker took consent back while this was pushed; nothing of it can be seen there",
                remedy="Push again: the data set is written anew without them",
            )

    def _day(self) -> str:
        _, at_us, _ = self._store.rows_marker()
        return datetime.fromtimestamp(at_us / 1e6, tz=UTC).date().isoformat()

    def _known(self, repo_id: str) -> dict[str, str] | None:
        pushes = [done for done in self._store.pushes() if done.repo_id == repo_id]
        return dict(pushes[-1].files) if pushes else None

    def _card(
        self, folder: Path, facts: Facts, wish: PushWish, *, missing: Sequence[str], history: Path | None
    ) -> Card:
        schema = pq.read_schema(folder / facts.shards[0].path)
        consents = valid_consents(self._store.consents())
        splits = () if history is None else history_splits(history)
        context = CardContext(
            self._name,
            wish.repo_id,
            tuple(consents[name] for name in _speakers(facts) if name in consents),
            override=wish.without_consent if missing else None,
            missing=tuple(missing),
            versions=self._versions(wish, facts, self._day()),
            guidelines=wish.guidelines,
            has_history=bool(splits),
            n_withdrawn=self._store.n_withdrawals(),
            columns=tuple(schema.names),
        )
        fields = card_fields(facts, self._name, schema=schema, history=splits)
        return Card(fields, card_text(facts, context))

    def _versions(self, wish: PushWish, facts: Facts, day: str) -> tuple[Version, ...]:
        versions = {
            done.tag: Version(done.tag, done.day, done.n_rows, done.hours)
            for done in self._store.pushes()
            if done.repo_id == wish.repo_id and done.tag is not None
        }
        tag = wish.options.tag
        if tag is not None and tag not in versions:
            versions[tag] = Version(tag, day, facts.rows.total(), sum(facts.hours.values()))
        return tuple(versions.values())


def valid_consents(consents: Sequence[Consent]) -> dict[str, Consent]:
    """Return the newest consent of each speaker who did not take it back."""
    return {one.speaker: one for one in consents if not one.is_withdrawn}


def missing_on_record(facts: Facts, consents: Sequence[Consent]) -> list[str]:
    """Return what stands against passing a data set on, one line each."""
    lines = without_consent(facts, consents)
    n_unnamed = sum(len(groups) for groups in facts.groups.values()) - len(_speakers(facts))
    if n_unnamed:
        lines.append(f"{n_unnamed} recordings have no named speaker")
    if facts.licences[""]:
        lines.append(f"{facts.licences['']} segments have no licence")
    return lines


def without_consent(facts: Facts, consents: Sequence[Consent]) -> list[str]:
    """Return which named speakers did not agree to be passed on, one line each."""
    known = valid_consents(consents)
    speakers = _speakers(facts)
    lines = [f"no consent of {name} is on record" for name in speakers if name not in known]
    return lines + [
        f"{name} did not allow to share the recordings"
        for name in speakers
        if name in known and SHARE not in known[name].scope
    ]


def _speakers(facts: Facts) -> list[str]:
    return sorted(set().union(*facts.speakers.values()))


def shown(lines: Sequence[str]) -> str:
    """Return the first of ``lines`` as one, and how many more there are."""
    return "; ".join(lines[:_SHOWN]) + (f"; and {len(lines) - _SHOWN} more" if lines[_SHOWN:] else "")


def _not_allowed(missing: Sequence[str]) -> ConsentError:
    return ConsentError(
        "not everything that is needed to publish is on record",
        value=shown(missing),
        remedy=(
            "Put consent on record (project.consent(…), labwidgets consent), or say why it may go out as it "
            "is (without_consent=…, --without-consent); that reason is written into the card"
        ),
    )


def _clear_left_behind(folder: Path) -> None:
    """Delete what a push that was killed left; one that still runs is younger."""
    for path in folder.glob(".push-*"):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
            shutil.rmtree(path, ignore_errors=True)
