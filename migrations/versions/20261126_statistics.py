"""Indexes by time for statistics of periods: rounds of pushes, and deliveries."""

from alembic import op

revision = "9c2e41d7a0b6"
down_revision = "271081ba5d5a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_push_rounds_pushed_at", "push_rounds", ["pushed_at"])
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_created_at", "deliveries")
    op.drop_index("ix_push_rounds_pushed_at", "push_rounds")
