"""A table for what is typed and not submitted where the browser keeps nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "kept_edit",
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("annotator", sa.String(), nullable=False),
        sa.Column("edit_id", sa.String(), nullable=False),
        sa.Column("base_revision", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", json, nullable=False),
        sa.Column("layers", json, nullable=False),
        sa.Column("flags", json, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_kept_edit_segment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("segment_id", "annotator", name=op.f("pk_kept_edit")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kept_edit_annotator"), "kept_edit", ["annotator"])
