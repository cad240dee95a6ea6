"""Confidences that mean something: what share of words said with 0.9 is right."""

from labwidgets.analysis.calibration.fitting import METHODS, Calibration, fit
from labwidgets.analysis.calibration.measuring import Bin, brier, expected_error, reliability
from labwidgets.analysis.calibration.report import CalibrationReport, Judged, calibrated
from labwidgets.analysis.calibration.words import judged_words

__all__ = [
    "METHODS",
    "Bin",
    "Calibration",
    "CalibrationReport",
    "Judged",
    "brier",
    "calibrated",
    "expected_error",
    "fit",
    "judged_words",
    "reliability",
]
