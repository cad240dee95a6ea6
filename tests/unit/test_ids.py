from __future__ import annotations

import itertools
import os
import subprocess
import sys
import uuid

import pytest

from labwidgets.records import new_id
from labwidgets.store.events import _new_uuid


def test_ids_made_together_lie_together_and_differ():
    made = [new_id("seg") for _ in range(3000)]
    # The count may pass from its greatest number to the least, once in ages.
    assert sum(first > second for first, second in itertools.pairwise(made)) <= 1
    assert len(set(made)) == len(made)
    assert {len(one) for one in made} == {len("seg_") + 13}


def test_another_process_counts_elsewhere():
    code = "from labwidgets.records import new_id; print(new_id('seg'))"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0][:11] != runs[1][:11]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system knows no fork")
def test_a_fork_does_not_count_on_from_where_its_parent_stands():
    code = (
        "import os; from labwidgets.records import new_id; child = os.fork(); made = new_id('seg')\n"
        "os.write(1, (made + ' ').encode()); child and os.waitpid(child, 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = run.stdout.split()
    assert first[:11] != second[:11]


def test_the_ids_of_events_are_uuids_of_version_7():
    for made in (_new_uuid() for _ in range(200)):
        read = uuid.UUID(made)
        assert (str(read), read.version, read.variant) == (made, 7, uuid.RFC_4122)
