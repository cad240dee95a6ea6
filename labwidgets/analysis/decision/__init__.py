"""Which drafts may count without a person: a bound on their errors, proved by blind audits of one pool."""

from labwidgets.analysis.decision.betting import Draws, Wealth, wealth
from labwidgets.analysis.decision.drawing import draw, inclusion, region_weights
from labwidgets.analysis.decision.grid import Grid, make_grid
from labwidgets.analysis.decision.stakes import Stakes
from labwidgets.analysis.decision.testing import Audited, Verdict, Wish, decide
from labwidgets.analysis.decision.watching import Watch, watch

__all__ = [
    "Audited",
    "Draws",
    "Grid",
    "Stakes",
    "Verdict",
    "Watch",
    "Wealth",
    "Wish",
    "decide",
    "draw",
    "inclusion",
    "make_grid",
    "region_weights",
    "watch",
    "wealth",
]
