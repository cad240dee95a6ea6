"""The card says what the files hold, in YAML that the Hub's own reader takes, and keeps what people write."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from huggingface_hub import DatasetCard

from labwidgets.corpus.card import (
    Card,
    CardContext,
    Facts,
    Version,
    card_text,
    hub_licence,
    merge_cards,
    render_card,
    size_category,
)
from labwidgets.corpus.dataset import ExportOptions, write_parquet
from labwidgets.errors import CardError
from labwidgets.records import Consent, StoredDecision

OURS = Card({"pretty_name": "Voices", "license": "mit", "configs": [{"config_name": "default"}]}, "facts\n")


@pytest.fixture
def export(tmp_path, make_row, sounds):
    def run(*rows, **options):
        rows = rows or tuple(make_row(n) for n in range(8))
        return write_parquet(rows, sounds, tmp_path / "out", options=ExportOptions(**options))

    return run


def card_of(export):
    return DatasetCard((export.folder / "README.md").read_text())


def test_the_yaml_equals_the_files(export):
    report = export(name="Voices of Awadh")
    data = card_of(report).data.to_dict()
    assert data["pretty_name"] == "Voices of Awadh"
    assert (data["language"], data["license"]) == (["en"], "cc0-1.0")
    assert data["task_categories"] == ["automatic-speech-recognition"]
    assert data["size_categories"] == ["n<1K"]
    splits = {item["name"]: item["num_examples"] for item in data["dataset_info"]["splits"]}
    assert splits == report.splits
    assert data["dataset_info"]["download_size"] == sum(shard.n_bytes for shard in report.shards)
    assert data["dataset_info"]["features"][0] == {
        "name": "audio",
        "dtype": {"audio": {"sampling_rate": 16000}},
    }
    assert [item["path"] for item in data["configs"][0]["data_files"]] == [
        f"data/{name}-*" for name in splits
    ]


def test_the_text_has_the_figures(export):
    report = export()
    text = card_of(report).text
    assert "8 segments" in text
    assert "4 named speakers" in text
    assert "| a model's draft, corrected by a person | 8 | 100.0% |" in text
    assert "1 annotator, named by pseudonym" in text
    assert "No speaker is in two splits" in text
    assert "Little audio: en (4.0 s)" in text
    assert "| `m/tiny` | made or corrected here | 50.0% | 50.0% to 50.0% | 16 | 4 |" in text
    assert '"label_origin": "corrected"' in text
    for shard in report.shards:
        assert shard.sha256 in text


def test_what_a_model_decided_is_told_with_its_limit(export, make_row):
    decided = {"origin": "auto_accepted", "decision_id": "dec_1"}
    rows = [make_row(n, reference=decided if n < 3 else {}) for n in range(8)]
    look = StoredDecision("dec_1", "pool_1", 0.05, 0.1, 4, "basic", 0.9, 0.04, 60, 3, False)
    report = export(*rows, decisions=(look, replace(look, id="dec_2")))
    text = card_of(report).text
    assert "| `dec_1` | 3 | 5.0% | 90% | 60 |" in text
    assert "dec_2" not in text
    assert card_text(Facts.load(report.folder), CardContext("x")).count("`dec_1` | 3") == 1
    # A data set of before there were decisions in a card.
    path = report.folder / ".facts.json"
    old = {
        name: value
        for name, value in json.loads(path.read_text()).items()
        if name not in ("decisions", "rules")
    }
    path.write_text(json.dumps(old))
    assert not Facts.load(report.folder).decisions


def test_counts_kept_beside_the_files_say_the_same_again(export):
    report = export()
    context = CardContext("x", "org/x")
    assert card_text(Facts.load(report.folder), context) == card_text(report.facts, context)


def test_names_from_outside_cannot_become_markup(export, make_row):
    row = make_row(
        0,
        recording={"collection": "<script>alert(1)</script> | x\n# y", "accent": "a|b"},
        reference={"text": "``` </details> <b>"},
    )
    text = card_of(export(row)).text
    assert "<script>" not in text
    assert "\n# y" not in text
    assert text.count("```") == 2


def test_a_published_card_has_loading_versions_citation_and_consent(export):
    consents = tuple(Consent(f"c{n}", f"spk{n}", "CC-BY-4.0", ("share",), "2026-01", "", 0) for n in range(3))
    consents += (Consent("c3", "spk3", "CC-BY-4.0", ("share", "commercial"), "2026-02", "", 0),)
    context = CardContext(
        "Voices",
        "org/voices",
        consents,
        override="old recordings",
        missing=("spk3: no consent",),
        versions=(Version("v1", "2026-02-03", 8, 0.1),),
        guidelines="Write <numbers> as words.",
        has_history=True,
        n_withdrawn=1,
    )
    text = card_text(export().facts, context)
    assert 'load_dataset("org/voices", "history", revision="v1")' in text
    assert "| `v1` | 2026-02-03 | 8 |" in text
    assert "@misc{org_voices," in text
    assert "| 3 | CC-BY-4.0 | share | 2026-01 |" in text
    assert "Reason given: old recordings" in text
    assert "commercial use; not all speakers agreed" in text
    assert "voice; no speaker agreed" in text
    assert "&lt;numbers>" in text
    assert "1 speaker took consent back and is not in it" in text


@pytest.mark.parametrize(
    ("licences", "fields"),
    [
        ([None], {"license": "unknown"}),
        (["CC BY 4.0"], {"license": "cc-by-4.0"}),
        (["OpenRAIL++"], {"license": "openrail++"}),
        (["Acme terms v2"], {"license": "other", "license_name": "acme-terms-v2"}),
        (["other"], {"license": "other", "license_name": "other"}),
        (["शर्तें"], {"license": "other", "license_name": "custom"}),
        (["MIT", None], {"license": "other", "license_name": "several-licences"}),
        (["MIT", "mit "], {"license": "other", "license_name": "several-licences"}),
    ],
)
def test_licences_become_ids_that_the_hub_knows_or_a_name_with_a_link(licences, fields):
    link = {"license_link": "LICENSE.md"} if fields["license"] == "other" else {}
    assert hub_licence(licences) == {**fields, **link}


def test_terms_at_an_address_are_linked_there():
    address = "https://example.org/terms?v=2"
    named = {"license": "other", "license_name": "https-example.org-terms-v-2"}
    assert hub_licence([address]) == {**named, "license_link": address}


def test_the_terms_lie_beside_the_card_that_links_to_them(export, make_row):
    rows = [make_row(n, recording={"licence": ("MIT", "Acme | terms", None)[n % 3]}) for n in range(4)]
    report = export(*rows, name="Voices")
    assert card_of(report).data.to_dict()["license_link"] == "LICENSE.md"
    terms = (report.folder / "LICENSE.md").read_text()
    assert "# Terms of Voices" in terms
    assert "| MIT | 2 | 50.0% |" in terms
    assert "| Acme \\| terms | 1 | 25.0% |" in terms
    assert "ask before you use" in terms


def test_one_licence_that_the_hub_knows_needs_no_file(export):
    assert not (export().folder / "LICENSE.md").exists()


def test_sizes_have_the_names_of_the_hub():
    assert [size_category(n) for n in (1, 1_000, 99_999, 100_000)] == [
        "n<1K",
        "1K<n<10K",
        "10K<n<100K",
        "100K<n<1M",
    ]


# ---- merging -------------------------------------------------------------------------------------------


def test_a_card_that_nobody_touched_comes_out_as_a_new_one():
    theirs = render_card(OURS)
    newer = Card({**OURS.fields, "license": "cc0-1.0"}, "newer facts\n")
    assert merge_cards(theirs, OURS, base=OURS) == theirs
    assert merge_cards(theirs, newer, base=OURS) == render_card(newer)


def test_what_people_wrote_around_and_between_stays_and_the_facts_change():
    theirs = render_card(OURS).replace("facts", "facts\n\nDo not lose me.")
    theirs = theirs.replace("---\n\n<!--", "---\n\nA word before.\n\n<!--") + "\nA word after.\n"
    merged = merge_cards(theirs, Card(OURS.fields, "newer facts\n"), base=OURS)
    assert merged.index("A word before.") < merged.index("newer facts")
    assert merged.index("newer facts") < merged.index("Do not lose me.") < merged.index("A word after.")
    assert "\nfacts" not in merged
    assert (
        merge_cards(merged, Card(OURS.fields, "newer facts\n"), base=Card(OURS.fields, "newer facts\n"))
        == merged
    )


def test_a_card_written_by_hand_keeps_its_text_and_fields():
    theirs = "---\nlicense: cc-by-4.0\nconfigs: []\n---\n\n# By hand\n\nDo not lose me.\n"
    merged = merge_cards(theirs, OURS, base=None)
    card = DatasetCard(merged)
    assert (card.data.license, card.data.pretty_name) == ("cc-by-4.0", "Voices")
    assert card.data.to_dict()["configs"] == [{"config_name": "default"}]
    assert merged.index("Do not lose me.") < merged.index("facts")


def test_a_licence_that_a_person_chose_gets_no_name_or_link_of_ours():
    ours = Card({"license": "other", "license_name": "x", "license_link": "LICENSE.md"}, "facts\n")
    for base in (None, ours):
        merged = merge_cards("---\nlicense: mit\n---\n\nBy hand.\n", ours, base=base)
        assert DatasetCard(merged).data.to_dict() == {"license": "mit"}


def test_fields_that_a_person_changed_stay_and_the_others_follow():
    newer = Card({"pretty_name": "Other", "configs": [{"config_name": "default", "x": 1}]}, "facts\n")
    extra = "pretty_name: Mine # said so\npapers: [1]\n"
    theirs = render_card(OURS).replace("pretty_name: Voices\n", extra)
    theirs = theirs.replace("- config_name: default\n", "- config_name: default\n- config_name: theirs\n")
    fields = DatasetCard(merge_cards(theirs, newer, base=OURS)).data.to_dict()
    assert fields == {
        "pretty_name": "Mine",
        "papers": [1],
        "configs": [{"config_name": "default", "x": 1}, {"config_name": "theirs"}],
    }


@pytest.mark.parametrize("head", ["license: [", "- just\n- a list", "a: b: c"], ids=["cut", "list", "colons"])
def test_broken_yaml_is_named_and_not_thrown_away(head):
    with pytest.raises(CardError, match=r"broken YAML|no list of fields"):
        merge_cards(f"---\n{head}\n---\n\ntext\n", OURS, base=None)
