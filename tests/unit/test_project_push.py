"""From a project to a Hub on loopback and back, as its users do it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = pytest.mark.slow

LOAD = """
import json, sys
from datasets import Audio, load_dataset
found = {}
for config in sys.argv[3:]:
    splits = load_dataset(sys.argv[1], config, revision=sys.argv[2])
    if config == "default":
        splits = splits.cast_column("audio", Audio(decode=False))
    for part in splits.values():
        for row in part:
            row.pop("audio", None)
            found.setdefault(config, []).append(row)
print(json.dumps(found))
"""
OWN_PUSH = """
import sys
from labwidgets.project import Project
with Project.open(sys.argv[1]) as project:
    project.dataset().push_to_hub(sys.argv[2])
"""


@pytest.fixture
def project(tmp_path: Path):
    """Three speakers, two clips each, with texts and consents."""
    rng = np.random.default_rng(3)
    source = tmp_path / "recordings"
    source.mkdir()
    lines = []
    for n in range(6):
        soundfile.write(source / f"clip{n}.wav", rng.uniform(-0.3, 0.3, 8000), 16_000)
        row = {"file_name": f"clip{n}.wav", "text": f"take {n}", "speaker": f"Zoe{n % 3}"}
        lines.append(json.dumps(row))
    (source / "metadata.jsonl").write_text("\n".join(lines))
    with Project.create(tmp_path / "corpus", language="en", name="Corpus") as made:
        made.add(source)
        made.consent("Zoe0", "Zoe1", "Zoe2", licence="CC-BY-4.0", form="v2")
        yield made


@pytest.fixture
def repo(request):
    """A repository name that no other test uses."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    return f"team/{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def load(hub, home: Path, repo: str, revision: str, *configs: str) -> dict[str, list[dict]]:
    command = [sys.executable, "-c", LOAD, repo, revision, *configs]
    environment = hub.environment(home)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ids(project: Project) -> dict[str, str]:
    return {row.text: row.segment_id for row in project.queue(QueueQuery()).rows}


def card(hub, repo: str, revision: str = "main") -> str:
    return hub.git(repo, "show", f"{revision}:README.md")


def write_there(hub, repo: str, name: str, text: str) -> None:
    """Commit as somebody else, past all checks, as git push would."""
    folder = hub.folder / "repos" / f"{repo}.git"
    blob = subprocess.run(
        ["git", "-C", str(folder), "hash-object", "-w", "--stdin"],
        input=text, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    hub.git(repo, "read-tree", "main")
    hub.git(repo, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    tree = hub.git(repo, "write-tree").strip()
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    commit = hub.git(repo, *who, "commit-tree", tree, "-p", "main", "-m", "theirs").strip()
    hub.git(repo, "update-ref", "refs/heads/main", commit)


@pytest.mark.parametrize("kind", ["lfs", "xet"])
def test_push_edit_push_and_load_each_revision(hub, pushers, project, repo, tmp_path, kind):
    send = pushers[kind]
    first = send(project.folder, repo, tag="v1", history=True)
    assert "error" not in first
    segment = ids(project)["take 1"]
    project.submit_text(segment, "take one, mended", annotator="a1")
    dry = project.push_to_hub(repo, dry_run=True, history=True)
    second = send(project.folder, repo, history=True)
    again = send(project.folder, repo, history=True)

    changed = {name for name in dry.changed if name.startswith("data/")}
    assert changed == {name for name in second["changed"] if name.startswith("data/")}
    assert len(changed) == 1
    assert (again["commit"], again["bytes_sent"]) == (second["commit"], 0)
    assert [one.commit for one in project.store.pushes()] == [
        first["commit"],
        second["commit"],
        second["commit"],
    ]
    texts = [
        sorted(row["text"] for row in load(hub, tmp_path / name, repo, commit, "default")["default"])
        for name, commit in (("one", "v1"), ("two", second["commit"]))
    ]
    assert texts[0] == [f"take {n}" for n in range(6)]
    assert "take one, mended" in texts[1]
    edits = load(hub, tmp_path / "three", repo, second["commit"], "history")["history"]
    assert [(row["segment"], row["by"], row["text"]) for row in edits] == [
        (segment, "a1", "take one, mended")
    ]
    assert "| `v1` |" in card(hub, repo)
    assert "| 3 | CC-BY-4.0 | share | v2 |" in card(hub, repo)


def test_the_push_that_datasets_brings_works_on_a_project(hub, project, repo, tmp_path):
    command = [sys.executable, "-c", OWN_PUSH, str(project.folder), repo]
    done = subprocess.run(
        command, env=hub.environment(tmp_path), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = load(hub, tmp_path / "reader", repo, "main", "default")["default"]
    assert sorted(row["text"] for row in rows) == [f"take {n}" for n in range(6)]


def test_who_withdraws_is_in_no_file_of_the_next_revision_and_history_can_be_cleaned(
    hub, pushers, project, repo
):
    send = pushers["lfs"]
    send(project.folder, repo, tag="v1")
    sounds = {
        one.id: project.read(one.id)
        for one, recording in project.store.segments_to_draft()
        if recording.speaker == "Zoe1"
    }
    objects = hub.folder / "objects" / repo
    before = {path.name for path in objects.iterdir()}

    project.submit_text(ids(project)["take 1"], "take one", annotator="a1")
    dry = project.push_to_hub(repo, dry_run=True)
    assert len([name for name in dry.changed if name.startswith("data/")]) == 1
    report = project.withdraw("Zoe1")
    assert any(f"the Hub, {repo}: 1 revisions" in line for line in report.not_cleaned)
    second = send(project.folder, repo)
    assert "error" not in second
    rows = [row for name in second["wanted"] if name.startswith("data/") for row in _rows(hub, repo, name)]
    assert len(rows) == 4
    assert not set(sounds) & {row["audio"]["path"].removesuffix(".flac") for row in rows}
    for name in hub.git(repo, "ls-tree", "-r", "--name-only", "main").split():
        content = hub.git(repo, "show", f"main:{name}")
        assert "Zoe1" not in content
        for line in content.splitlines():
            if line.startswith("oid sha256:"):
                held = (objects / line.removeprefix("oid sha256:")).read_bytes()
                assert b"Zoe1" not in held
                assert b"take 1" not in held
    assert "1 speaker took consent back" in card(hub, repo)
    assert before <= {path.name for path in objects.iterdir()}  # old revisions still hold them

    third = send(project.folder, repo, clean_history=True)
    assert third["cleaned"][0] == "tag v1 deleted"
    assert hub.git(repo, "rev-list", "--count", "main").strip() == "1"
    assert hub.git(repo, "tag").strip() == ""
    left = {path.name for path in objects.iterdir()}
    assert left == {sha for name, sha in third["wanted"].items() if name.startswith("data/")}
    assert project.verify().ok


def _rows(hub, repo: str, name: str) -> list[dict]:
    import io

    import pyarrow.parquet as pq

    pointer = hub.git(repo, "show", f"main:{name}")
    sha256 = pointer.split("oid sha256:")[1].split()[0]
    held = (hub.folder / "objects" / repo / sha256).read_bytes()
    return pq.read_table(io.BytesIO(held)).to_pylist()


def test_what_people_write_in_the_card_stays(hub, pushers, project, repo):
    send = pushers["lfs"]
    send(project.folder, repo)
    written = card(hub, repo).replace("pretty_name: Corpus", "pretty_name: Our corpus")
    written = written.replace("## Uses\n", "## Uses\n\nAsk us first.\n") + "\n## Thanks\n\nTo Zoe.\n"
    write_there(hub, repo, "README.md", written)
    assert "error" not in send(project.folder, repo)
    assert card(hub, repo).count("Ask us first.") == 1
    project.submit_text(ids(project)["take 1"], "mended", annotator="a1")
    assert "error" not in send(project.folder, repo)
    now = card(hub, repo)
    assert "pretty_name: Our corpus" in now
    assert now.index("corrected by a person") < now.index("Ask us first.") < now.index("To Zoe.")
    write_there(hub, repo, "README.md", "---\nlicense: [\n---\n\nmine\n")
    hub.clear()
    project.submit_text(ids(project)["take 2"], "mended too", annotator="a1")
    error = send(project.folder, repo)["error"]
    assert "broken YAML" in error
    assert "README.md" in error
    assert hub.requests("/preupload/") == []
    assert card(hub, repo).endswith("mine\n")


def test_a_gate_is_up_before_anything_can_be_seen_and_stays(hub, pushers, project, repo):
    send = pushers["lfs"]
    assert "allowed: auto, manual" in send(project.folder, repo, gated="some")["error"].replace("; ", " ")
    assert hub.requests() == []
    hub.order("POST .*/commit/", "status", status=403, times=50)
    assert "error" in send(project.folder, repo, gated="manual")
    assert len(hub.requests("/settings")) == 1
    hub.clear()
    assert "error" not in send(project.folder, repo)
    assert hub.requests("/settings") == []
    head = yaml.safe_load(card(hub, repo).split("---")[1])
    assert "who the speakers are" in head["extra_gated_prompt"]
    assert head["extra_gated_fields"]["Country"] == "country"
    assert send(project.folder, repo)["bytes_sent"] == 0
    assert "error" not in send(project.folder, repo, gated="auto")
    assert len(hub.requests("/settings")) == 1


def test_terms_that_the_hub_has_no_id_for_go_along_and_a_person_s_file_stays(hub, pushers, project, repo):
    send = pushers["lfs"]
    project.consent("Zoe1", licence="Acme terms")
    assert "LICENSE.md" in send(project.folder, repo)["changed"]
    head = yaml.safe_load(card(hub, repo).split("---")[1])
    assert (head["license"], head["license_name"]) == ("other", "several-licences")
    assert "| Acme terms | 2 |" in hub.git(repo, "show", f"main:{head['license_link']}")
    project.consent("Zoe1", licence="CC-BY-4.0")
    assert send(project.folder, repo)["removed"] == ["LICENSE.md"]
    assert "license_link" not in card(hub, repo)
    write_there(hub, repo, "LICENSE.md", "Ask Zoe.\n")
    project.consent("Zoe1", licence="Acme terms")
    assert "LICENSE.md" not in send(project.folder, repo)["changed"]
    assert hub.git(repo, "show", "main:LICENSE.md") == "Ask Zoe.\n"
    assert "license_link: LICENSE.md" in card(hub, repo)


def test_an_override_is_written_into_the_card(hub, pushers, project, repo):
    project.consent("Zoe1", licence="CC-BY-4.0", scope=("commercial",))
    assert "Zoe1 did not allow" in pushers["lfs"](project.folder, repo)["error"]
    assert hub.requests() == []
    reason = "Recorded for the radio in 1998"
    assert "error" not in pushers["lfs"](project.folder, repo, without_consent=reason)
    assert f"Reason given: {reason}" in card(hub, repo)
    assert "- Zoe1 did not allow to share" in card(hub, repo)


def test_a_speaker_who_withdraws_while_it_is_sent_is_not_published(hub, pushers, project, repo):
    process = pushers["lfs"].process
    hub.order("POST .*/preupload/", "silent", times=50)
    asked = {"folder": str(project.folder), "repo_id": repo, "options": {"token": "hf_writer"}}
    print(json.dumps(asked), file=process.stdin, flush=True)
    while not hub.requests("/preupload/"):
        time.sleep(0.1)
    project.withdraw("Zoe1")
    hub.clear()
    answer = json.loads(process.stdout.readline())["answer"]
    assert "took consent back while this was pushed" in answer.get("error", "")
    assert hub.git(repo, "rev-list", "--count", "main").strip() == "1"
    assert "error" not in pushers["lfs"](project.folder, repo)
    assert "Zoe1" not in card(hub, repo)


def test_a_tag_that_points_elsewhere_is_refused_before_anything_is_sent(hub, pushers, project, repo):
    send = pushers["lfs"]
    send(project.folder, repo, tag="v1")
    project.submit_text(ids(project)["take 1"], "mended", annotator="a1")
    hub.clear()
    assert "a tag of that name exists" in send(project.folder, repo, tag="v1")["error"]
    assert hub.requests("/preupload/") == []


@pytest.mark.parametrize(
    ("kind", "route", "status", "said"),
    [
        ("lfs", "/info/lfs/objects/batch", 403, "no room left"),
        ("xet", "POST /cas/v1/xorbs", 403, "may not write"),
        ("xet", "GET .*/xet-write-token", 401, "does not accept the token"),
    ],
)
def test_a_refusal_in_the_middle_says_what_to_do(hub, pushers, project, repo, kind, route, status, said):
    message = "Storage limit reached for this account" if said == "no room left" else "ordered by the test"
    hub.order(route, "status", status=status, times=50, message=message)
    assert said in pushers[kind](project.folder, repo)["error"]


@pytest.mark.parametrize("route", ["GET .*/xet-write-token", "POST /cas/v1/xorbs", "POST /cas/v2/shards"])
def test_chunk_storage_that_stays_silent_is_an_error_in_seconds(hub, pushers, project, repo, route):
    hub.order(route, "silent", seconds=300, times=50)
    start_s = time.monotonic()
    assert "does not answer" in pushers["xet"](project.folder, repo, timeout_s=1.0)["error"]
    assert time.monotonic() - start_s < 120
