"""A push that is cut anywhere, over LFS and xet, ends as one commit with the same bytes."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from labwidgets.analysis.shards import place_rows
from labwidgets.corpus.dataset import ExportOptions, write_parquet

TROUBLES = ("cut", "lost", "status")


@pytest.fixture
def small(tmp_path, make_row, sounds):
    """The smallest data set: two rows in one file."""
    rows = [make_row(n, recording={"speaker": "s"}) for n in range(2)]
    write_parquet(rows, sounds, tmp_path / "small")
    return tmp_path / "small"


def arrived(hub, repo, folder):
    """Whether the repository holds the data set, byte for byte, in one commit on top of the first."""
    assert hub.git(repo, "rev-list", "--count", "main").strip() == "2"
    assert hub.git(repo, "fsck", "--full") == ""
    files = hub.git(repo, "ls-tree", "-r", "--name-only", "main").split()
    assert files == [".gitattributes", "README.md", "data/train-00000.parquet", "labwidgets.json"]
    wanted = (folder / "data" / "train-00000.parquet").read_bytes()
    sha256 = hashlib.sha256(wanted).hexdigest()
    assert (hub.folder / "objects" / repo / sha256).read_bytes() == wanted
    assert f"oid sha256:{sha256}" in hub.git(repo, "show", "main:data/train-00000.parquet")
    assert json.loads(hub.git(repo, "show", "main:labwidgets.json"))["files"] == {
        "data/train-00000.parquet": sha256
    }
    assert sha256 in hub.git(repo, "show", "main:README.md")


@pytest.fixture(scope="module")
def hasty(make_pusher):
    """Pushers that hardly pause between two tries."""
    return {kind: make_pusher(xet=kind == "xet", PUSHER_HASTE="1") for kind in ("lfs", "xet")}


@pytest.mark.parametrize(
    "troubles",
    [
        pytest.param(TROUBLES, id="in turn", marks=pytest.mark.slow),
        *(pytest.param((trouble,), id=trouble, marks=pytest.mark.soak) for trouble in TROUBLES),
    ],
)
@pytest.mark.parametrize("kind", ["lfs", "xet"])
def test_a_push_cut_at_every_single_request_arrives_once(hub, hasty, small, kind, troubles):
    send = hasty[kind]
    name = f"team/{kind}-{'-'.join(troubles)}"
    send(small, name, tag="v1")
    arrived(hub, name, small)
    n_requests = len(hub.requests())
    assert n_requests > 12
    resumed = 0
    for number in range(1, n_requests + 1):
        repo = f"{name}-{number}"
        hub.clear()
        hub.order(".", troubles[number % len(troubles)], at=number, status=503)
        first = send(small, repo, tag="v1", timeout_s=20.0)
        if "error" in first:
            resumed += 1
            assert "push again" in first["error"].lower(), first
            assert "error" not in send(small, repo, tag="v1")
        arrived(hub, repo, small)
        assert (
            hub.git(repo, "rev-parse", "v1", "main").split()[0] == hub.git(repo, "rev-parse", "main").strip()
        )
    assert resumed < n_requests / 4  # most are tried again by the push itself


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["lfs", "xet"])
def test_a_push_raced_at_every_single_request_loses_nothing(hub, hasty, small, kind):
    send = hasty[kind]
    send(small, f"team/{kind}-race-clean")
    requests = hub.requests()
    for number in range(1, len(requests) + 1):
        if "/api/datasets/" not in requests[number - 1]:
            continue
        repo = f"team/{kind}-race-{number}"
        hub.clear()
        hub.order(".", "race", at=number)
        report = send(small, repo)
        assert "error" not in report, report
        files = hub.git(repo, "ls-tree", "-r", "--name-only", "main").split()
        assert "data/train-00000.parquet" in files
        assert any(name.startswith("notes/") for name in files)
        assert report["commit"] in hub.git(repo, "rev-list", "main").split()


def loud(segment_id: str) -> np.ndarray:
    """Return sixteen seconds of noise: 512 kB that no encoder makes smaller."""
    seed = int(segment_id.rpartition("_")[2])
    return np.random.default_rng(seed).uniform(-1, 1, 16 * 16_000).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "n_rows"), [("xet", 120), ("lfs", 12)])
def test_two_text_edits_send_little(hub, pushers, make_row, tmp_path, kind, n_rows):
    places = {}

    def export(name, edits):
        def place(wanted):
            places.update(place_rows(wanted, places, max_shard_s=n_rows * 4.0))
            return places

        rows = [
            make_row(n, recording={"speaker": f"s{n % 3}"}, reference={"text": edits.get(n, f"text {n}")})
            for n in range(n_rows)
        ]
        return write_parquet(rows, loud, tmp_path / name, options=ExportOptions(place=place))

    edits = {n_rows // 4: "mended here", n_rows * 3 // 4: "and there, with more"}
    first, edited = export("first", {}), export("edited", edits)
    total = sum(shard.n_bytes for shard in first.shards)
    assert total > n_rows * 500_000
    repo, sent, counted = f"team/{kind}-edits", [], []
    for folder in (first.folder, first.folder, edited.folder):
        hub.clear()
        report = pushers[kind](folder, repo)
        sent.append(hub.n_bytes("/cas/") + hub.n_bytes("PUT /") + hub.n_bytes("/commit/"))
        counted.append(report["bytes_sent"])
    assert sent[0] > total * 0.99
    assert sent[1] == counted[1] == 0
    changed = [a.n_bytes for a, b in zip(edited.shards, first.shards, strict=True) if a.sha256 != b.sha256]
    assert len(changed) < len(first.shards)
    if kind == "xet":
        assert sent[2] < 0.01 * total
    else:
        assert sum(changed) < sent[2] < sum(changed) + 100_000
    assert counted[0] == pytest.approx(sent[0], rel=0.01)
    assert counted[2] == pytest.approx(sent[2], rel=0.2)
