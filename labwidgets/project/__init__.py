"""The project: a folder of settings, a store and sound, and all that can be done with it."""

from labwidgets.project.project import Project

__all__ = ["Project"]
