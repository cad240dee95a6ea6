"""Data sets to a Hub: one atomic commit, resumable, checked at the end; and a clean history when asked."""

from labwidgets.corpus.hub.files import checked_repo_id
from labwidgets.corpus.hub.push import TIMEOUT_S, PushOptions, push
from labwidgets.corpus.hub.report import PushReport

__all__ = ["TIMEOUT_S", "PushOptions", "PushReport", "checked_repo_id", "push"]
