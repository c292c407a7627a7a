"""learning from use"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "fb037c9b9ff4"
down_revision = "5b1f0c7d9a42"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exposures",
        sa.Column("surface", sa.String(length=20), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("list_hash", sa.String(length=16), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("features", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposures")),
        sa.UniqueConstraint(
            "viewer_id",
            "subject_id",
            "day",
            "list_hash",
            name=op.f("uq_exposures_viewer_id_subject_id_day_list_hash"),
        ),
    )
    op.create_index("ix_exposures_shown", "exposures", ["shown_at"], unique=False)
    op.create_table(
        "ranker_models",
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("trained_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trained_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgements", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranker_models")),
        sa.UniqueConstraint("version", name=op.f("uq_ranker_models_version")),
    )
    op.create_table(
        "training_runs",
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=False),
        sa.Column("candidate", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
    )
    op.create_index("ix_training_runs_started", "training_runs", ["started_at"], unique=False)
    op.create_table(
        "ranker_activations",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["ranker_models.version"], name=op.f("fk_ranker_activations_version_ranker_models")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ranker_activations")),
    )
    op.create_table(
        "judgements",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("signal", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("surface", sa.String(length=20), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("features", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievements.id"],
            name=op.f("fk_judgements_achievement_id_achievements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demands.id"], name=op.f("fk_judgements_demand_id_demands"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint(
            "demand_id",
            "achievement_id",
            "actor_id",
            "signal",
            name=op.f("uq_judgements_demand_id_achievement_id_actor_id_signal"),
        ),
    )
    op.create_index(op.f("ix_judgements_achievement_id"), "judgements", ["achievement_id"], unique=False)
    op.create_index("ix_judgements_judged", "judgements", ["judged_at"], unique=False)
    op.add_column(
        "pairs",
        sa.Column(
            "features",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default="{}",
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("pairs", "features")
    op.drop_index("ix_judgements_judged", table_name="judgements")
    op.drop_index(op.f("ix_judgements_achievement_id"), table_name="judgements")
    op.drop_table("judgements")
    op.drop_table("ranker_activations")
    op.drop_index("ix_training_runs_started", table_name="training_runs")
    op.drop_table("training_runs")
    op.drop_table("ranker_models")
    op.drop_index("ix_exposures_shown", table_name="exposures")
    op.drop_table("exposures")
