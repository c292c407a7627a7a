"""Reviews of engagements by the bureau, and consents that wait for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1fd4a9c06b37"
down_revision = "5e0b7d93a1c8"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IN_FORCE = sa.text("state IN ('open', 'confirmed')")


def upgrade() -> None:
    op.create_table(
        "engagement_reviews",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("ties", JSON, nullable=False),
        sa.Column("waived", JSON, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'cleared', 'confirmed', 'lapsed')", name=op.f("ck_engagement_reviews_state")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_engagement_reviews_engagement_id_engagements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_reviews")),
    )
    op.create_index(op.f("ix_engagement_reviews_engagement_id"), "engagement_reviews", ["engagement_id"])
    op.create_index("ix_engagement_reviews_oldest", "engagement_reviews", ["state", "opened_at", "id"])
    op.create_index(
        "ix_engagement_reviews_in_force",
        "engagement_reviews",
        ["engagement_id", "subject_id"],
        unique=True,
        postgresql_where=IN_FORCE,
        sqlite_where=IN_FORCE,
    )
    op.add_column("engagement_participants", sa.Column("asked_by", sa.Uuid(), nullable=True))
    op.add_column("engagement_participants", sa.Column("asked_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("engagement_participants", "asked_at")
    op.drop_column("engagement_participants", "asked_by")
    op.drop_table("engagement_reviews")
