"""The span in which an event was emitted."""

import sqlalchemy as sa
from alembic import op

revision = "5e1c07d4a9b2"
down_revision = "a2d96f3b7e10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("trace", sa.String(length=55), nullable=True))


def downgrade() -> None:
    op.drop_column("events", "trace")
