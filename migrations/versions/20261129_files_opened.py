"""Participants: when each side opened the files of an engagement to a third party."""

import sqlalchemy as sa
from alembic import op

revision = "9d31f6b8a2c4"
down_revision = "4b7d20c9e6a1"
branch_labels = None
depends_on = None

COLUMNS = ("demand_opened_at", "achievement_opened_at")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("engagement_participants", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("engagement_participants", name)
