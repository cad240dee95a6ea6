"""Recordings with several speakers whose names in the hypotheses mean nothing: cpWER."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labwidgets.analysis.counts import rate
from labwidgets.analysis.inputs import Role, side
from labwidgets.analysis.pairing import Pairs
from labwidgets.analysis.results import Score
from labwidgets.analysis.scoring import score_pairs
from labwidgets.errors import MissingExtraError, SourceError
from labwidgets.text import Normalisation, Normalise, normalisation


@dataclass(frozen=True, slots=True)
class RecordingScore:
    """One recording.

    Attributes:
        recording: Its name.
        errors: Fewest words to change, leave out or add over all speakers, each matched to at most one.
        n_words: Words of all reference speakers.
        n_missed: Speakers of the reference without a match.
        n_invented: Speakers of the hypothesis without a match.
        assignment: Speaker of the reference and of the hypothesis; None where there is no match.
    """

    recording: str
    errors: int
    n_words: int
    n_missed: int
    n_invented: int
    assignment: tuple[tuple[str | None, str | None], ...]

    @property
    def cp_wer(self) -> float:
        """Errors over words."""
        return rate(self.errors, self.n_words)


@dataclass(frozen=True, eq=False, repr=False)
class MeetingsScore:
    """Recordings with several speakers.

    Attributes:
        recordings: One by one.
        score: Each matched pair of speakers as one utterance: counts, alignments, intervals by recording.
    """

    recordings: tuple[RecordingScore, ...]
    score: Score

    @property
    def cp_wer(self) -> float:
        """All errors over all words."""
        return rate(sum(one.errors for one in self.recordings), sum(one.n_words for one in self.recordings))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``labwidgets score --cp --json`` prints them."""
        recordings = [
            {
                "recording": one.recording,
                "cp_wer": one.cp_wer,
                "errors": one.errors,
                "n_words": one.n_words,
                "missed_speakers": one.n_missed,
                "invented_speakers": one.n_invented,
                "assignment": [list(pair) for pair in one.assignment],
            }
            for one in self.recordings
        ]
        return {"cp_wer": self.cp_wer, "recordings": recordings, **self.score.to_dict()}

    def __repr__(self) -> str:
        """The rate and what it rests on."""
        return f"<MeetingsScore cpWER {self.cp_wer:.2%}: {len(self.recordings)} recordings, {self.score!r}>"


Turns = Mapping[str, Mapping[str, str]]
"""By recording and speaker: all that was said, in the order of time."""


def cp_score(references: object, hypotheses: object, *, normalize: Normalise = "basic") -> MeetingsScore:
    """Return the concatenated minimum-permutation word error rate of recordings with several speakers.

    All that a speaker says in a recording is joined in the order of time; the speakers of both sides are
    matched so that the errors are fewest.

    Args:
        references: Rows or a file (STM, jsonl, csv) with ``recording``, ``speaker`` and a text, and a start
            time (``start_s`` or ``start``) where they are not in order.
        hypotheses: As ``references``; the names of speakers need not be the same.
        normalize: As for :func:`labwidgets.score`.

    Raises:
        SourceError: A side has no recordings or speakers, or they have no recording in common.
        MissingExtraError: ``meeteval`` is not installed.

    References:
        Watanabe et al., CHiME-6 challenge, 2020; worked out by MeetEval, github.com/fgnt/meeteval (MIT).
    """
    chain = normalisation(normalize)
    said, heard = _turns(references, "reference", chain), _turns(hypotheses, "hypothesis", chain)
    if not said.keys() & heard.keys():
        raise SourceError(
            "references and hypotheses have no recording in common",
            value=f"{next(iter(said), '')!r} and {next(iter(heard), '')!r}",
        )
    found = [_match(name, speakers, heard.get(name, {})) for name, speakers in said.items()]
    rows = [
        (f"{one.recording}/{speaker or f'+{other}'}", one.recording, speaker, other)
        for one in found
        for speaker, other in one.assignment
    ]
    pairs = Pairs(
        [key for key, *_ in rows],
        [said[name].get(speaker or "", "") for _, name, speaker, _ in rows],
        [heard.get(name, {}).get(other or "", "") for _, name, _, other in rows],
        {"recording": [name for _, name, _, _ in rows]},
    )
    return MeetingsScore(tuple(found), score_pairs(pairs, normalisation("none")))


def _turns(given: object, role: Role, chain: Normalisation) -> Turns:
    texts = side(given, role=role)
    missing = [name for name in ("recording", "speaker") if name not in texts.columns]
    if missing:
        raise SourceError(
            f"the {role} side has no column of {' and '.join(missing)}s",
            allowed="recording, speaker, a text, and a start time",
        )
    starts = texts.columns.get("start_s", texts.columns.get("start", range(len(texts.texts))))
    columns = (texts.columns["recording"], texts.columns["speaker"], starts, texts.texts)
    rows = [row for row in zip(*columns, strict=True) if row[3] is not None]
    found: dict[str, dict[str, list[str]]] = {}
    for recording, speaker, _, text in sorted(rows, key=lambda row: _time(row[2])):
        turns = found.setdefault(str(recording), {}).setdefault(str(speaker), [])
        turns.append(chain(text or ""))
    return {
        recording: {speaker: " ".join(" ".join(turns).split()) for speaker, turns in speakers.items()}
        for recording, speakers in found.items()
    }


def _time(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _match(recording: str, said: Mapping[str, str], heard: Mapping[str, str]) -> RecordingScore:
    try:
        from meeteval.wer.wer.cp import cp_word_error_rate
    except ImportError as error:
        raise MissingExtraError(
            "cpWER needs the package meeteval", remedy="Run: pip install 'labwidgets[meetings]'"
        ) from error
    if not heard:
        n_words = sum(len(text.split()) for text in said.values())
        alone = tuple((speaker, None) for speaker in said)
        return RecordingScore(recording, n_words, n_words, len(said), 0, alone)
    found = cp_word_error_rate(dict(said), dict(heard), reference_sort=False, hypothesis_sort=False)
    return RecordingScore(
        recording,
        int(found.errors),
        int(found.length),
        int(found.missed_speaker),
        int(found.falarm_speaker),
        _pairs(found.assignment),
    )


def _pairs(assignment: Sequence[tuple[Any, Any]]) -> tuple[tuple[str | None, str | None], ...]:
    return tuple(
        (None if one is None else str(one), None if other is None else str(other))
        for one, other in assignment
    )
