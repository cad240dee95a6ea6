"""How a store comes into being and how one is opened: checks first, then the schema's version."""

from __future__ import annotations

import logging
import os
import uuid
from pathlib import Path

import sqlalchemy as sa

from labwidgets.errors import StoreError
from labwidgets.store import backup, events, migrate, schema
from labwidgets.store import engine as engines

_log = logging.getLogger(__name__)

_QUICK_CHECK_BYTES = 16 * 2**20
"""Up to this size a check of all pages costs less than a user notices."""


def create(url: str | os.PathLike[str], *, busy_s: float) -> tuple[sa.Engine, str]:
    """Make an empty store; return its engine and its project id.

    Raises:
        StoreError: When there is one already, or its folder is missing or read-only.
    """
    address = engines.store_url(url)
    file = engines.store_file(address)
    if file is not None:
        if file.exists():
            raise StoreError(
                "there is a store already", value=file, remedy="Open it, or choose another place"
            )
        engines.check_folder(file.parent)
        engines.warn_if_on_network(file)
    engine = engines.make_engine(address, busy_s=busy_s)
    project_id = str(uuid.uuid4())
    try:
        with engines.writing(engine) as connection:
            migrate.upgrade(connection)
            connection.execute(schema.meta.insert(), {"key": "project_id", "value": project_id})
    except BaseException:
        engine.dispose()
        raise
    return engine, project_id


def open_existing(url: str | os.PathLike[str], *, busy_s: float) -> tuple[sa.Engine, str]:
    """Open a store, bring its schema up to date, and return its engine and its project id.

    Raises:
        StoreError: When it is missing, read-only, damaged, locked, or made by a newer labwidgets.
    """
    address = engines.store_url(url)
    file = engines.store_file(address)
    if file is not None:
        engines.check_file(file)
        engines.warn_if_on_network(file)
    engine = engines.make_engine(address, busy_s=busy_s)
    try:
        return engine, _prepare(engine, file)
    except BaseException:
        engine.dispose()
        raise


def _prepare(engine: sa.Engine, file: Path | None) -> str:
    with engines.reading(engine) as connection:
        if file is not None and file.stat().st_size < _QUICK_CHECK_BYTES:
            engines.refuse_damaged(connection)
        is_current = migrate.is_current(connection)
    if not is_current:
        if file is not None:
            copy = file.with_name(f"{file.name}.before-upgrade-{events.now_us()}")
            backup.backup(engine, copy)
            _log.warning("the store is brought up to date; a copy of the old one is %s", copy)
        with engines.writing(engine) as connection:
            migrate.upgrade(connection)
    with engines.reading(engine) as connection:
        query = sa.select(schema.meta.c.value).where(schema.meta.c.key == "project_id")
        project_id = connection.scalar(query)
    if project_id is None:
        raise StoreError("the store has lost its identity", value=file, remedy=engines.BACKUP_HINT)
    return str(project_id)
