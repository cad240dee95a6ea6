"""The card's text, section by section, from counts alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labwidgets.corpus.card.context import CardContext
from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.licence import LICENCE_FILE, hub_licence
from labwidgets.corpus.card.limits import known_limits
from labwidgets.corpus.card.markdown import code, counted, fenced_json, inline, length, listed, shares, table
from labwidgets.corpus.card.people import consent_section, labelling_section
from labwidgets.records import MACHINE

_COLUMNS = (
    ("`audio`", "the segment's sound, FLAC, 16 kHz, mono"),
    ("`text`", "what is said, as the reference has it"),
    ("`words`", "each word with start and end in seconds; `estimated` where the times are interpolated"),
    ("`speaker`, `accent`, `language`", "pseudonym, label, BCP-47 tag"),
    ("`source`, `licence`", "the collection that the recording came from, and on which terms"),
    ("`label_origin`, `annotator`, `model`", "how the text came to be, by whom, from whose draft"),
    (
        "`confidence`, `heard`, `agreement`, `n_opinions`",
        "of the draft; share listened to; between annotators",
    ),
    ("`flags`", "what annotators marked: noise, overlap, pii and so on"),
    ("`duration`", "of the segment, in seconds"),
    ("`decision_id`, `snapshot`", "which rule decided, which saved state the row is from; mostly empty"),
)
"""Column names in code, and what they hold; further columns are listed below these."""

_MAX_EXAMPLE = 300


def card_text(facts: Facts, context: CardContext) -> str:
    """Return the Markdown below the YAML."""
    return "\n\n".join(_parts(facts, context)) + "\n"


def _parts(facts: Facts, context: CardContext) -> Iterator[str]:
    yield f"# {inline(context.name)}"
    yield _summary(facts)
    yield from _uses(facts, context)
    if context.repo_id:
        yield from _loading(context)
    yield from _structure(facts, context)
    yield from _origin(facts)
    yield from labelling_section(facts, context)
    yield from consent_section(facts, context)
    yield "## Known limits"
    yield listed(known_limits(facts))
    if context.versions:
        yield "## Versions"
        rows = [(code(v.tag), v.day, str(v.n_rows), length(v.hours)) for v in context.versions]
        yield table(("tag", "day", "segments", "audio"), rows)
    if context.repo_id:
        yield from _citation(context)
    yield from _checksums(facts)


def _summary(facts: Facts) -> str:
    n_speakers = len(set().union(*facts.speakers.values())) if facts.speakers else 0
    languages = ", ".join(map(inline, sorted(facts.languages)))
    return (
        f"{counted(facts.rows.total(), 'segment')} of speech with transcripts: "
        f"{length(sum(facts.hours.values()))} of audio by {counted(n_speakers, 'named speaker')}, "
        f"16 kHz mono FLAC. Languages: {languages}."
    )


def _uses(facts: Facts, context: CardContext) -> Iterator[str]:
    yield "## Uses"
    lines = ["Meant for: training and testing speech recognition in the languages above."]
    if any(facts.origins[origin] for origin in MACHINE):
        lines.append("Not meant for: testing on segments whose text no person has checked (`label_origin`).")
    lines.append("Not meant for: finding out who a speaker is.")
    uses = {"voice-cloning": "imitating a speaker's voice"}
    if context.consents:
        uses["commercial"] = "commercial use"
    for scope, use in uses.items():
        n_agreed = sum(scope in consent.scope for consent in context.consents)
        if not n_agreed or n_agreed < len(context.consents):
            who = "not all speakers" if n_agreed else "no speaker"
            lines.append(f"Not meant for: {use}; {who} agreed to that.")
    yield listed(lines)


def _loading(context: CardContext) -> Iterator[str]:
    yield "## Load it"
    version = f', revision="{context.versions[-1].tag}"' if context.versions else ""
    lines = ["import datasets", "", f'splits = datasets.load_dataset("{context.repo_id}"{version})']
    if context.has_history:
        lines.append(f'edits = datasets.load_dataset("{context.repo_id}", "history"{version})')
    yield "```python\n" + "\n".join(lines) + "\n```"
    more = " Without a revision you get the newest one." if version else ""
    yield (
        'To decode the sound there, `pip install "datasets[audio]"`; its bytes are FLAC files and need '
        f'nothing: `cast_column("audio", datasets.Audio(decode=False))`.{more}'
    )


def _structure(facts: Facts, context: CardContext) -> Iterator[str]:
    yield "## What is in it"
    rows = [
        (name, str(facts.rows[name]), length(facts.hours[name]), str(len(facts.speakers[name])))
        for name in facts.split_names()
    ]
    yield table(("split", "segments", "audio", "named speakers"), rows)
    if len(rows) == 1:
        yield "There is one split only, since there is one speaker (or recording) only."
    else:
        yield (
            "No speaker is in two splits; where the speaker is not known, no recording is. Whoever is in a "
            "split stays there from version to version."
        )
    known = {name for names, _ in _COLUMNS for name in re.findall(r"`(\w+)`", names)}
    further = ", ".join(code(name) for name in context.columns if name not in known)
    more = [(further, "further forms of the text, and what else came with the recordings")] if further else []
    yield table(("column", "holds"), [*_COLUMNS, *more])
    if facts.example is not None:
        yield "One row, without its sound:"
        yield fenced_json(_shortened(facts.example))


def _shortened(row: dict[str, object]) -> dict[str, object]:
    short = {key: value for key, value in row.items() if value is not None}
    text = str(short.get("text", ""))
    if len(text) > _MAX_EXAMPLE:
        short["text"] = text[:_MAX_EXAMPLE] + "…"
    words = short.get("words")
    if isinstance(words, list) and len(words) > 1:
        short["words"] = words[:1]
    return short


def _origin(facts: Facts) -> Iterator[str]:
    yield "## Sources and licences"
    yield table(("source", "segments", "share"), shares(facts.sources))
    yield table(("licence", "segments", "share"), shares(facts.licences))
    if hub_licence(facts.licences).get("license_link") == LICENCE_FILE:
        yield f"The terms as they were stated: [{LICENCE_FILE}]({LICENCE_FILE})."
    if len(facts.languages) > 1:
        yield table(
            ("language", "segments", "audio"),
            [
                (inline(tag), str(n), length(facts.language_hours[tag]))
                for tag, n in sorted(facts.languages.items(), key=lambda one: -facts.language_hours[one[0]])
            ],
        )
    if facts.accents:
        yield table(("accent", "segments", "share"), shares(facts.accents))


def _citation(context: CardContext) -> Iterator[str]:
    owner, _, name = (context.repo_id or "").partition("/")
    year = context.versions[-1].day[:4] if context.versions else ""
    lines = [
        f"@misc{{{owner}_{name}".replace("-", "_") + ",",
        f"  title = {{{_tex(context.name)}}},",
        f"  author = {{{_tex(owner)}}},",
        f"  year = {{{year}}}," if year else "",
        f"  howpublished = {{\\url{{https://huggingface.co/datasets/{context.repo_id}}}}}",
        "}",
    ]
    yield "## Cite it"
    yield "```bibtex\n" + "\n".join(line for line in lines if line) + "\n```"
    yield "## Contact"
    yield "Questions, mistakes and withdrawals: open a discussion in the Community tab of this repository."


def _tex(text: str) -> str:
    return "".join(character for character in " ".join(text.split()) if character not in "{}\\`$%&#~^")


def _checksums(facts: Facts) -> Iterator[str]:
    yield "## Checksums"
    rows = [(code(shard.path), str(shard.n_rows), code(shard.sha256)) for shard in facts.shards]
    body = table(("file", "rows", "SHA-256"), rows)
    yield f"<details><summary>{counted(len(rows), 'file')}</summary>\n\n{body}\n\n</details>"
