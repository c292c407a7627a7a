"""An index for the retention of versions, which deletes them by their time."""

from alembic import op

revision = "a2d96f3b7e10"
down_revision = "e94a1b7d30c6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_record_versions_changed_at", "record_versions", ["changed_at"])


def downgrade() -> None:
    op.drop_index("ix_record_versions_changed_at", "record_versions")
