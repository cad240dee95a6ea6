"""Widgets: one a file, all on the messages of ``protocol``."""
