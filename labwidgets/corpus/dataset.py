"""From labelled segments to a data set on disk, in memory-flat passes, without torchcodec."""

from __future__ import annotations

import errno
import json
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labwidgets import audio
from labwidgets.analysis.splits import assign_splits
from labwidgets.corpus.card import SPLIT_ORDER, Facts, render_card
from labwidgets.corpus.shards import Shard, SplitWriter
from labwidgets.corpus.table import (
    RATE_HZ,
    ColumnTypes,
    extra_names,
    features,
    fit,
    group_of,
    layer_names,
    plain_row,
)
from labwidgets.errors import DiskFullError, LabError, ProjectError
from labwidgets.records import LabelledRow, Progress, ReadAudio, Refusal

DATA_FOLDER = "data"
CARD_FILE = "README.md"
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


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a data set is written.

    Attributes:
        name: Its title in the card.
        splits: Membership that was decided before; it does not change.
        snapshot: Name of the state of the store; goes into a column.
        progress: Called while audio is written.
    """

    name: str = "speech"
    splits: Mapping[str, str] = field(default_factory=dict)
    snapshot: str | None = None
    progress: Progress | None = None


@dataclass(slots=True)
class _Plan:
    """What the first pass over the rows found out."""

    spool: Path
    hours: dict[str, float] = field(default_factory=dict)
    layers: set[str] = field(default_factory=set)
    types: ColumnTypes = field(default_factory=ColumnTypes)
    n_rows: int = 0
    unlabelled: int = 0


def write_parquet(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, *, options: ExportOptions | None = None
) -> Export:
    """Write Parquet shards and a card into the new ``folder``; it is there whole or not at all.

    Args:
        rows: Segments; those without a reference are left out and counted.
        read_audio: Returns a segment's sound at 16 kHz.
        folder: New or empty; gets ``data/{split}-00000-of-0000N.parquet`` and ``README.md``.
        options: See ``ExportOptions``.

    Raises:
        ProjectError: Nothing is labelled, or the folder holds something.
    """
    options = options or ExportOptions()
    with _fresh(folder) as staging:
        export = _write(rows, read_audio, staging, options)
        (staging / CARD_FILE).write_text(render_card(export.facts, options.name), encoding="utf-8")
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
        (staging / CARD_FILE).write_text(render_card(export.facts, options.name), encoding="utf-8")
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
    with pa.ipc.new_stream(partial, pq.read_schema(shards[0])) as writer:
        for shard in shards:
            for batch in pq.ParquetFile(shard).iter_batches(batch_size=100):
                writer.write_batch(batch)
    return partial.replace(target)


def _write(
    rows: Iterable[LabelledRow], read_audio: ReadAudio, folder: Path, options: ExportOptions
) -> Export:
    data = folder / DATA_FOLDER
    data.mkdir()
    spool = folder / "rows.jsonl"
    plan = _spool(rows, spool, options.snapshot)
    if not plan.n_rows:
        raise ProjectError(
            "no finished segments",
            value=f"{plan.unlabelled} without a label",
            remedy="Label and submit some first",
        )
    membership = assign_splits(plan.hours, options.splits)
    layers = layer_names(plan.layers)
    extras = extra_names(plan.types.kinds, layers.values())
    kinds = plan.types.final()
    schema = features(layers, {extras[name]: kinds[name] for name in extras}).arrow_schema
    writers = {name: SplitWriter(data, name, schema) for name in dict.fromkeys(membership.values())}
    facts = Facts()
    refused: list[Refusal] = []
    try:
        for done, item in enumerate(_read_spool(spool), start=1):
            sound = _sound(item["segment"], read_audio, refused)
            if sound is not None:
                row = item["row"] | {"audio": {"bytes": sound, "path": f"{item['segment']}.flac"}}
                row |= {column: item["layers"].get(name) for name, column in layers.items()}
                row |= {column: fit(item["extras"].get(name), kinds[name]) for name, column in extras.items()}
                writers[membership[item["group"]]].add(row)
                facts.see(item["row"], split=membership[item["group"]], group=item["group"])
            if options.progress is not None:
                options.progress(done, plan.n_rows, "writing")
        shards = tuple(shard for name in sorted(writers) for shard in writers[name].close())
    except BaseException:
        for writer in writers.values():
            with suppress(OSError, pa.ArrowException):
                writer.abandon()
        raise
    spool.unlink()
    if not shards:
        raise ProjectError("no segment's sound could be read", value=refused[0].reason)
    facts.finish(shards, {name: writer.n_table_bytes for name, writer in writers.items()}, schema)
    return _report(folder, shards, plan, refused, membership, facts)


def _report(  # noqa: PLR0913, PLR0917 - the pieces of one record
    folder: Path,
    shards: tuple[Shard, ...],
    plan: _Plan,
    refused: list[Refusal],
    membership: Mapping[str, str],
    facts: Facts,
) -> Export:
    splits = Counter[str]()
    for shard in shards:
        splits[shard.split] += shard.n_rows
    warnings = []
    if len(set(membership.values())) == 1:
        warnings.append("there is one speaker only: everything is in train, nothing is left to test on")
    if plan.unlabelled:
        warnings.append(f"{plan.unlabelled} segments without a finished label are left out")
    if refused:
        warnings.append(f"{len(refused)} segments are left out because their sound cannot be read")
    hours = sum(facts.hours.values())
    return Export(
        folder,
        shards,
        dict(splits),
        hours,
        plan.unlabelled,
        tuple(refused),
        membership,
        facts,
        tuple(warnings),
    )


def _spool(rows: Iterable[LabelledRow], path: Path, snapshot: str | None) -> _Plan:
    # Types and splits depend on all rows: they are gone through once without audio, and kept on disk so
    # that the second pass sees just the same rows while people go on labelling.
    plan = _Plan(path)
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            if row.reference is None:
                plan.unlabelled += 1
                continue
            group = group_of(row)
            plan.n_rows += 1
            plan.hours[group] = plan.hours.get(group, 0.0) + row.segment.duration_s / 3600
            plan.layers |= set(row.reference.layers)
            plan.types.see(row.recording.metadata)
            item = {
                "segment": row.segment.id,
                "group": group,
                "row": plain_row(row, row.reference, snapshot=snapshot),
                "layers": dict(row.reference.layers),
                "extras": dict(row.recording.metadata),
            }
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
    return plan


def _read_spool(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _sound(segment_id: str, read_audio: ReadAudio, refused: list[Refusal]) -> bytes | None:
    try:
        return audio.encode_flac(read_audio(segment_id), RATE_HZ)
    except DiskFullError:
        raise
    except LabError as e:
        logger.warning("the sound of segment %s cannot be read", segment_id)
        refused.append(Refusal(segment_id, str(e)))
        return None


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
            raise DiskFullError(
                "no room for the data set", value=folder, remedy="Make room, try again"
            ) from e
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
