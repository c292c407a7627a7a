"""The order of lists: when a record was published, or created if it never was."""

import sqlalchemy as sa
from alembic import op

revision = "5e0b7d93a1c8"
down_revision = "c71d20b6e94f"
branch_labels = None
depends_on = None

TABLES = ("achievements", "demands", "managers")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_listed", table, [sa.text("coalesce(published_at, created_at)"), "id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_listed", table)
