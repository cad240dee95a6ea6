"""Figures for a model card: the block that the Hub reads, with what the figures rest on."""

from __future__ import annotations

from importlib.metadata import version

import yaml

from labwidgets.analysis.results import Score


def card_metrics(score: Score, *, model: str, dataset: str, dataset_type: str | None = None) -> str:
    """Return the ``model-index`` block of a model card on the Hub: WER, CER and cluster rate in percent.

    Each with its number of words and utterances, its interval where there is one, the normalisation and the
    version of what counted.

    Args:
        score: Of the model.
        model: Its name.
        dataset: Name of the data, for people.
        dataset_type: Its id on the Hub, such as ``mozilla-foundation/common_voice_17_0``; default: the name.
    """
    n = f"{score.n_words} words, {score.n_utterances} utterances"
    made = f"{score.normalisation.name}, labwidgets {version('labwidgets')}"
    between = ""
    if score.interval is not None:
        low, high = score.interval
        between = f", 95 % interval {low:.2%} to {high:.2%} by {score.groups.by}"
    metrics = [
        {"type": "wer", "name": f"WER ({n}{between}; {made})", "value": round(100 * score.wer, 4)},
        {"type": "cer", "name": f"CER ({n}; {made})", "value": round(100 * score.cer, 4)},
        {
            "type": "grapheme_error_rate",
            "name": f"Grapheme cluster error rate ({n}; {made})",
            "value": round(100 * score.ger, 4),
        },
    ]
    result = {
        "task": {"type": "automatic-speech-recognition", "name": "Automatic Speech Recognition"},
        "dataset": {"name": dataset, "type": dataset_type or dataset},
        "metrics": metrics,
    }
    block = {"model-index": [{"name": model, "results": [result]}]}
    return str(yaml.safe_dump(block, sort_keys=False, allow_unicode=True, width=1000))
