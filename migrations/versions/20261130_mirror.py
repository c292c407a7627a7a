"""Platforms that are followed, and the copies of their records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c42b8e07d1f9"
down_revision = "4e91c0d7a2f6"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mirror_origins",
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("public_key", JSON, nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=True),
        sa.Column("owner_org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("followed_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_org_id"], ["organisations.id"], name=op.f("fk_mirror_origins_owner_org_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_origins")),
        sa.UniqueConstraint("url", name=op.f("uq_mirror_origins_url")),
    )
    op.create_table(
        "mirrored_records",
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("remote_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("body", JSON, nullable=True),
        sa.Column("sent", JSON, nullable=False),
        sa.Column("applied", sa.Integer(), nullable=True),
        sa.Column("faults", JSON, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["mirror_origins.id"], name=op.f("fk_mirrored_records_origin_id_mirror_origins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirrored_records")),
        sa.UniqueConstraint("origin_id", "remote_id", name=op.f("uq_mirrored_records_origin_id_remote_id")),
    )
    op.create_index(op.f("ix_mirrored_records_record_id"), "mirrored_records", ["record_id"])


def downgrade() -> None:
    op.drop_table("mirrored_records")
    op.drop_table("mirror_origins")
