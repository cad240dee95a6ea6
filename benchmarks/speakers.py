"""Diarization error rate of proposed speakers, by pyannote.metrics, beside plain baselines.

    python benchmarks/speakers.py [FOLDER]

FOLDER holds ami_pyannote (five pieces of AMI meetings of 30 s, CC BY 4.0, with RTTM) and conversation_2spk
(a telephone call of 30 s with RTTM; a sales call of 9.5 min and a dialogue of 52 s with turns). No collar,
overlap counts. ``pieces`` names each 1.6 s of speech, ``segments`` each segment,
parted where its speaker changes, as Project.find_speakers does.
"""

from __future__ import annotations

import argparse
import itertools
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _speech import _INTERVAL, RATE_HZ, read_sound
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from labwidgets.audio.diarization import in_pieces, standardised, who_speaks
from labwidgets.audio.diarization import turns as parted
from labwidgets.audio.segmentation import Cutting, segment_spans, voice_spans
from labwidgets.audio.speakers import DVectors, Timbre, VoiceVectors
from labwidgets.audio.voice import FRAME_S, VoiceModel, frame_levels
from labwidgets.records import Span

THRESHOLD = 0.35
"""As projects have it."""

Turn = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class Talk:
    """Sound and its true turns; ``speech`` is what the voice model hears, ``segments`` what is cut."""

    part: str
    samples: np.ndarray
    turns: list[Turn]
    speech: list[Span]
    segments: list[Span]


def talks(folder: Path) -> Iterator[Talk]:
    model = VoiceModel()
    for part, path, turns in _files(folder):
        samples = np.ascontiguousarray(read_sound(path))
        speech = voice_spans(model.probabilities([samples]), FRAME_S, threshold=THRESHOLD)
        length_s = len(samples) / RATE_HZ
        cut = segment_spans(
            speech, frame_levels([samples]), FRAME_S, duration_s=length_s, cutting=Cutting(pad_s=0.0)
        )
        yield Talk(part, samples, turns, speech, cut)


def _files(folder: Path) -> Iterator[tuple[str, Path, list[Turn]]]:
    meetings, calls = folder / "ami_pyannote", folder / "conversation_2spk"
    if meetings.is_dir():
        by_file = _rttm(meetings / "ref.rttm")
        for path in sorted((meetings / "audio").glob("*.flac")):
            yield "AMI", path, by_file[path.stem]
    if calls.is_dir():
        [turns] = _rttm(calls / "pyannote_sample.rttm").values()
        yield "calls", calls / "pyannote_sample.wav", turns
        lines = (calls / "gecko_demo.segments.tsv").read_text(encoding="utf-8").splitlines()[1:]
        rows = [line.split("\t") for line in lines]
        yield "calls", calls / "gecko_demo.mp3", [(float(row[0]), float(row[1]), row[2]) for row in rows]
        grid = (calls / "mfa_michaelandsickmichael.TextGrid").read_text(encoding="utf-8")
        tiers = re.split(r"item \[\d+\]:", grid)[1:]
        spoken = [
            (float(start_s), float(end_s), str(number))
            for number, tier in enumerate(tiers)
            for start_s, end_s, text in _INTERVAL.findall(tier)
            if text.strip()
        ]
        yield "calls", calls / "mfa_michaelandsickmichael.wav", spoken


def _rttm(path: Path) -> dict[str, list[Turn]]:
    found: dict[str, list[Turn]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start_s, length_s = map(float, fields[3:5])
        found.setdefault(fields[1], []).append((start_s, start_s + length_s, fields[7]))
    return found


def annotation(turns: Sequence[Turn]) -> Annotation:
    found = Annotation()
    for number, (start_s, end_s, who) in enumerate(turns):
        found[Segment(start_s, end_s), number] = who
    return found


def proposed(talk: Talk, model: VoiceVectors, *, n: int | None, by_segment: bool) -> list[Turn]:
    spans = talk.segments if by_segment else talk.speech
    vectors, lengths_s, turns, owners = [], [], [], []
    for owner, (start_s, end_s) in enumerate(spans):
        sound = talk.samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
        found, each_s = in_pieces(model.vectors(sound), end_s - start_s)
        vectors.append(found)
        for place in range(len(found)):
            turns.append((start_s + place * each_s, start_s + (place + 1) * each_s))
            lengths_s.append(each_s)
            owners.append(owner)
    if not vectors:
        return []
    together = np.concatenate(vectors)
    together = standardised(together) if model.is_raw else together
    labels = who_speaks(together, np.array(lengths_s), n=n, apart=model.apart)
    if not by_segment:
        return [(*turn, str(label)) for turn, label in zip(turns, labels.tolist(), strict=True)]
    named = []
    for owner, (start_s, _) in enumerate(spans):
        mine = [
            (label, each_s)
            for label, each_s, whose in zip(labels.tolist(), lengths_s, owners, strict=True)
            if whose == owner
        ]
        for label, length_s in parted(mine):
            named.append((start_s, start_s + length_s, str(label)))
            start_s += length_s  # noqa: PLW2901 - from one turn to the next
    return named


def rate(all_talks: Sequence[Talk], hypotheses: Sequence[Sequence[Turn]]) -> str:
    by_part: dict[str, DiarizationErrorRate] = {}
    for talk, turns in zip(all_talks, hypotheses, strict=True):
        metric = by_part.setdefault(talk.part, DiarizationErrorRate())
        metric(annotation(talk.turns), annotation(turns))
    return ", ".join(
        f"{part} {abs(metric):.1%} (missed {metric['missed detection'] / metric['total']:.1%}, "
        f"false alarm {metric['false alarm'] / metric['total']:.1%}, "
        f"confused {metric['confusion'] / metric['total']:.1%})"
        for part, metric in by_part.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/speech"))
    warnings.simplefilter("ignore")
    found = list(talks(parser.parse_args().folder))
    if not found:
        print("no recordings with turns there")
        return
    for what, spans in {
        "pieces": [talk.speech for talk in found],
        "segments": [talk.segments for talk in found],
    }.items():
        one = rate(found, [[(*span, "x") for span in those] for those in spans])
        print(f"one speaker, {what}: {one}")
    for model, by_segment, is_given in itertools.product(
        (Timbre(), DVectors()), (False, True), (True, False)
    ):
        names = [len({who for *_, who in talk.turns}) if is_given else None for talk in found]
        turns = [
            proposed(talk, model, n=n, by_segment=by_segment) for talk, n in zip(found, names, strict=True)
        ]
        kind = f"{'segments' if by_segment else 'pieces'}, n {'given' if is_given else 'guessed'}"
        print(f"{model.name}, {kind}: {rate(found, turns)}")


if __name__ == "__main__":
    main()
