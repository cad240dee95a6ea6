"""An index for the order "most worth it first", and whether the box of an opinion started empty."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both; what was submitted before does not tell how its box started."""
    columns = ["stage", "state", "priority", "position", "segment_id"]
    op.create_index("ix_task_state_priority", "task", columns)
    op.add_column("opinion", sa.Column("is_blank", sa.Boolean(), nullable=True))
