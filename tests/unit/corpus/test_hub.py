"""Pushing to a real HTTP Hub on loopback, from a process that knows nothing but its address."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time

import pytest

from labwidgets.corpus.dataset import write_parquet
from labwidgets.corpus.hub import PushOptions, push
from labwidgets.corpus.hub.files import wanted_files
from labwidgets.errors import HubError

LOAD = """
import hashlib, json, sys
from datasets import Audio, load_dataset
splits = load_dataset(sys.argv[1], revision=sys.argv[2])
rows = {}
for name, part in splits.items():
    items = part.cast_column("audio", Audio(decode=False)).to_list()
    for item in items:
        item["audio"]["bytes"] = hashlib.sha256(item["audio"]["bytes"]).hexdigest()
    rows[name] = items
print(json.dumps(rows))
"""
ADD = """
import json, sys
from labwidgets import Project
project = Project.create(sys.argv[1], language="en")
report = project.add("hf://datasets/" + sys.argv[2], text_as="reference")
texts = sorted(row.reference.text for row in project.store.labelled_rows())
print(json.dumps({"added": report.added, "texts": texts}))
"""
OWN_PUSH = """
import sys
from pathlib import Path
from labwidgets.corpus.dataset import load_parquet
folder, cache, repo_id = sys.argv[1:]
load_parquet(Path(folder), cache=Path(cache)).push_to_hub(repo_id)
"""


@pytest.fixture
def folder(tmp_path, make_row, sounds):
    """An exported data set of three splits."""
    write_parquet([make_row(n) for n in range(8)], sounds, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def send(hub, pushers):  # noqa: ARG001 - an empty log and no troubles
    """Pushes by plain LFS and returns the report, or {"error": …}."""
    return pushers["lfs"]


@pytest.fixture
def repo(request):
    """A repository name that no other test uses."""
    return f"team/{request.node.name[:40].replace('[', '-').rstrip(']-')}"


def n_commits(hub, repo_id):
    return int(hub.git(repo_id, "rev-list", "--count", "main"))


@pytest.mark.slow
def test_what_was_pushed_is_what_load_dataset_gives_back(hub, send, folder, repo, tmp_path):
    from datasets import Audio

    from labwidgets.corpus.dataset import load_parquet

    report = send(folder, repo, tag="v1", message="First words")
    assert (n_commits(hub, repo), report["files"], report["bytes_known"]) == (2, 5, 0)
    assert hub.git(repo, "log", "-1", "--format=%s", "main").strip() == "First words"
    assert hub.git(repo, "rev-parse", "v1", "main").split() == [report["commit"]] * 2
    command = [sys.executable, "-c", LOAD, repo, report["commit"]]
    environment = hub.environment(tmp_path / "reader")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    wanted = {}
    for name, part in load_parquet(folder, cache=tmp_path / "c").items():
        wanted[name] = part.cast_column("audio", Audio(decode=False)).to_list()
        for item in wanted[name]:
            item["audio"]["bytes"] = hashlib.sha256(item["audio"]["bytes"]).hexdigest()
    assert json.loads(done.stdout) == wanted
    assert hub.git(repo, "fsck", "--full") == ""


@pytest.mark.slow
def test_what_was_pushed_is_streamed_into_another_project(hub, send, folder, repo, tmp_path):
    from labwidgets.corpus.dataset import load_parquet

    send(folder, repo)
    hub.clear()
    command = [sys.executable, "-c", ADD, str(tmp_path / "p"), f"{repo}?split=train"]
    environment = hub.environment(tmp_path / "reader")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    train = load_parquet(folder, cache=tmp_path / "c")["train"]
    assert json.loads(done.stdout.splitlines()[-1]) == {"added": len(train), "texts": sorted(train["text"])}


@pytest.mark.slow
def test_over_xet_the_same_arrives_and_the_second_push_sends_nothing(hub, pushers, folder, repo):
    report = pushers["xet"](folder, repo)
    assert hub.requests("PUT ") == []
    assert len(hub.requests("POST /cas/v2/shards")) == 1
    for path in (folder / "data").iterdir():
        (name,) = hub.git(repo, "show", f"main:data/{path.name}").split("\n")[1:2]
        assert name == f"oid sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    hub.clear()
    assert pushers["xet"](folder, repo)["commit"] == report["commit"]
    assert hub.n_bytes("/cas/") == 0


@pytest.mark.slow
def test_the_push_that_datasets_brings_works_on_the_result_too(hub, folder, repo, tmp_path):
    command = [sys.executable, "-c", OWN_PUSH, str(folder), str(tmp_path / "c"), repo]
    environment = hub.environment(tmp_path)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    files = hub.git(repo, "ls-tree", "-r", "--name-only", "main").split()
    assert [name.partition("-")[0] for name in files if name.startswith("data/")] == [
        "data/test",
        "data/train",
        "data/validation",
    ]


@pytest.mark.slow
def test_a_second_push_without_a_change_makes_no_commit_and_sends_nothing(hub, send, folder, repo):
    first = send(folder, repo)
    hub.clear()
    second = send(folder, repo)
    assert second["commit"] == first["commit"]
    assert (second["bytes_sent"], second["changed"], second["warnings"]) == (0, [], [])
    assert first["bytes_known"] == 0 < second["bytes_known"] <= first["bytes_sent"]
    assert hub.requests("PUT /") == hub.requests("/commit/") == []


@pytest.mark.slow
def test_what_is_no_part_of_the_data_set_any_more_goes_and_the_rest_stays(
    hub, send, folder, repo, tmp_path, make_row, sounds
):
    send(folder, repo)
    hub.order("GET .*/tree/", "race")
    smaller = tmp_path / "smaller"
    write_parquet([make_row(n, recording={"speaker": "s"}) for n in range(2)], sounds, smaller)
    send(smaller, repo)
    files = hub.git(repo, "ls-tree", "-r", "--name-only", "main").split()
    assert [name for name in files if name.startswith("data/")] == ["data/train-00000.parquet"]
    assert any(name.startswith("notes/") for name in files)


@pytest.mark.slow
def test_somebody_else_committing_in_between_loses_nothing(hub, send, folder, repo):
    hub.order("POST .*/commit/main", "race", times=2)
    report = send(folder, repo)
    assert report["commit"] == hub.git(repo, "rev-parse", "main").strip()
    assert len(hub.requests("/commit/main")) == 3
    assert len(hub.requests("PUT /put/")) == 3
    assert [name for name in hub.git(repo, "ls-tree", "-r", "--name-only", "main").split() if "notes" in name]


@pytest.mark.slow
def test_a_repository_that_never_rests_is_given_up_with_a_reason(hub, send, folder, repo):
    hub.order("POST .*/commit/main", "race", times=50)
    assert "somebody else keeps committing" in send(folder, repo)["error"]
    assert len(hub.requests("/commit/main")) == 5


@pytest.mark.slow
def test_a_lost_answer_is_not_committed_twice(hub, send, folder, repo):
    hub.order("POST .*/commit/main", "lost")
    report = send(folder, repo)
    assert n_commits(hub, repo) == 2
    assert report["commit"] == hub.git(repo, "rev-parse", "main").strip()
    assert report["bytes_sent"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "kind", "status"),
    [
        ("POST .*/commit/main", "status", 503),
        ("PUT /put/", "cut", 0),
        ("PUT /put/", "status", 500),
        ("POST .*/batch", "status", 502),
    ],
)
def test_a_server_that_stumbles_once_is_tried_again(hub, send, folder, repo, route, kind, status):
    hub.order(route, kind, status=status)
    report = send(folder, repo)
    assert report["commit"] == hub.git(repo, "rev-parse", "main").strip()
    assert n_commits(hub, repo) == 2


@pytest.mark.slow
def test_a_push_that_failed_in_the_middle_goes_on_with_what_is_missing(hub, send, folder, repo):
    hub.order("POST .*/commit/main", "status", status=400)
    assert "does not accept this push" in send(folder, repo)["error"]
    assert n_commits(hub, repo) == 1
    hub.clear()
    send(folder, repo)
    assert hub.requests("PUT /put/") == []
    assert n_commits(hub, repo) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("repo_id", "token", "said"),
    [
        ("team/x", "hf_wrong", "does not accept the token"),
        ("team/x", "hf_reader", "may not write there"),
        ("others/x", "hf_writer", "may not write there"),
    ],
    ids=["bad token", "read token", "not yours"],
)
def test_who_may_not_write_is_told_before_anything_is_sent(hub, send, folder, repo_id, token, said):
    assert said in send(folder, repo_id, token=token)["error"]
    assert hub.requests("/preupload/") == []


@pytest.mark.slow
@pytest.mark.parametrize("route", ["POST /api/repos/create", "PUT /put/", "POST .*/commit/"])
def test_a_silent_server_is_an_error_in_seconds(hub, send, folder, repo, route):
    hub.order(route, "silent", seconds=300, times=50)
    start_s = time.monotonic()
    assert "does not answer" in send(folder, repo, timeout_s=1.0)["error"]
    assert time.monotonic() - start_s < 120


@pytest.mark.slow
def test_a_server_that_is_not_there_is_an_error(make_pusher, folder, repo):
    start_s = time.monotonic()
    assert "cannot be reached" in make_pusher(HF_ENDPOINT="http://127.0.0.1:9")(folder, repo)["error"]
    assert time.monotonic() - start_s < 120  # most of it starts the process


@pytest.mark.slow
def test_a_private_repository_is_private(send, folder, repo):
    send(folder, repo, private=True)
    assert "may not write" in send(folder, repo, token="hf_reader")["error"]


@pytest.mark.slow
def test_data_of_somebody_else_is_not_mixed_with_ours(hub, send, folder, repo):
    send(folder, repo)
    name = "data/train-00001-of-00002.parquet"
    blob = hub.git(repo, "rev-parse", "main:README.md").strip()
    hub.git(repo, "read-tree", "main")
    hub.git(repo, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    tree = hub.git(repo, "write-tree").strip()
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    commit = hub.git(repo, *who, "commit-tree", tree, "-p", "main", "-m", "theirs").strip()
    hub.git(repo, "update-ref", "refs/heads/main", commit)
    assert "did not write" in send(folder, repo)["error"]


def test_a_dry_run_counts_without_a_network(folder):
    report = push(folder, "team/x", options=PushOptions(dry_run=True))
    total = sum(path.stat().st_size for path in (folder / "data").iterdir())
    assert (report.commit, report.files, report.bytes_known) == ("", 5, 0)
    assert report.bytes_sent > total


def test_a_dry_run_after_a_push_names_what_changed(folder, tmp_path, make_row, sounds):
    before = push(folder, "team/x", options=PushOptions(dry_run=True))
    known = {file.path: file.sha256 for file in wanted_files(folder, None, "team/x").all().values()}
    nothing = push(folder, "team/x", options=PushOptions(dry_run=True, known=known))
    assert (nothing.bytes_sent, nothing.bytes_known, nothing.changed) == (0, before.bytes_sent, ())
    rows = [make_row(n) for n in range(8)]
    rows[5] = make_row(5, reference={"text": "another text"})
    write_parquet(rows, sounds, tmp_path / "edited")
    edited = push(tmp_path / "edited", "team/x", options=PushOptions(dry_run=True, known=known))
    (shard,) = [name for name in edited.changed if name.startswith("data/")]
    assert shard.startswith("data/")
    assert "only what changed in them" in str(edited)


@pytest.mark.parametrize("repo_id", ["name", "a/b/c", "../x", "a/..", "", "a/b c"])
def test_a_bad_name_of_a_repository_is_refused(folder, repo_id):
    with pytest.raises(HubError, match="not the name of a repository"):
        push(folder, repo_id)


def test_a_folder_without_a_data_set_is_refused(tmp_path):
    with pytest.raises(HubError, match="no exported data set"):
        push(tmp_path, "team/x")


def test_an_unknown_gate_is_refused_before_anything_is_asked(folder, repo):
    with pytest.raises(HubError, match=r"no such gate.*auto, manual"):
        push(folder, repo, options=PushOptions(gated="some"))
