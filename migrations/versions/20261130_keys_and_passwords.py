"""Allowed networks of API keys, and former passwords."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8b27f4d6c1e0"
down_revision = "c42b8e07d1f9"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
LIST = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "former_passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("replaced_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_former_passwords_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_passwords")),
    )
    op.create_index(op.f("ix_former_passwords_user_id"), "former_passwords", ["user_id"])
    op.add_column("users", sa.Column("password_changed_at", TIME, nullable=True))
    op.add_column("api_keys", sa.Column("allowed_networks", LIST, nullable=False, server_default="[]"))
    op.add_column(
        "api_keys", sa.Column("last_used_address", sa.String(64), nullable=False, server_default="")
    )
    op.add_column("api_keys", sa.Column("last_refused_at", TIME, nullable=True))
    op.add_column(
        "api_keys", sa.Column("last_refused_address", sa.String(64), nullable=False, server_default="")
    )


def downgrade() -> None:
    for column in ("last_refused_address", "last_refused_at", "last_used_address", "allowed_networks"):
        op.drop_column("api_keys", column)
    op.drop_column("users", "password_changed_at")
    op.drop_table("former_passwords")
