"""The page and the block of figures: everything said, nothing loaded, no text becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import yaml

from labwidgets.analysis.comparing import compare
from labwidgets.analysis.markup import element
from labwidgets.analysis.metrics_card import card_metrics
from labwidgets.analysis.report import report
from labwidgets.analysis.scoring import score

EVIL = '<img src=x onerror="alert(1)">'


class Reader(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.values: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.values += attrs

    def handle_data(self, data):
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture
def page() -> str:
    references = [f"{EVIL} w{number} and so on" for number in range(40)]
    found = compare(
        references,
        {
            f"good {EVIL}": [
                f"{text} {EVIL}" if number % 9 == 0 else text for number, text in enumerate(references)
            ],
            "poor": ["" if number % 2 else "and so on " * 6 for number in range(40)],
        },
        columns={EVIL: [EVIL if number % 3 else "b" for number in range(40)]},
        normalize="none",
    )
    return report(found.scores, title=f"Errors {EVIL}", pairs=found.pairs)


def test_no_text_becomes_markup_and_nothing_is_loaded(page):
    found = read(page)
    assert not {"img", "script", "link", "iframe", "object", "a"} & set(found.names)
    assert not [name for name, _ in found.values if name.startswith("on") or name in ("src", "href")]
    assert EVIL in found.text
    assert "url(" not in page
    assert re.search(r"https?://", page) is None


def test_the_page_says_what_its_figures_rest_on(page):
    text = read(page).text
    for words in (
        "95 % interval",
        "Which differences are real",
        "is better",
        "Where poor fails",
        "goes round in circles",
        "The worst of poor",
        "none: nothing is changed",
        "2000 draws of 40 utterances",
        "mapsswe+holm",
        "labwidgets 0.",
    ):
        assert words in text, words


def test_a_page_of_one_small_model_is_complete_too():
    found = score(["a b", "c"], ["a x", "c"], columns={"speaker": ["s1", "s2"]}, normalize="whisper")
    text = read(report({"m": found}, title="Small")).text
    assert "Only 2 speakers to resample" in text
    assert "Which differences" not in text


def test_values_of_attributes_are_escaped():
    assert (
        element("p", 3, None, title='"><b>', data_x=1).markup
        == '<p title="&quot;&gt;&lt;b&gt;" data-x="1">3</p>'
    )


def test_the_block_of_a_model_card_has_n_interval_normalisation_and_version():
    found = score(["a b c d"] * 20, ["a b c x"] * 10 + ["a b c d"] * 10)
    block = yaml.safe_load(card_metrics(found, model="org/m", dataset="My calls", dataset_type="org/calls"))
    [result] = block["model-index"][0]["results"]
    assert result["dataset"] == {"name": "My calls", "type": "org/calls"}
    assert [(one["type"], one["value"]) for one in result["metrics"]] == [
        ("wer", 12.5),
        ("cer", 7.1429),
        ("grapheme_error_rate", 7.1429),
    ]
    name = result["metrics"][0]["name"]
    between = r"95 % interval [\d.]+% to [\d.]+% by utterance"
    assert re.fullmatch(rf"WER \(80 words, 20 utterances, {between}; basic, labwidgets \S+\)", name)
