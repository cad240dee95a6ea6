"""Archives: nothing leaves its folder, fills the disk, or passes for what it is not."""

from __future__ import annotations

import stat
import tarfile
import zipfile

import pytest

from labwidgets.corpus import archives
from labwidgets.errors import DiskFullError, SourceError


def link(name="link.wav"):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_a_zip_is_taken_in_without_what_leads_out_of_it(project, tone_wav, tmp_path):
    sound = tone_wav("x.wav").read_bytes()
    path = tmp_path / "talk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a.wav", sound)
        archive.writestr("../b.wav", sound)
        archive.writestr("/c.wav", sound)
        archive.writestr("d:\\e.wav", sound)
        archive.writestr(link(), "/etc/passwd")
    report = project.add(path)
    assert report.added == 1
    assert {item.source: item.reason for item in report.refused} == {
        "../b.wav": "its name leads out of the archive's folder",
        "/c.wav": "its name leads out of the archive's folder",
        "d:\\e.wav": "its name leads out of the archive's folder",
        "link.wav": "a link or device, which is not unpacked",
    }
    [recording] = project.store.recordings()
    assert (recording.copied, recording.collection) == (True, "talk")
    assert list(tmp_path.glob("*.wav")) == [tmp_path / "x.wav"]
    assert list(project.folder.glob(".incoming*")) == []


def test_a_tar_with_transcripts(project, tone_wav, tmp_path):
    tone_wav("t/talk.wav", duration_s=2.0)
    (tmp_path / "t" / "talk.stm").write_text("talk 1 A 0 1 x\n../outside 1 A 0 1 y\n")
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "t", arcname="t")
        for kind, name in ((tarfile.SYMTYPE, "l"), (tarfile.LNKTYPE, "h"), (tarfile.FIFOTYPE, "p")):
            member = tarfile.TarInfo(f"t/{name}.wav")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    report = project.add(tmp_path / "t.tar.gz", format="stm")
    assert (report.added, len(report.refused)) == (1, 4)
    assert [row.reference.text for row in project.store.labelled_rows()] == ["x"]


def test_recordings_of_an_archive_lie_in_it(project, tone_wav, tmp_path, zipped):
    tone_wav("secret.wav")
    row = f'{{"audio_filepath": "{tmp_path / "secret.wav"}", "duration": 1.0, "text": "x"}}\n'
    zipped(tmp_path / "a.zip", {"m.jsonl": row})
    report = project.add(tmp_path / "a.zip", format="nemo")
    assert "the recording lies outside of the source" in report.refused[0].reason


def test_a_bomb_is_stopped_while_it_grows(project, tmp_path, monkeypatch, zipped):
    monkeypatch.setattr(archives, "FREE_BYTES", 100_000)
    zipped(tmp_path / "bomb.zip", {"a.wav": bytes(1 << 24)})
    with pytest.raises(SourceError, match="the archive grows to more than 200 times its size"):
        project.add(tmp_path / "bomb.zip")
    zipped(tmp_path / "many.zip", {f"{n}.wav": b"x" for n in range(5)})
    monkeypatch.setattr(archives, "MOST_FILES", 4)
    with pytest.raises(SourceError, match="the archive has too many files"):
        project.add(tmp_path / "many.zip")
    monkeypatch.setattr(archives, "FREE_BYTES", 1 << 60)
    with pytest.raises(DiskFullError, match="no room to unpack the archive"):
        project.add(tmp_path / "many.zip")
    assert list(project.folder.glob(".incoming*")) == []


def test_archives_that_are_none_are_refused(project, tmp_path, zipped):
    for name in ("a.zip", "a.tar", "a.tar.gz", "a.tar.xz"):
        (tmp_path / name).write_bytes(b"no archive at all")
        with pytest.raises(SourceError, match="the archive is damaged"):
            project.add(tmp_path / name)
    data = bytearray(zipped(tmp_path / "b.zip", {"a.wav": b"x" * 100}).read_bytes())
    for place in (6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1  # the bit that says that it is encrypted
    (tmp_path / "b.zip").write_bytes(data)
    with pytest.raises(SourceError, match=r"the archive cannot be unpacked.*password"):
        project.add(tmp_path / "b.zip")
    with pytest.raises(SourceError, match="there is nothing in the archive"):
        project.add(zipped(tmp_path / "c.zip", {}))
    with pytest.raises(SourceError, match="no such file"):
        archives.unpack(tmp_path / "none.zip", tmp_path)


def test_names_that_cannot_be_one_are_left_out(tmp_path, zipped):
    for place, first, second in (
        (1, "a", "a/b"),
        (2, "a/b", "a"),
        (3, "a", "n" * 300),
        (4, "a", "n/" * 3000),
    ):
        path = zipped(tmp_path / f"{place}.zip", {first: b"x", f"{second}c" if place == 4 else second: b"y"})
        (tmp_path / str(place)).mkdir()
        [refused] = archives.unpack(path, tmp_path / str(place))
        assert refused.reason.startswith(("something of that name", "its name cannot be one here"))


def test_headers_of_tar_that_are_none_or_have_no_end(tmp_path, monkeypatch):
    path = tmp_path / "a.tar.gz"
    headers = (
        {"GNU.sparse.map": "1,b", "GNU.sparse.size": "9"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
    )
    for kind, pax in (
        (tarfile.REGTYPE, headers[0]),
        (tarfile.REGTYPE, headers[1]),
        (tarfile.GNUTYPE_SPARSE, {}),
    ):
        with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
            member = tarfile.TarInfo("a.wav")
            member.type, member.pax_headers = kind, pax
            archive.addfile(member)
        with pytest.raises(SourceError, match="the archive is damaged"):
            archives.unpack(path, tmp_path)
    monkeypatch.setattr(archives, "_MOST_HEADER_BYTES", 1000)
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("b" * 2000))
    with pytest.raises(SourceError, match="the archive is damaged"):
        archives.unpack(path, tmp_path)


def test_links_without_end_are_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_FILES", 4)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for number in range(5):
            member = tarfile.TarInfo(f"{number}")
            member.type, member.linkname = tarfile.SYMTYPE, "x"
            archive.addfile(member)
    with pytest.raises(SourceError, match="the archive has too many files"):
        archives.unpack(tmp_path / "a.tar", tmp_path)


def test_a_name_in_a_zip_that_is_no_text(tmp_path, zipped):
    path = zipped(tmp_path / "a.zip", {"äb.wav": b"x"})
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(SourceError, match=r"the archive is damaged.*UnicodeDecodeError"):
        archives.unpack(path, tmp_path)
