"""Identities of an identity provider that open accounts."""

import sqlalchemy as sa
from alembic import op

revision = "c3d90a5e71b8"
down_revision = "8b27f4d6c1e0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_links",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identity_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_links")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_links_user_id")),
    )
    op.create_index("ix_identity_links_identity", "identity_links", ["issuer", "subject"], unique=True)


def downgrade() -> None:
    op.drop_table("identity_links")
