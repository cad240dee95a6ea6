"""The data set's card: YAML that the Hub understands, and the facts in plain words."""

from labwidgets.corpus.card.context import CardContext, Version
from labwidgets.corpus.card.decisions import rules_of
from labwidgets.corpus.card.drafts import DraftErrors
from labwidgets.corpus.card.facts import SPLIT_ORDER, Facts
from labwidgets.corpus.card.fields import card_fields, size_category
from labwidgets.corpus.card.licence import LICENCE_FILE, hub_licence, licence_text
from labwidgets.corpus.card.merging import Card, merge_cards, render_card
from labwidgets.corpus.card.text import card_text

__all__ = [
    "LICENCE_FILE",
    "SPLIT_ORDER",
    "Card",
    "CardContext",
    "DraftErrors",
    "Facts",
    "Version",
    "card_fields",
    "card_text",
    "hub_licence",
    "licence_text",
    "merge_cards",
    "render_card",
    "rules_of",
    "size_category",
]
