"""What lies in a trained model's folder for whoever finds it without the project: a model card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from labwidgets.asr.embedded import EMBEDDED
from labwidgets.corpus.card.markdown import code, counted, inline, length, listed, table
from labwidgets.records import TrainReport

CARD_FILE = "README.md"
_LICENCE = (
    "The licence of the model that it began with lies beside this as `LICENSE` where it came with one. The "
    "recordings that it learned from have their own."
)
_RATE = "16 kHz, mono"


def model_card(report: TrainReport, *, language: str | None = None) -> str:
    """Return the card of a run as Markdown: how to load it, what it is, what is known of its errors.

    Args:
        report: Of the run.
        language: That a Whisper of many languages is told when it writes; None for other models.
    """
    parts = [
        _front(report),
        f"# {inline(report.run)}",
        _what(report),
        "## Load it",
        _loading(language),
        "## Errors",
        *_errors(report),
        "## How it was made",
        listed(_made(report)),
        "## Licence",
        _LICENCE,
    ]
    return "\n\n".join(parts) + "\n"


def _front(report: TrainReport) -> str:
    known = {
        "library_name": "transformers",
        "pipeline_tag": "automatic-speech-recognition",
        "language": list(report.languages),
        "tags": ["labwidgets"],
    }
    if report.base in EMBEDDED:
        known["base_model"] = EMBEDDED[report.base].publisher_id
    # JSON is YAML, and quotes what has to be quoted.
    return "\n".join(["---", *(f"{name}: {json.dumps(value)}" for name, value in known.items()), "---"])


def _what(report: TrainReport) -> str:
    base = code(report.base) if report.base else "nothing"
    n, spoken = report.clips.get("train", 0), ", ".join(report.languages)
    return (
        f"A speech recogniser trained from {base} on {counted(n, 'clip')} ({length(report.hours)}, {spoken})."
    )


def _loading(language: str | None) -> str:
    told = ""
    if language is not None:
        told = f', generate_kwargs={{"language": "{language}", "task": "transcribe"}}'
    lines = [
        "import soundfile",
        "from transformers import pipeline",
        "",
        'recognise = pipeline("automatic-speech-recognition", "PATH/OF/THIS/FOLDER")',
        f'samples, rate_hz = soundfile.read("clip.flac", dtype="float32")  # {_RATE}',
        f'print(recognise({{"raw": samples, "sampling_rate": rate_hz}}{told})["text"])',
    ]
    return "```python\n" + "\n".join(lines) + "\n```"


def _errors(report: TrainReport) -> Iterator[str]:
    rows = [
        (name, *_rate(rate))
        for name, rate in (("before", report.before), ("after", report.after))
        if rate is not None
    ]
    yield table(("", "WER", "95 % interval", "CER", "words"), rows)
    said = "On a test set of speakers (where not known: recordings) that no training learned from"
    told = ", ".join(f"{name}={value}" for name, value in report.decoding.items())
    yield f"{said}; letter case and punctuation aside{f'; decoded with {code(told)}' if told else ''}."
    slices = (report.after or {}).get("by") or []
    if slices:
        head = ("accent", "WER", "95 % interval", "CER", "words")
        yield table(head, [(inline(str(one["name"]) or "not known"), *_rate(one)) for one in slices])


def _rate(rate: Mapping[str, Any]) -> tuple[str, str, str, str]:
    between = "one only" if rate["interval"] is None else "{:.1%} to {:.1%}".format(*rate["interval"])
    return f"{rate['wer']:.1%}", between, f"{rate['cer']:.1%}", str(rate["n_words"])


def _made(report: TrainReport) -> Iterator[str]:
    method, best = report.settings.get("method"), report.best_epoch
    epochs = f"{report.epochs:g} epochs{'' if best is None else f', the weights of epoch {best:g}'}"
    yield f"Recipe {code(report.recipe)}, method {method}, seed {report.settings.get('seed')}; {epochs}."
    yield f"On {inline(report.device)} with {report.threads} threads, labels {code(report.snapshot)}."
    yield "All settings, losses and versions of libraries stand in `run.json`."
    if method == "lora":
        yield "Its adapters are merged into the weights: it loads without peft."
    if report.n_accepted:
        yield f"{report.n_accepted} of its references are drafts that a model decided alone."
    if report.n_pseudo:
        n = counted(report.n_pseudo, "clip")
        yield f"It learned from {n} with pseudo-labels, too, which no person wrote."
    yield from map(inline, report.notes)
