"""The sections on people: who labelled, who spoke, and what they allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from labwidgets.corpus.card.context import CardContext
from labwidgets.corpus.card.decisions import decided_part
from labwidgets.corpus.card.drafts import draft_part, model_name
from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.markdown import counted, inline, listed, shares, table

_ORIGINS = {
    "imported": "came with the recordings",
    "typed": "typed by a person",
    "corrected": "a model's draft, corrected by a person",
    "confirmed": "a model's draft, confirmed by a person",
    "adjudicated": "chosen between several people's transcripts",
    "auto_accepted": "a model's draft, accepted without a person, within a limit that audits prove",
    "pseudo": "a model's draft, not looked at",
}
_HEARD = {"whole": "to the end", "part": "in part", "": "not known", "unknown": "not known"}


def labelling_section(facts: Facts, context: CardContext) -> Iterator[str]:
    """Give the parts on how the texts came to be."""
    yield "## How it was labelled"
    yield table(("how the text came to be", "segments", "share"), shares(facts.origins, _ORIGINS))
    n_people = len(facts.annotators)
    people = f"{counted(n_people, 'annotator')}, named by pseudonym" if n_people else "No annotator"
    models = ", ".join(map(model_name, sorted(facts.models))) or "none"
    yield f"{people}. Drafts are by: {models}."
    yield from decided_part(facts)
    yield from draft_part(facts)
    if facts.heard.total():
        yield table(("listened to", "segments", "share"), shares(facts.heard, _HEARD))
    yield _agreement(facts)
    if context.guidelines.strip():
        lines = "\n".join(
            f"> {inline(line)}" if line.strip() else ">" for line in context.guidelines.splitlines()
        )
        yield f"<details><summary>What the annotators were told</summary>\n\n{lines}\n\n</details>"
    if context.has_history:
        yield (
            "The config `history` holds every revision of every annotator and the drafts, in the same splits."
        )


def _agreement(facts: Facts) -> str:
    total, n = facts.agreements
    if n:
        return (
            f"Agreement between annotators: {total / n:.1%} of the words on average, over "
            f"{counted(n, 'segment')} that more than one transcribed (words of two texts that match when "
            "these are aligned, letter case and punctuation aside)."
        )
    if facts.n_compared:
        return (
            f"{counted(facts.n_compared, 'segment')} had more than one annotator; agreement was not measured."
        )
    return "Agreement between annotators was not measured: every segment had one annotator at most."


def consent_section(facts: Facts, context: CardContext) -> Iterator[str]:
    """Give the parts on consent and personal data."""
    yield "## Consent and personal data"
    if context.consents:
        kinds = Counter((one.licence, one.scope, one.text_version) for one in context.consents)
        rows = [
            (str(n), inline(licence), ", ".join(scope), inline(version) or "not stated")
            for (licence, scope, version), n in sorted(kinds.items())
        ]
        yield table(("speakers", "licence", "allowed", "version of the form"), rows)
    if context.override is not None:
        missing = "\n".join(f"> - {inline(line)}" for line in context.missing)
        yield (
            f"> **Published although not everything is on record.**\n{missing}\n>\n"
            f"> Reason given: {inline(context.override)}"
        )
    elif not context.consents and context.repo_id:
        yield "No consent is on record."
    yield listed(_privacy(facts, context))


def _privacy(facts: Facts, context: CardContext) -> Iterator[str]:
    yield (
        "Speakers and annotators have pseudonyms; the names of the recordings' files stayed behind. `source` "
        "is the collection, by default the name of the folder that they were added from."
    )
    if facts.n_hidden:
        yield (
            f"Personal words were hidden in {counted(facts.n_hidden, 'segment')}: {facts.hidden_s:.1f} s of "
            "sound are silent and `[pii]` stands in the text."
        )
    else:
        yield "No annotator flagged personal data in it."
    if context.n_withdrawn:
        who = counted(context.n_withdrawn, "speaker")
        yield f"{who} took consent back and {'is' if context.n_withdrawn == 1 else 'are'} not in it."
    yield (
        "Who takes consent back is taken out of the next version; say so in the Community tab. Earlier "
        "versions and copies may still hold the recordings."
    )
