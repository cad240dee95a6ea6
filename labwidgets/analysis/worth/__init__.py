"""What to label next: how long it takes, what is wrong with drafts, and what is worth most a minute."""

from labwidgets.analysis.worth.effort import CROSSING, Effort, fit_effort, n_words
from labwidgets.analysis.worth.plan import Experience, Plan, plan
from labwidgets.analysis.worth.quality import Curve, Quality, fit_quality
from labwidgets.analysis.worth.ranking import Predicted, Ranking, rank
from labwidgets.analysis.worth.weights import Weights

__all__ = [
    "CROSSING",
    "Curve",
    "Effort",
    "Experience",
    "Plan",
    "Predicted",
    "Quality",
    "Ranking",
    "Weights",
    "fit_effort",
    "fit_quality",
    "n_words",
    "plan",
    "rank",
]
