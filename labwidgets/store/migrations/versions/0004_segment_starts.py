"""A table for where segments began before they were moved, so that the times in their texts stay true."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing was moved before there was a way to move it."""
    op.create_table(
        "segment_start",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_start_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_segment_start")),
        sqlite_with_rowid=False,
    )
