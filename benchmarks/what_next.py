"""What an hour of labelling brings in the order "most worth it first", beside other orders.

    python benchmarks/what_next.py [FOLDER DRAFTS] [--repeats 20] [--rank 100000]

FOLDER holds folders of clips with ``transcripts.tsv`` (``_drafted.py`` says which); each is drafted once by
an embedded model and kept in the file DRAFTS. Nothing is trained.

A person labels the clips in some order and is stopped after a share of the minutes that all take. A clip
takes as long as the published times say of its true errors. Counted: errors mended, of all in the drafts;
distinct words of the references, of all; and accents and speakers of whom two clips at least are labelled (or
all there are), of all. The order is worked out again after each tenth of the clips, as after a round. Clips
of over 30 s are left out.

Without them: how long ranking and storing so many made-up segments takes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from _drafted import Drafted, drafted

from labwidgets.analysis.scoring import score
from labwidgets.analysis.worth import Experience, Weights, n_words, plan
from labwidgets.records import JudgedDraft, ModelRun, NewRecording, Transcription, WorkItem
from labwidgets.store import Store
from labwidgets.text import normalisation

SHARES = (0.1, 0.25, 0.5)
STEP = 0.1
LONGEST_S = 30.0
_SPELL = normalisation("basic")


@dataclass(frozen=True, slots=True)
class Pool:
    """Clips with the true errors of their drafts, the minutes that they take, and how the queue sees them."""

    clips: Sequence[Drafted]
    errors: np.ndarray
    minutes: np.ndarray
    items: Sequence[WorkItem]


Order = Callable[[Pool, random.Random], list[int]]


def pool_of(clips: Sequence[Drafted]) -> Pool:
    """Return the clips as a project has them."""
    found = score([one.text for one in clips], [one.draft for one in clips])
    # A draft that goes round in circles holds no more errors than there are words to type.
    edits = np.minimum(found.edits, found.lengths).astype(float)
    durations = np.array([one.duration_s for one in clips])
    drafts = np.ones(len(clips), dtype=bool)
    seconds = Experience().effort.seconds(durations, edits, found.lengths.astype(float), is_drafted=drafts)
    items = [
        WorkItem(
            str(place),
            one.duration_s,
            one.draft,
            one.confidence,
            bool(one.alarms),
            one.part,
            0.5,
            0.0,
            False,
            {"accent": one.accent, "speaker": one.speaker, "language": one.language, "collection": one.part},
        )
        for place, one in enumerate(clips)
    ]
    return Pool(clips, edits, seconds / 60, items)


def by_value(pool: Pool, weights: Weights) -> list[int]:
    """Return the clips most worth it first, ranked again after each tenth."""
    left, done = list(range(len(pool.clips))), list[int]()
    step = max(1, round(STEP * len(pool.clips)))
    while left:
        referred = [referred_item(pool, place) for place in done]
        judged = [judged_draft(pool.clips[place]) for place in done]
        open_ones = [pool.items[i] for i in left]
        found = plan(open_ones, referred, Experience.of([], judged), weights=weights)
        left.sort(key=lambda place: found.places[str(place)])
        done += left[:step]
        left = sorted(left[step:])
    return done


def referred_item(pool: Pool, place: int) -> WorkItem:
    """Return a labelled clip as the queue sees it."""
    return replace(pool.items[place], text=pool.clips[place].text)


def judged_draft(one: Drafted) -> JudgedDraft:
    """Return a labelled clip as what its draft's confidence is held against."""
    return JudgedDraft(one.part, one.confidence, bool(one.alarms), one.draft, one.text, 1.0, False)


def by_chance(pool: Pool, chance: random.Random) -> list[int]:
    """Return the clips in random order."""
    return chance.sample(range(len(pool.clips)), len(pool.clips))


def by_confidence(pool: Pool, chance: random.Random) -> list[int]:
    """Return the least confident first; ties by chance."""
    return sorted(by_chance(pool, chance), key=lambda place: pool.clips[place].confidence or 0.0)


def by_length(pool: Pool, chance: random.Random) -> list[int]:
    """Return the shortest first; ties by chance."""
    return sorted(by_chance(pool, chance), key=lambda place: pool.clips[place].duration_s)


ORDERS: dict[str, Order] = {
    "value": lambda pool, _: by_value(pool, Weights.of({})),
    "coverage: 2": lambda pool, _: by_value(pool, Weights.of({"coverage": 2})),
    "least_confident": by_confidence,
    "shortest": by_length,
    "random": by_chance,
}


def gains(pool: Pool, order: Sequence[int], share: float) -> tuple[float, ...]:
    """Return what was reached after a share of all minutes: errors, words, accents, speakers; clips."""
    spent = np.cumsum(pool.minutes[list(order)])
    done = [place for place, until in zip(order, spent, strict=True) if until <= share * spent[-1]]
    words, all_words = (
        {word for place in some for word in _SPELL(pool.clips[place].text).split()} for some in (done, order)
    )
    mended = pool.errors[done].sum() / pool.errors.sum()
    return (
        float(mended),
        len(words) / len(all_words),
        *(covered(pool, done, name) for name in ("accent", "speaker")),
        len(done) / len(order),
    )


def covered(pool: Pool, done: Sequence[int], name: str) -> float:
    """Return the share of the values of which two clips are labelled, or all there are."""
    there = Counter(getattr(one, name) for one in pool.clips)
    labelled = Counter(getattr(pool.clips[place], name) for place in done)
    return sum(labelled[value] >= min(2, n) for value, n in there.items()) / len(there)


def simulate(pool: Pool, repeats: int) -> None:
    """Print what each order brings."""
    wer = pool.errors.sum() / sum(len(_SPELL(one.text).split()) for one in pool.clips)
    accents, speakers = ({getattr(one, name) for one in pool.clips} for name in ("accent", "speaker"))
    print(
        f"{len(pool.clips)} clips, {sum(one.duration_s for one in pool.clips) / 60:.0f} min of speech, WER "
        f"{wer:.1%}, {len(accents)} accents, {len(speakers)} speakers; all take {pool.minutes.sum():.0f} min"
    )
    print("minutes  order                  errors         words       accents      speakers         clips")
    for share in SHARES:
        for name, order in ORDERS.items():
            n = 1 if name in {"value", "coverage: 2"} else repeats
            found = np.array([gains(pool, order(pool, random.Random(seed)), share) for seed in range(n)])
            shown = "  ".join(f"{mean:12.1%}" for mean in found.mean(axis=0))
            print(f"{share:7.0%}  {name:15}{shown}")


def rank_many(n: int) -> None:
    """Print how long it takes to rank ``n`` made-up segments and to store their places, twice."""
    chance = random.Random(1)
    common = [f"w{int(chance.paretovariate(0.7)) % 50_000}" for _ in range(200_000)]
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "store.db") as store:
        for start in range(0, n, 1000):
            store.add_recordings([recording(start + at, chance) for at in range(min(1000, n - start))])
        ids = [segment.id for segment, _ in store.segments_to_draft()]
        said = {
            key: Transcription(" ".join(chance.choices(common, k=10)), (), chance.uniform(0.3, 1), "en")
            for key in ids
        }
        store.add_hypotheses(ModelRun("run", "m", "r", {}), said, as_draft=True)
        for _ in range(2):
            began = time.perf_counter()
            items, referred = store.open_items(), store.referred_items()
            read = time.perf_counter()
            found = plan(items, referred, Experience(), weights=Weights.of({}))
            ranked = time.perf_counter()
            store.rank(found.places, {}, {"crossing": 0.3, "models": {}}, min_per_s=found.min_per_s)
            print(
                f"{n} segments: read {read - began:.1f} s, ranked {ranked - read:.1f} s, "
                f"{len(found.places)} places stored {time.perf_counter() - ranked:.1f} s"
            )


def recording(number: int, chance: random.Random) -> NewRecording:
    """Return a made-up recording of one of 500 speakers with one of 12 accents."""
    speaker = int(chance.paretovariate(0.8)) % 500
    return NewRecording(
        source=f"{number}.wav",
        bytes_sha256=f"{number:064x}",
        n_bytes=64_044,
        duration_s=chance.uniform(1, 12),
        sample_rate_hz=16_000,
        n_channels=1,
        codec="pcm_s16le",
        language="en",
        speaker=f"s{speaker}",
        accent=f"a{speaker % 12}",
    )


def is_usable(one: Drafted) -> bool:
    """Return whether a clip is as a project has them."""
    return n_words(one.text) > 0 and one.duration_s <= LONGEST_S


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("drafts", type=Path, nargs="?")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--rank", type=int, default=100_000)
    arguments = parser.parse_args()
    if arguments.folder is None or arguments.drafts is None:
        rank_many(arguments.rank)
        return
    clips = drafted(arguments.folder, arguments.drafts)
    simulate(pool_of([one for one in clips if is_usable(one)]), arguments.repeats)


if __name__ == "__main__":
    main()
