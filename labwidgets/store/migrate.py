"""The schema's versions: made, checked and brought up to date by Alembic, from the first table on."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from labwidgets.errors import StoreError

SCRIPTS = Path(__file__).parent / "migrations"


def config(scripts: Path | None = None) -> Config:
    """Return Alembic's settings for the packaged scripts, or for those in another folder."""
    settings = Config()
    settings.set_main_option("script_location", str(scripts or SCRIPTS).replace("%", "%%"))
    return settings


def upgrade(connection: sa.Connection, scripts: Path | None = None) -> None:
    """Bring the schema to the newest version, in the caller's transaction."""
    settings = config(scripts)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def is_current(connection: sa.Connection, scripts: Path | None = None) -> bool:
    """Return whether the schema is of the newest version.

    Raises:
        StoreError: When it is of none that is known here.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    directory = ScriptDirectory.from_config(config(scripts))
    if found is None:
        raise StoreError(
            "this is no labwidgets store",
            value=connection.engine.url.render_as_string(hide_password=True),
            remedy="Make one with `labwidgets init DIR --language en`",
        )
    if found == directory.get_current_head():
        return True
    if found not in {script.revision for script in directory.walk_revisions()}:
        raise StoreError(
            "the store was made by a newer labwidgets; nothing was changed",
            value=found,
            allowed=f"up to {directory.get_current_head()}",
            remedy="Upgrade labwidgets",
        )
    return False
