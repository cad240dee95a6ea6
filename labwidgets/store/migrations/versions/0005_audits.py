"""An index of the segments that were drawn as audits: they are few among many."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    drawn = sa.text("selected_by = 'audit'")
    op.create_index(
        "ix_task_audits",
        "task",
        ["stage", "position", "segment_id"],
        sqlite_where=drawn,
        postgresql_where=drawn,
    )
