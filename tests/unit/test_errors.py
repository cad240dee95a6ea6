"""Errors say what, which value, what is allowed and what to do, and survive the way between processes."""

from __future__ import annotations

import copy
import pickle

import pytest

from labwidgets import errors
from labwidgets.errors import LabError, StaleRevisionError

CLASSES = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, LabError)]


def make(cls: type[LabError]) -> LabError:
    if cls is StaleRevisionError:
        return StaleRevisionError(
            "seg_1", base_revision=1, current_revision=2, stored_text="a", sent_text="b"
        )
    return cls("it is odd", value=3, allowed="even numbers", remedy="Add one")


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_survives_pickling_and_copying_with_its_fields(cls: type[LabError]) -> None:
    error = make(cls)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is cls
        assert str(twin) == str(error)
        assert twin.__dict__ == error.__dict__


def test_the_message_is_built_from_its_parts() -> None:
    error = LabError("it is odd", value=3, allowed="even numbers", remedy="Add one.")
    assert str(error) == "it is odd: '3'. allowed: even numbers. Add one."


def test_codes_are_different() -> None:
    codes = [cls.code for cls in CLASSES]
    assert len(codes) == len(set(codes))


def test_a_stale_revision_names_both_revisions_and_no_text() -> None:
    error = make(StaleRevisionError)
    assert "revision 2" in str(error)
    assert "revision 1" in str(error)
    assert "'a'" not in str(error)
