"""Rounds of the loop: what they came to, and whether another one is likely to pay."""

from labwidgets.analysis.loop.forecasting import (
    Ahead,
    Decided,
    Forecast,
    Pace,
    Past,
    forecast,
    saved_minutes,
)
from labwidgets.analysis.loop.measuring import ModelRate, joint_draws, rate_of
from labwidgets.analysis.loop.page import Rounds
from labwidgets.analysis.loop.rounds import Round

__all__ = [
    "Ahead",
    "Decided",
    "Forecast",
    "ModelRate",
    "Pace",
    "Past",
    "Round",
    "Rounds",
    "forecast",
    "joint_draws",
    "rate_of",
    "saved_minutes",
]
