"""How an error travels from a worker to whoever waits for it."""

from __future__ import annotations

from collections.abc import Mapping

from labwidgets.errors import LabError


def error_to_json(error: LabError) -> dict[str, str]:
    """Return ``error`` as ``{code, message}``."""
    return {"code": error.code, "message": str(error)}


def error_from_json(data: Mapping[str, str]) -> LabError:
    """Return the error that a worker wrote down, of the class that has its code."""
    classes: list[type[LabError]] = [LabError]
    for cls in classes:
        classes.extend(cls.__subclasses__())
    found = next((cls for cls in classes if cls.code == data["code"]), LabError)
    error = found.__new__(found)
    LabError.__init__(error, data["message"])
    return error
