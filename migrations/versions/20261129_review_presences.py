"""Reviewers who look at a record just now."""

import sqlalchemy as sa
from alembic import op

revision = "7be0c94d12f6"
down_revision = "d5a07c31e8f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_presences",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_presences_user_id_users")),
        sa.PrimaryKeyConstraint("record_id", "user_id", name=op.f("pk_review_presences")),
    )
    op.create_index(op.f("ix_review_presences_seen_at"), "review_presences", ["seen_at"])


def downgrade() -> None:
    op.drop_table("review_presences")
