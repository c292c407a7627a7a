"""Recognitions that are in doubt, reviewed and withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "3b8e52d7f9a1"
down_revision = "c85b1f4e20d9"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("recognition_entries") as table:
        table.add_column(sa.Column("doubt", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("doubted_at", TIME, nullable=True))
        table.add_column(sa.Column("withdrawn_at", TIME, nullable=True))
        table.add_column(sa.Column("review_reason", sa.String(length=500), nullable=True))
        table.add_column(sa.Column("reviewed_by", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("reviewed_at", TIME, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recognition_entries") as table:
        for name in ("reviewed_at", "reviewed_by", "review_reason", "withdrawn_at", "doubted_at", "doubt"):
            table.drop_column(name)
