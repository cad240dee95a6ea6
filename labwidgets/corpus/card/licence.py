"""On which terms a data set may be used: what the Hub filters by, and the file that its card points at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from labwidgets.corpus.card.markdown import inline, shares, table

LICENCE_FILE = "LICENSE.md"
"""In the repository, where the Hub knows no id for the terms."""

LICENCE_FIELDS = ("license", "license_name", "license_link")
"""Fields of a card that say one thing together."""

HUB_LICENCES = frozenset({
    "apache-2.0", "mit", "openrail", "bigscience-openrail-m", "creativeml-openrail-m",
    "bigscience-bloom-rail-1.0", "bigcode-openrail-m", "afl-3.0", "artistic-2.0", "bsl-1.0", "bsd",
    "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "c-uda", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5",
    "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cdla-sharing-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "ecl-2.0", "epl-1.0",
    "epl-2.0", "etalab-2.0", "eupl-1.1", "agpl-3.0", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1",
    "lgpl-3.0", "lgpl-lr", "isc", "lppl-1.3c", "ms-pl", "mpl-2.0", "odbl", "odc-by", "ofl-1.1", "openrail++",
    "osl-3.0", "pddl", "postgresql", "ncsa", "unlicense", "wtfpl", "zlib", "unknown",
})  # fmt: skip
"""Ids of licences in a card, without ``other`` and those of single models.

References:
    https://huggingface.co/docs/hub/repositories-licenses
"""

_ALIASES = {"cc-zero": "cc0-1.0", "cc0": "cc0-1.0", "public-domain": "cc0-1.0", "odc-by-1.0": "odc-by"}
_ADDRESS = re.compile(r"https?://\S+")


def hub_licence(licences: Iterable[str | None]) -> dict[str, str]:
    """Return the card's licence fields for the licences of the recordings.

    One licence that the Hub knows stands by its id; none at all is ``unknown``. Anything else is ``other``
    with a name, and a link to its address, or to the file that :func:`licence_text` fills.

    >>> hub_licence(["CC-BY-4.0"])
    {'license': 'cc-by-4.0'}
    >>> hub_licence(["MIT", "CC0-1.0"])
    {'license': 'other', 'license_name': 'several-licences', 'license_link': 'LICENSE.md'}
    """
    stated = [(licence or "").strip() for licence in licences]
    found = {licence for licence in stated if licence}
    if not found:
        return {"license": "unknown"}
    if len(found) > 1 or "" in stated:
        return _other("several-licences", LICENCE_FILE)
    [licence] = found
    slug = re.sub(r"[^a-z0-9.+]+", "-", licence.lower()).strip("-.")
    slug = _ALIASES.get(slug, slug)
    if slug in HUB_LICENCES:
        return {"license": slug}
    return _other(slug.replace("+", "-"), licence if _ADDRESS.fullmatch(licence) else LICENCE_FILE)


def _other(name: str, link: str) -> dict[str, str]:
    return {"license": "other", "license_name": name or "custom", "license_link": link}


def licence_text(fields: Mapping[str, object], licences: Counter[str], *, name: str) -> str | None:
    """Return the content of the file that the card links to; None where it links to none.

    Args:
        fields: Of the card.
        licences: Rows by licence, ``""`` where none is stated.
        name: Of the data set.
    """
    if fields.get("license_link") != LICENCE_FILE:
        return None
    parts = [
        f"# Terms of {inline(name)}",
        "Each segment is under the terms of its recording; the column `licence` names them, in these words:",
        table(("licence", "segments", "share"), shares(licences)),
    ]
    if licences[""]:
        parts.append("Where none is stated nobody has allowed anything: ask before you use those segments.")
    return "\n\n".join(parts) + "\n"
