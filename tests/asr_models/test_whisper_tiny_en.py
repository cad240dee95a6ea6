from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from labwidgets.asr import alarms
from labwidgets.records import NewRecording, Quality
from labwidgets.store import Store

pytestmark = pytest.mark.slow

RATE_HZ = 16_000
FIRST = "The quick brown fox jumps over the lazy dog"
SECOND = "She sells sea shells by the sea shore"
CHECKOUT = Path(__file__).parents[2]


def silence(duration_s: float) -> np.ndarray:
    return np.zeros(round(duration_s * RATE_HZ), np.float32)


def plain(text: str) -> set[str]:
    return {word.strip(".,").lower() for word in text.split()}


@pytest.fixture(scope="module")
def two_with_a_pause(say):
    """Two sentences, three seconds of silence between, and where that silence lies."""
    first, second = say(FIRST), say(SECOND)
    sound = np.concatenate([silence(0.5), first, silence(3.0), second])
    gap_s = 0.5 + len(first) / RATE_HZ
    return sound, gap_s, gap_s + 3.0


@pytest.fixture(scope="module")
def fox(sample_folder):
    """A person who says ``FIRST``."""
    [path] = sample_folder.rglob("quick_brown_fox.wav")
    samples, rate_hz = soundfile.read(path, dtype="float32")
    return soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)


def test_real_speech_is_written_down(english, fox):
    draft = english.transcribe(fox, language="en")
    assert plain(draft.text) == plain(FIRST)
    assert draft.confidence > 0.8


def test_words_lie_on_their_side_of_a_silence(english, two_with_a_pause):
    sound, gap_start_s, gap_end_s = two_with_a_pause
    draft = english.transcribe(sound, language="en")
    # Whisper places words within some 0.2 s.
    assert not [w for w in draft.words if w.start_s > gap_start_s + 0.2 and w.end_s < gap_end_s - 0.2]
    assert not [w for w in draft.words if w.start_s < gap_start_s - 0.2 and w.end_s > gap_end_s + 0.2]
    before = " ".join(w.text for w in draft.words if w.end_s < (gap_start_s + gap_end_s) / 2)
    after = " ".join(w.text for w in draft.words if w.start_s > (gap_start_s + gap_end_s) / 2)
    assert "quick" in plain(before)
    assert "sea" in plain(after)
    assert "quick" not in plain(after)


def test_any_text_is_aligned_and_the_wrong_word_is_doubted(english, say):
    sound = say(FIRST)
    right = english.score(sound, FIRST, "en")
    wrong = english.score(sound, FIRST.replace("fox", "parliament"), "en")
    assert right.text == FIRST
    assert [word.text for word in right.words] == FIRST.split()
    assert min(wrong.words, key=lambda word: word.confidence).text == "parliament"
    assert wrong.confidence < right.confidence


def test_scoring_a_draft_gives_the_draft_again(english, say):
    sound = say(SECOND)
    draft = english.transcribe(sound, language="en")
    scored = english.score(sound, draft.text, "en")
    assert scored.words == draft.words
    assert scored.confidence == pytest.approx(draft.confidence)


def test_long_speech_is_drafted_to_its_end(english, fox):
    n_times, pause = 6, silence(10.0)
    sound = np.concatenate([fox, pause] * (n_times - 1) + [fox])
    draft = english.transcribe(sound, language="en")
    foxes = [word for word in draft.words if "fox" in word.text.lower()]
    assert len(foxes) == n_times
    period_s = (len(fox) + len(pause)) / RATE_HZ
    assert [int(word.start_s / period_s) for word in foxes] == list(range(n_times))
    assert draft.words[-1].end_s > (n_times - 1) * period_s
    starts = [word.start_s for word in draft.words]
    assert starts == sorted(starts)


def test_silence_raises_an_alarm_or_gives_no_text(english):
    draft = english.transcribe(silence(3.0), language="en")
    assert not draft.text or alarms.TEXT_IN_SILENCE in alarms.find(draft, silence(3.0))


WORKER = """
import sys, numpy as np, torch
torch.set_num_threads(1)
from labwidgets.asr.drafting import draft_segments, load_drafter
from labwidgets.asr.sources import resolve
from labwidgets.store import Store
sound = np.load(sys.argv[2])
with Store.open(sys.argv[1]) as store:
    drafter = load_drafter(resolve("tiny.en", "en"))
    report = draft_segments(store, lambda _: sound, drafter, progress=lambda *s: print(s[0], flush=True))
    print("report", report.drafted, report.cached, len(report.failed), flush=True)
"""


def run_worker(database: Path, sound: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", WORKER, str(database), str(sound)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.usefixtures("english")
def test_a_kill_loses_and_doubles_nothing(say, tmp_path):
    n_clips = 12
    np.save(tmp_path / "sound.npy", say("Good morning"))
    quality = Quality(-20.0, -3.0, 0.0, None, 0.0)
    with Store.create(tmp_path / "store.db") as store:
        new = [
            NewRecording(f"{n}.wav", f"{n:064d}", 1, 1.0, RATE_HZ, 1, "pcm_s16le", "en")
            for n in range(n_clips)
        ]
        for n, recording in enumerate(store.add_recordings(new)):
            store.mark_decoded(recording.id, sound_sha256=f"{n:064x}", duration_s=1.0, quality=quality)
    kept = 0
    for enough in (3, 7):
        worker = run_worker(tmp_path / "store.db", tmp_path / "sound.npy")
        for line in worker.stdout:
            kept = int(line)
            if kept >= enough:
                break
        time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert hypotheses(tmp_path) >= kept
    out, _ = run_worker(tmp_path / "store.db", tmp_path / "sound.npy").communicate(timeout=300)
    drafted, cached, failed = map(int, out.splitlines()[-1].split()[1:])
    assert (drafted + cached, failed) == (n_clips, 0)
    assert cached >= kept
    assert hypotheses(tmp_path) == n_clips


def hypotheses(folder: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(folder / "store.db")
    try:
        return int(connection.execute("select count(*) from hypothesis").fetchone()[0])
    finally:
        connection.close()
