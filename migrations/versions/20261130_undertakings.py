"""Legal texts with versions, confidentiality undertakings, and which records ask for one."""

import sqlalchemy as sa
from alembic import op

revision = "6d0f2b8e41c7"
down_revision = "5c0e97b3a1f4"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "legal_texts",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("purpose", "version", name=op.f("pk_legal_texts")),
    )
    op.create_table(
        "undertakings",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_undertakings_engagement_id_engagements")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["engagement_participants.id"],
            name=op.f("fk_undertakings_participant_id_engagement_participants"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_undertakings_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undertakings")),
    )
    op.create_index(op.f("ix_undertakings_engagement_id"), "undertakings", ["engagement_id"])
    op.create_index(op.f("ix_undertakings_user_id"), "undertakings", ["user_id"])
    op.create_index("ix_undertakings_record_user", "undertakings", ["record_id", "user_id"])
    for table in ("demands", "achievements"):
        op.add_column(
            table, sa.Column("undertaking", sa.String(length=12), nullable=False, server_default="none")
        )
    op.add_column(
        "achievements", sa.Column("confidential_note", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("achievements", "confidential_note")
    for table in ("achievements", "demands"):
        op.drop_column(table, "undertaking")
    op.drop_table("undertakings")
    op.drop_table("legal_texts")
