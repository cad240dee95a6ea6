"""Keep the text that each task shows in a table of its own, for the search."""

import logging

import sqlalchemy as sa
from alembic import op

from labwidgets.text import searchable

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 1000
_log = logging.getLogger(__name__)


def upgrade() -> None:
    """Fold all texts anew and fill the table with those that are shown."""
    op.create_table(
        "search_text",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_search_text_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_search_text")),
        sqlite_with_rowid=False,
    )
    _fold()
    op.execute(
        "INSERT INTO search_text (segment_id, folded) SELECT task.segment_id, content.folded FROM task"
        " JOIN content ON content.id = coalesce(task.reference_content_id, task.draft_content_id)"
        " WHERE task.stage = 'label'"
    )
    if op.get_bind().dialect.name == "postgresql":
        _index_trigrams()


def _fold() -> None:
    connection, last = op.get_bind(), ""
    content = sa.table("content", sa.column("id"), sa.column("text"), sa.column("folded"))
    update = content.update().where(content.c.id == sa.bindparam("key")).values(folded=sa.bindparam("new"))
    while True:
        query = sa.select(content).where(content.c.id > last).order_by(content.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        if not rows:
            return
        changes = [
            {"key": row.id, "new": searchable(row.text)} for row in rows if searchable(row.text) != row.folded
        ]
        if changes:
            connection.execute(update, changes)
        last = rows[-1].id


def _index_trigrams() -> None:
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                sa.text("CREATE INDEX ix_search_text_folded ON search_text USING gin (folded gin_trgm_ops)")
            )
    except sa.exc.DBAPIError as error:
        # Only whoever owns the database may add the extension; without it a search reads all texts.
        _log.warning("no index of trigrams (%s): searches in a large project take longer", error.orig)
