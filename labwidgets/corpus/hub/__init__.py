"""Data sets to a Hub: one atomic commit, resumable, checked at the end; and a clean history when asked."""

from labwidgets.corpus.hub.files import checked_repo_id
from labwidgets.corpus.hub.push import PushOptions, push
from labwidgets.corpus.hub.report import PushReport

__all__ = ["PushOptions", "PushReport", "checked_repo_id", "push"]
