"""URLs: nothing comes from where nobody meant to go, without end, or with keys in what is said of it."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import fsspec
import pytest

from labwidgets.corpus import elsewhere, fetching
from labwidgets.errors import LabError, MissingExtraError, SourceError


class Server(BaseHTTPRequestHandler):
    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        Server.asked.append(self.headers["Host"])
        name = self.path.lstrip("/").partition("?")[0]
        if name == "to":
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.end_headers()
            return
        if name == "redirect":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        elif name == "endless.wav":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(100_000))
            except OSError:
                return
        elif name == "drip.wav":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(50):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
        elif name in self.files:
            self.send_response(200)
            extra = 10 if name.startswith("short") else 0
            self.send_header("Content-Length", str(len(self.files[name]) + extra))
            self.end_headers()
            self.wfile.write(self.files[name])
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("", 0), Server)
    Server.asked = []
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_a_url_of_this_machine_is_fetched_only_when_it_is_meant(project, server, tone_wav):
    Server.files = {"a.wav": tone_wav("x.wav").read_bytes()}
    for url in (server, server.replace("127.0.0.1", "localhost")):
        with pytest.raises(SourceError, match="the URL leads to this machine or its own network"):
            project.add(f"{url}/a.wav?key=secret")
    report = project.add(f"{server}/a.wav?key=secret#secret", allow_local=True)
    assert report.added == 1
    [recording] = project.store.recordings()
    assert (recording.copied, recording.collection) == (True, "a")
    assert list(project.folder.glob(".incoming*")) == []


def test_an_archive_behind_a_url(project, server, tone_wav, tmp_path, zipped):
    Server.files = {"t.zip": zipped(tmp_path / "t.zip", {"a.wav": tone_wav().read_bytes()}).read_bytes()}
    assert project.add(f"{server}/t.zip", allow_local=True).added == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("none.wav", "the server answers 404", id="missing"),
        pytest.param("redirect", "cannot be fetched|the server answers 302", id="redirect to a file"),
        pytest.param("endless.wav", "there is more behind the URL than is fetched", id="endless"),
        pytest.param("short.wav", "the answer was cut off|cannot be fetched", id="cut off"),
    ],
)
def test_answers_that_are_no_source(name, message, project, server, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_UNSIZED_BYTES", 1_000_000)
    Server.files = {"short.wav": b"RIFF"}
    with pytest.raises(SourceError, match=message):
        project.add(f"{server}/{name}", allow_local=True)
    assert list(project.folder.glob(".incoming*")) == []


@pytest.fixture
def one_is_public(monkeypatch, server):
    """127.0.0.1 passes for an address of the public net, also by the name of example.org."""
    find, is_public = socket.getaddrinfo, fetching._is_public
    names = {"example.org": "127.0.0.1", "inside.example.org": "127.0.0.2"}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **kw: find(names.get(host, host), *rest, **kw)
    )
    monkeypatch.setattr(fetching, "_is_public", lambda one: str(one) == "127.0.0.1" or is_public(one))
    # The server speaks plainly; what counts here is which way an https URL goes.
    plain = SimpleNamespace(wrap_socket=lambda sock, **_: sock)
    monkeypatch.setattr(ssl, "create_default_context", lambda: plain)
    return server.rpartition(":")[2]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("target", "message"),
    [
        pytest.param("http://127.0.0.2:{port}/a.wav", r"network: '127.0.0.2 \(127.0.0.2\)'", id="address"),
        pytest.param("https://127.0.0.2:{port}/a.wav", r"network: '127.0.0.2 \(127.0.0.2\)'", id="https"),
        pytest.param(
            "http://inside.example.org:{port}/a.wav", r"inside.example.org \(127.0.0.2\)", id="name"
        ),
        pytest.param(
            "http://example.org:{port}/to?http://127.0.0.2:{port}/a.wav", r"\(127.0.0.2\)", id="two steps"
        ),
        pytest.param("file:///etc/hostname", "the server answers 302", id="file"),
        pytest.param("ftp://127.0.0.1/a.wav", "cannot be fetched", id="ftp"),
    ],
)
def test_no_redirect_leads_into_this_network(scheme, target, message, project, one_is_public, tone_wav):
    Server.files = {"a.wav": tone_wav("x.wav").read_bytes()}
    host = f"example.org:{one_is_public}"
    with pytest.raises(SourceError, match=message):
        project.add(f"{scheme}://{host}/to?{target.format(port=one_is_public)}")
    assert set(Server.asked) == {host}
    assert project.add(f"{scheme}://{host}/to?http://{host}/a.wav").added == 1


def test_a_name_that_resolves_to_this_machine_is_not_asked(project, server, monkeypatch):
    find = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **kw: find("127.0.0.1", *rest, **kw))
    port = server.rpartition(":")[2]
    for scheme in ("http", "https"):
        with pytest.raises(SourceError, match=r"its own network: 'sounds.example.org \(127.0.0.1\)'"):
            project.add(f"{scheme}://sounds.example.org:{port}/a.wav")
    assert Server.asked == []


def test_urls_inside_of_tables_are_not_asked(project, server, tmp_path):
    url = f"{server}/a.wav"
    tasks = [{"data": {"audio": url}, "annotations": []}]
    cut = {
        "id": "c",
        "start": 0.0,
        "duration": 1.0,
        "channel": 0,
        "type": "MonoCut",
        "supervisions": [],
        "recording": {
            "id": "r",
            "sources": [{"type": "url", "channels": [0], "source": url}],
            "sampling_rate": 16000,
            "num_samples": 16000,
            "duration": 1.0,
            "channel_ids": [0],
        },
    }
    files = {
        "nemo.jsonl": json.dumps({"audio_filepath": url, "duration": 1.0, "text": "a"}),
        "table.csv": f"audio,text\n{url},a\n",
        "tasks.json": json.dumps(tasks),
        "cuts.jsonl": json.dumps(cut),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with contextlib.suppress(LabError):
            assert project.add(path).added == 0
    with contextlib.suppress(LabError):
        assert project.add([{"audio": {"path": url, "bytes": None}, "text": "a"}]).added == 0
    assert Server.asked == []


def test_an_answer_that_does_not_end_or_is_too_large(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_UNSIZED_S", -1.0)
    bounds = fetching.Bounds(allow_local=True, most_bytes=10)
    with pytest.raises(SourceError, match=r"the answer has no end|more behind the URL"):
        fetching.fetch(f"{server}/endless.wav", tmp_path, fetching.Bounds(allow_local=True))
    Server.files = {"b.wav": bytes(11)}
    with pytest.raises(SourceError, match="there is more behind the URL than is fetched"):
        fetching.fetch(f"{server}/b.wav", tmp_path, bounds)


def test_schemes_that_are_not_fetched(project, tone_wav, tmp_path):
    path = tone_wav("x.wav")
    for url in (f"file://{path}", "memory://a.wav", "simplecache::https://a.org/b.wav", "sftp://h/a.wav"):
        with pytest.raises(SourceError, match="such a URL is not fetched"):
            project.add(url)
    assert project.add(f"file://{path}", allow_local=True).added == 1
    with pytest.raises(SourceError, match="the URL cannot be fetched"):
        project.add(f"file://{tmp_path / 'none.wav'}", allow_local=True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("http://[bad/x.wav", "this is no URL: 'http://…'", id="brackets"),
        pytest.param("http://h:port/x.wav", "this is no URL", id="port"),
        pytest.param("http:///x.wav", "this is no URL", id="no host"),
        pytest.param("https://me:hunter2@h.invalid/x.wav", "a URL with a user or a password", id="password"),
        pytest.param("https://h.invalid/x y?key=hunter2", r"cannot be fetched \(InvalidURL\)", id="space"),
    ],
)
def test_urls_that_are_none_or_hold_keys(url, message, project):
    with pytest.raises(SourceError, match=message) as caught:
        project.add(url)
    assert "hunter2" not in str(caught.value)


def test_an_answer_that_drips(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_UNSIZED_S", 0.2)
    with pytest.raises(SourceError, match="the answer has no end"):
        fetching.fetch(f"{server}/drip.wav", tmp_path, fetching.Bounds(allow_local=True))


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:7f00:1::", False),
        ("::7f00:1", False),
        ("::1", False),
        ("fec0::1", False),
        ("fd00:ec2::254", False),
        ("224.0.0.1", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("0.0.0.0", False),
    ],
)
def test_addresses_of_this_network_in_all_their_clothes(address, is_public):
    assert fetching._is_public(ipaddress.ip_address(address)) is is_public


def test_a_folder_of_a_store(project, tone_wav):
    store = fsspec.filesystem("memory")
    store.pipe({"/bucket/a.wav": tone_wav("a.wav").read_bytes(), "/bucket/deep/b.txt": b"x"})
    assert project.add("memory://bucket", allow_local=True).added == 1


def test_a_store_whose_package_is_missing(tmp_path):
    with pytest.raises(MissingExtraError, match="a package for this kind of store is missing"):
        fetching.fetch("oss://bucket/a.wav", tmp_path, fetching.Bounds())


def test_what_is_no_url_stays_where_it_is(tmp_path):
    assert elsewhere.bring("C:/x.wav", tmp_path, fetching.Bounds()) is None
    assert elsewhere.bring(str(tmp_path / "a*.zip"), tmp_path, fetching.Bounds()) is None
    assert not fetching.is_url("a:b.wav")
