"""The schema's versions: made, checked and brought up to date by Alembic, from the first table on.

Alembic is loaded when a schema is made or changed; to see that nothing is to do takes one query.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from labwidgets.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


def config(scripts: Path | None = None) -> Config:
    """Return Alembic's settings for the packaged scripts, or for those in another folder."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(scripts or SCRIPTS).replace("%", "%%"))
    return settings


def upgrade(connection: sa.Connection, scripts: Path | None = None) -> None:
    """Bring the schema to the newest version, in the caller's transaction."""
    from alembic import command

    settings = config(scripts)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def versions(scripts: Path | None = None) -> list[str]:
    """Return the versions that are known here, oldest first: each script's name begins with its own."""
    return sorted(path.name.split("_")[0] for path in ((scripts or SCRIPTS) / "versions").glob("[0-9]*.py"))


def is_current(connection: sa.Connection, scripts: Path | None = None) -> bool:
    """Return whether the schema is of the newest version.

    Raises:
        StoreError: When it is of none that is known here.
    """
    known = versions(scripts)
    found = _stored_version(connection)
    if found is None:
        raise StoreError(
            "this is no labwidgets store",
            value=connection.engine.url.render_as_string(hide_password=True),
            remedy="Make one with `labwidgets init DIR --language en`",
        )
    if found not in known:
        raise StoreError(
            "the store was made by a newer labwidgets; nothing was changed",
            value=found,
            allowed=f"up to {known[-1]}",
            remedy="Upgrade labwidgets",
        )
    return found == known[-1]


def _stored_version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found
