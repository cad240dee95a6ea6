"""Cards: what a report comes to, in a notebook: a line, its facts, a table; in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Look = Literal["plain", "good", "waits"]
"""The colour of the edge; the words say the same."""

Fact = tuple[str, str]

# Twice the class: what Jupyter says of lists and tables in outputs is as strong as one.
_STYLE = """
& { --line: color-mix(in srgb, currentColor 22%, transparent); font: 14px/1.5 system-ui, sans-serif;
  color: var(--jp-content-font-color1, inherit); max-width: 60rem; border: 1px solid var(--line);
  border-inline-start: 4px solid #2f7ed8; border-radius: 4px; padding: .5rem .8rem; margin: .2rem; }
&.lw-good { border-inline-start-color: #2e8b57; }
&.lw-waits { border-inline-start-color: #c2611f; }
& > strong { font-size: 1.05rem; }
& p { margin: .3rem 0; max-width: 52rem; }
& dl { margin: .3rem 0 0; display: block; }
& dl > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .2rem 0;
  border-top: 1px solid var(--line); }
& dl dt { flex: 0 0 9.5rem; float: none; font-weight: 400; opacity: .85; }
& dl dd { flex: 1 1 11rem; margin: 0; padding: 0; }
& .lw-wide { overflow-x: auto; }
& table { border-collapse: collapse; border: 0; margin: .3rem 0 0; font-size: inherit; table-layout: auto; }
& th, & td { text-align: start; padding: .25rem .9rem .25rem 0; border: 0; vertical-align: top;
  border-bottom: 1px solid var(--line); background: none; white-space: normal; }
& th { font-weight: 600; vertical-align: bottom; }
& td.lw-n, & th.lw-n { text-align: end; font-variant-numeric: tabular-nums; }
& td.lw-n { white-space: nowrap; }
& tr, & tr:nth-child(even), & tr:hover { background: none !important; }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words; ``figures`` are the columns that stand at the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()


def card(
    head: str,
    *,
    facts: Sequence[Fact] = (),
    table: Table | None = None,
    notes: Sequence[str] = (),
    look: Look = "plain",
) -> str:
    """Return a card as HTML that loads and runs nothing; all that is given is text.

    Args:
        head: What it comes to, in one line.
        facts: Names and values.
        table: Below them.
        notes: What to know besides.
        look: Of its edge.
    """
    style = _STYLE.replace("&", ".lw-card.lw-card")
    parts = [f"<style>{style}</style><strong>{escape(head)}</strong>"]
    if facts:
        rows = (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
        parts.append(f"<dl>{''.join(rows)}</dl>")
    if table is not None:
        parts.append(f'<div class="lw-wide">{_table(table)}</div>')
    parts += [f"<p>{escape(note)}</p>" for note in notes]
    return f'<div class="lw-card lw-{look}">{"".join(parts)}</div>'


def _table(table: Table) -> str:
    figure = ' class="lw-n"'

    def row(kind: str, cells: Sequence[str]) -> str:
        looks = (figure if place in table.figures else "" for place in range(len(cells)))
        made = (f"<{kind}{look}>{escape(cell)}</{kind}>" for cell, look in zip(cells, looks, strict=True))
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(row("td", cells) for cells in table.rows)
    return f"<table><thead>{row('th', table.head)}</thead><tbody>{body}</tbody></table>"
