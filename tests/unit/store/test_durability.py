"""What was acknowledged is there after kill -9, once, and was on disk before the acknowledgement."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labwidgets.records import QueueQuery
from labwidgets.store import Store

Fill = Callable[[Store, int], list[str]]
Start = Callable[..., "subprocess.Popen[str]"]

_WRITER = """
import os, sys, uuid
from labwidgets.records import Submission
from labwidgets.store import Store
path, annotator, segments = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
with Store.open(path, busy_timeout_s=60) as store:
    for segment_id in segments:
        event_id = str(uuid.uuid4())
        ack = store.submit(Submission(event_id, segment_id, annotator, 0, f"text of {event_id}"))
        os.write(1, f"saved {segment_id} {event_id}\\n".encode())
"""

_KEEPER = """
import os, sys
from labwidgets.records import RoundSettings
from labwidgets.store import Store
path, first, *segments = sys.argv[1:]
def saved(what, number):
    os.write(1, f"saved {what} {number}\\n".encode())
with Store.open(path, busy_timeout_s=60) as store:
    store.begin_round(RoundSettings(), number=1)
    for number in range(int(first), len(segments)):
        store.note_round(1, noted={str(number): number})
        saved("note", number)
        store.state_licence("CC0-1.0", collection=f"c{number}")
        saved("licence", number)
        store.add_snapshot(f"labels-{number}", n_rows=number, digest="d", path="p")
        saved("snapshot", number)
        if number % 2 == 0:
            store.drop_snapshot(f"labels-{number}")
            saved("drop", number)
        store.rank({segments[number]: 1.0 + number}, {"rows": []}, {}, min_per_s=float(number))
        saved("rank", number)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "n_submits",
    [pytest.param(250, id="each-250"), pytest.param(1000, id="each-1000", marks=pytest.mark.soak)],
)
def test_kill_9_of_four_writers_loses_and_doubles_nothing(
    store: Store, store_path: Path, fill: Fill, start: Start, tmp_path: Path, n_submits: int
) -> None:
    ids = fill(store, n_submits)
    outputs = [tmp_path / f"acks-{number}" for number in range(4)]
    for round_number in range(2):
        writers = []
        for number, output in enumerate(outputs):
            left = [one for one in ids if one not in _segments(output)]
            with output.open("ab") as sink:
                more = {"stdout": sink}
                writers.append(start(_WRITER, store_path, f"a{number}", ",".join(left), **more))
        before = sum(len(_segments(output)) for output in outputs)
        wanted = min(before + n_submits, 4 * n_submits)
        while sum(len(_segments(output)) for output in outputs) < wanted:
            assert any(writer.poll() is None for writer in writers), round_number
            time.sleep(0.02)
        for writer in writers:
            writer.kill()
            writer.wait()
        _check(store, outputs)
    assert store.verify().ok


def _acks(output: Path) -> list[tuple[str, str]]:
    lines = output.read_text().splitlines(keepends=True) if output.exists() else []
    return [(line.split()[1], line.split()[2]) for line in lines if line.endswith("\n")]


def _segments(output: Path) -> set[str]:
    return {segment_id for segment_id, _ in _acks(output)}


def _check(store: Store, outputs: list[Path]) -> None:
    # A writer may die between saving and telling: such a save is there, once, and its repeat is refused as
    # stale; take it as acknowledged from then on.
    for number, output in enumerate(outputs):
        acknowledged = dict(_acks(output))
        for segment_id, event_id in acknowledged.items():
            [opinion] = store.thread(segment_id, f"a{number}")
            assert (opinion.event_id, opinion.text) == (event_id, f"text of {event_id}")
        with output.open("a") as sink:
            for row in store.queue(QueueQuery(), limit=1000).rows:
                told = store.thread(row.segment_id, f"a{number}")
                assert len(told) <= 1
                if told and row.segment_id not in acknowledged:
                    sink.write(f"saved {row.segment_id} {told[0].event_id}\n")


@pytest.mark.slow
def test_kill_9_loses_nothing_of_rounds_licences_snapshots_and_ranks(
    store: Store, store_path: Path, fill: Fill, start: Start, tmp_path: Path
) -> None:
    ids, output, first = fill(store, 400), tmp_path / "acks", 0
    for n_wanted in (60, 150):
        with output.open("ab") as sink:
            keeper = start(_KEEPER, store_path, first, *ids, stdout=sink)
        while len(_acks(output)) < n_wanted:
            assert keeper.poll() is None
            time.sleep(0.005)
        keeper.kill()
        keeper.wait()
        _check_kept(store, output)
        # What it was at may be saved and not told.
        first = max(int(number) for _, number in _acks(output)) + 2
    assert store.verify().ok
    before = (store.rounds(), store.snapshots(), list(store.recordings()))
    store.rebuild()
    assert before == (store.rounds(), store.snapshots(), list(store.recordings()))


def _check_kept(store: Store, output: Path) -> None:
    told: dict[str, set[int]] = {}
    for what, number in _acks(output):
        told.setdefault(what, set()).add(int(number))
    [kept] = store.rounds()
    licensed = {int(one.collection[1:]) for one in store.recordings() if one.licence == "CC0-1.0"}
    there = {one.n_rows for one in store.snapshots()}
    pace = store.counts().minutes_left / store.counts().total_s
    # What was being saved when a keeper was killed may be there untold: one thing a kill.
    for what, found in (("note", set(kept.noted.values())), ("licence", licensed)):
        assert told[what] <= found
        assert len(found) <= len(told[what]) + 2
    assert not told["drop"] & there
    assert {number for number in told["snapshot"] if number % 2} <= there
    assert pace - max(told["rank"]) in (0, 1)


@pytest.mark.parametrize(
    "program", [pytest.param(_WRITER, id="submits"), pytest.param(_KEEPER, id="the-rest")]
)
def test_an_fsync_comes_before_each_acknowledgement(
    store: Store, store_path: Path, fill: Fill, start: Start, tmp_path: Path, program: str
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    ids = fill(store, 5)
    log = tmp_path / "strace.log"
    before = ("strace", "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,write")
    arguments = ("a1", ",".join(ids)) if program is _WRITER else (0, ids[0])
    writer = start(program, store_path, *arguments, before=before)
    out, _ = writer.communicate(timeout=300)
    if writer.returncode:
        pytest.skip("strace may not trace here")
    assert out.count("saved") == 5
    # F = a sync that succeeded, A = the acknowledgement: between two of these there must be a sync.
    marks = "".join(
        "A" if re.search(r'write\(1, "saved', line) else "F"
        for line in log.read_text().splitlines()
        if re.search(r'write\(1, "saved|f(data)?sync\(\d+\)\s+= 0', line)
    )
    assert re.fullmatch(r"(F+A){5}F*", marks), marks
