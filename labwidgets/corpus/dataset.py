"""From labelled segments to a data set on disk, in memory-flat passes, without torchcodec."""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets import audio
from labwidgets.analysis.shards import Place, place_rows
from labwidgets.corpus.card import (
    LICENCE_FILE,
    SPLIT_ORDER,
    Card,
    CardContext,
    DraftErrors,
    Facts,
    card_fields,
    card_text,
    licence_text,
    render_card,
    rules_of,
)
from labwidgets.corpus.privacy import silence
from labwidgets.corpus.shards import Shard, ShardWriter
from labwidgets.corpus.spool import Columns, Spool, spool
from labwidgets.errors import DiskFullError, LabError, ProjectError
from labwidgets.records import RATE_HZ, LabelledRow, Progress, ReadAudio, Refusal, StoredDecision

DATA_FOLDER = "data"
CARD_FILE = "README.md"
_MAKE_ROOM = "Make room on that disk and call again: nothing half-written was kept, and no label is lost"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Export:
    """A data set on disk.

    Attributes:
        folder: Where it lies.
        shards: Its Parquet files; empty when saved as Arrow.
        splits: Rows in each.
        hours: Of audio, all splits together.
        unlabelled: Segments left out because nobody finished them.
        refused: Segments left out because their sound could not be read, and why.
        membership: Split of each speaker (or recording): hand it in again the next time.
        facts: For the card.
        warnings: What the user should know.
    """

    folder: Path
    shards: tuple[Shard, ...]
    splits: Mapping[str, int]
    hours: float
    unlabelled: int
    refused: tuple[Refusal, ...]
    membership: Mapping[str, str]
    facts: Facts
    warnings: tuple[str, ...]


PlaceRows = Callable[[Mapping[str, tuple[str, float]]], Mapping[str, Place]]


def place_new_rows(wanted: Mapping[str, tuple[str, float]]) -> Mapping[str, Place]:
    """Return places as if there had been no data set before."""
    return place_rows(wanted, {})


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a data set is written.

    Attributes:
        name: Its title in the card.
        splits: Membership that was decided before; it does not change.
        place: Gives each row its file and number, from its split and length (see ``analysis.shards``).
        licences: Of speakers, for recordings that state none.
        snapshot: Name of the state of the store; goes into a column.
        decisions: Of models; what stands behind a text that one accepted goes into the card.
        progress: Called while audio is written.
    """

    name: str = "speech"
    splits: Mapping[str, str] = field(default_factory=dict)
    place: PlaceRows = place_new_rows
    licences: Mapping[str, str] = field(default_factory=dict)
    snapshot: str | None = None
    decisions: Sequence[StoredDecision] = ()
    progress: Progress | None = None


def write_parquet(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, *, options: ExportOptions | None = None
) -> Export:
    """Write Parquet shards and a card into the new ``folder``; it is there whole or not at all.

    Args:
        rows: Segments; those without a reference are left out and counted.
        read_audio: Returns a segment's sound at 16 kHz.
        folder: New or empty; gets ``data/{split}-00000.parquet`` and so on, and ``README.md``.
        options: See ``ExportOptions``.

    Raises:
        ProjectError: Nothing is labelled, or the folder holds something.
    """
    options = options or ExportOptions()
    with _fresh(folder) as staging:
        export = _write(rows, read_audio, staging, options)
        describe(staging, options.name, facts=export.facts, shards=staging)
    return _moved(export, folder)


def write_disk(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, *, options: ExportOptions | None = None
) -> Export:
    """Write what ``datasets.load_from_disk`` reads; arguments as for ``write_parquet``."""
    options = options or ExportOptions()
    with (
        _fresh(folder) as staging,
        tempfile.TemporaryDirectory(dir=staging.parent, prefix=".export-") as work,
    ):
        export = _write(rows, read_audio, Path(work), options)
        load_parquet(Path(work), cache=Path(work, "arrow")).save_to_disk(str(staging))
        describe(staging, options.name, facts=export.facts, shards=Path(work))
    return _moved(export, folder)


def build_dataset(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, *, options: ExportOptions | None = None
) -> tuple[Any, Export]:
    """Write Parquet into the new ``folder`` and return it as a ``DatasetDict``, with the report."""
    export = write_parquet(rows, read_audio, folder, options=options)
    return load_parquet(folder, cache=folder / ".arrow"), export


def load_parquet(folder: Path, *, cache: Path) -> Any:
    """Return the shards in ``folder`` as a memory-mapped ``DatasetDict``.

    Args:
        folder: As ``write_parquet`` made it.
        cache: Folder for the mapped files of this data set alone; as large as the shards, must outlive
            the result, and is used again.
    """
    from datasets import Dataset, DatasetDict

    cache.mkdir(parents=True, exist_ok=True)
    by_split: dict[str, list[Path]] = {}
    for path in sorted((folder / DATA_FOLDER).glob("*.parquet")):
        by_split.setdefault(path.name.partition("-")[0], []).append(path)
    order = sorted(by_split, key=lambda name: (*(name != usual for usual in SPLIT_ORDER), name))
    return DatasetDict(
        {name: Dataset.from_file(str(_to_arrow(by_split[name], cache / f"{name}.arrow"))) for name in order}
    )


def _to_arrow(shards: list[Path], target: Path) -> Path:
    if target.is_file() and target.stat().st_mtime_ns > max(path.stat().st_mtime_ns for path in shards):
        return target
    partial = target.with_suffix(".part")
    try:
        with pa.ipc.new_stream(partial, pq.read_schema(shards[0])) as writer:
            for shard in shards:
                for batch in pq.ParquetFile(shard).iter_batches(batch_size=100):
                    writer.write_batch(batch)
        return partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _write(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, options: ExportOptions
) -> Export:
    data = folder / DATA_FOLDER
    data.mkdir()
    made = spool(rows, folder / "rows.jsonl", licences=options.licences, snapshot=options.snapshot)
    if not made.segments:
        raise ProjectError(
            "no finished segments",
            value=f"{made.left_out['unlabelled']} without a label",
            remedy="Label and submit some first",
        )
    membership = made.splits(options.splits)
    places = options.place(made.wanted(membership))
    columns = Columns.of(made)
    writer, refused = ShardWriter(data, columns.schema), list[Refusal]()
    facts = Facts(rules=rules_of(options.decisions))
    drafts = DraftErrors(facts)
    try:
        for done, (item, place) in enumerate(made.read(places), start=1):
            sound = _sound(item, read_audio, refused)
            if sound is not None:
                writer.add(columns.row(item, sound), place)
                facts.see(item, place.split)
                drafts.see(item)
            if options.progress is not None:
                options.progress(done, len(made.segments), "writing")
        shards = tuple(writer.close())
    except BaseException:
        with suppress(OSError, pa.ArrowException):
            writer.abandon()
        raise
    made.file.unlink()
    drafts.close()
    if not shards:
        raise ProjectError("no segment's sound could be read", value=refused[0].reason)
    facts.finish(shards, writer.n_table_bytes)
    facts.save(folder)
    return _report(folder, made, refused, membership, facts)


def _report(
    folder: Path, made: Spool, refused: list[Refusal], membership: Mapping[str, str], facts: Facts
) -> Export:
    unlabelled = made.left_out["unlabelled"]
    warnings = []
    if len(set(membership.values())) == 1:
        warnings.append("there is one speaker only: everything is in train, nothing is left to test on")
    if unlabelled:
        warnings.append(f"{unlabelled} segments without a finished label are left out")
    if refused:
        warnings.append(f"{len(refused)} segments are left out because their sound cannot be read")
    return Export(
        folder,
        facts.shards,
        {name: facts.rows[name] for name in facts.split_names()},
        sum(facts.hours.values()),
        unlabelled,
        tuple(refused),
        membership,
        facts,
        tuple(warnings),
    )


def _sound(item: Mapping[str, Any], read_audio: ReadAudio, refused: list[Refusal]) -> bytes | None:
    segment_id = item["segment"]
    try:
        samples = read_audio(segment_id)
        if item["silent"]:
            samples = silence(samples, item["silent"], RATE_HZ)
        return audio.encode_flac(samples, RATE_HZ)
    except DiskFullError:
        raise
    except LabError as e:
        logger.warning("the sound of segment %s cannot be read", segment_id)
        refused.append(Refusal(segment_id, str(e)))
        return None


def describe(folder: Path, name: str, *, facts: Facts, shards: Path) -> None:
    """Write into ``folder`` the card of the data set in ``shards`` as it lies there, not published anywhere.

    The terms go beside it where the card links to them.
    """
    schema = pq.read_schema(shards / facts.shards[0].path)
    card = Card(
        card_fields(facts, name, schema=schema),
        card_text(facts, CardContext(name, columns=tuple(schema.names))),
    )
    (folder / CARD_FILE).write_text(render_card(card), encoding="utf-8")
    terms, path = licence_text(card.fields, facts.licences, name=name), folder / LICENCE_FILE
    if terms is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(terms, encoding="utf-8")


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """Give a folder beside ``folder`` that takes its place when the block ends well."""
    with writing_to(folder), _staged(Path(folder)) as staging:
        yield staging


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what the system says while ``folder`` is written into a LabError.

    Raises:
        DiskFullError: There is no room.
        ProjectError: The place cannot be written.
    """
    try:
        yield
    except LabError:
        raise
    except OSError as e:
        if e.errno in _FULL:
            raise DiskFullError("no room for the data set", value=folder, remedy=_MAKE_ROOM) from e
        raise ProjectError(
            f"the data set cannot be written ({e.strerror or e})", value=folder, remedy="Choose another place"
        ) from e


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            "the place for the data set is taken", value=folder, remedy="Name a folder that does not exist"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".dataset-"))
    try:
        yield staging
        staging.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _moved(export: Export, folder: Path) -> Export:
    return replace(export, folder=Path(folder))
