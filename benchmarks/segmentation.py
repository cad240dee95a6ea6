"""Where somebody speaks: missed speech and false alarms against RTTM, by pyannote.metrics.

python benchmarks/segmentation.py FOLDER, which holds ``ami_pyannote`` and ``conversation_2spk``.

The sides hear the same samples: Silero's model, also at its package's threshold, and the level meter as
``project.segment()`` runs them; the segments that come of the model with their silence around; and librosa's
``effects.split`` as a plain baseline.
Overlapped speech counts once, there is no collar, and a recording counts from its first to its last sample.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import librosa
import numpy as np
from _speech import RATE_HZ, read_sound
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.detection import DetectionErrorRate

from labwidgets.audio.segmentation import Cutting, segment_spans, voice_spans
from labwidgets.audio.voice import FRAME_S, VoiceModel, frame_levels, probabilities_by_level

Spans = Sequence[tuple[float, float]]
Side = Callable[[np.ndarray], Spans]


def recordings(folder: Path) -> Iterator[tuple[str, str, Path, Spans]]:
    """Give (part, name, file, where somebody speaks)."""
    ami = folder / "ami_pyannote"
    turns = rttm(ami / "ref.rttm")
    for path in sorted((ami / "audio").glob("*.flac")):
        if path.stem in turns:
            yield "ami_pyannote", path.stem, path, turns[path.stem]
    talks = folder / "conversation_2spk"
    [spans] = rttm(talks / "pyannote_sample.rttm").values()
    yield "conversation_2spk (RTTM)", "pyannote_sample", talks / "pyannote_sample.wav", spans
    with (talks / "gecko_demo.segments.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    told = [(float(row["start"]), float(row["end"])) for row in rows]
    yield "conversation_2spk (turns of a transcript)", "gecko_demo", talks / "gecko_demo.mp3", told


def rttm(path: Path) -> dict[str, Spans]:
    """Return the spans of each recording of an RTTM file."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if fields and fields[0] == "SPEAKER":
            found[fields[1]].append((float(fields[3]), float(fields[3]) + float(fields[4])))
    return dict(found)


def sides() -> dict[str, Side]:
    model = VoiceModel()

    def by_model(samples: np.ndarray) -> Spans:
        return voice_spans(model.probabilities([samples]), FRAME_S)

    def by_model_at_half(samples: np.ndarray) -> Spans:
        return voice_spans(model.probabilities([samples]), FRAME_S, threshold=0.5)

    def by_level(samples: np.ndarray) -> Spans:
        return voice_spans(probabilities_by_level(frame_levels([samples])), FRAME_S)

    def segments(samples: np.ndarray) -> Spans:
        duration_s = len(samples) / RATE_HZ
        levels = frame_levels([samples])
        return segment_spans(by_model(samples), levels, FRAME_S, duration_s=duration_s, cutting=Cutting())

    def plain(samples: np.ndarray) -> Spans:
        edges = librosa.effects.split(samples, top_db=30, frame_length=1024, hop_length=256)
        return [(first / RATE_HZ, last / RATE_HZ) for first, last in edges]

    return {
        "silero": by_model,
        "silero at 0.5": by_model_at_half,
        "by level": by_level,
        "librosa.effects.split": plain,
        "segments": segments,
    }


def annotation(spans: Spans) -> Annotation:
    found = Annotation()
    for start_s, end_s in spans:
        found[Segment(start_s, end_s)] = "speech"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    heard = [(part, name, read_sound(path), spans) for part, name, path, spans in recordings(folder)]
    print(f"{'part':42} {'side':22} {'speech':>8} {'missed':>8} {'false':>8} {'error':>8}")
    for name, side in sides().items():
        metrics: dict[str, DetectionErrorRate] = defaultdict(lambda: DetectionErrorRate(collar=0.0))
        began_s, sound_s = time.perf_counter(), 0.0
        for part, uri, samples, spans in heard:
            duration_s = len(samples) / RATE_HZ
            sound_s += duration_s
            uem = Timeline([Segment(0.0, duration_s)], uri=uri)
            told = annotation([(start_s, min(end_s, duration_s)) for start_s, end_s in spans])
            metrics[part](told, annotation(side(samples)), uem=uem)
        took_s = time.perf_counter() - began_s
        for part, metric in metrics.items():
            total_s = metric["total"]
            miss, false = (metric[key] / total_s for key in ("miss", "false alarm"))
            print(f"{part:42} {name:22} {total_s:7.1f}s {miss:8.1%} {false:8.1%} {miss + false:8.1%}")
        print(f"{'':42} {name:22} {sound_s / took_s:.0f} times real time, scoring with it\n")


if __name__ == "__main__":
    main()
