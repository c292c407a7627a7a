"""What a reranker said of pairs."""

import sqlalchemy as sa
from alembic import op

revision = "8d2f6b04c1ea"
down_revision = "c3d90a5e71b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reranked_pairs",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("reranker", sa.String(length=200), nullable=False),
        sa.Column("demand_digest", sa.String(length=32), nullable=False),
        sa.Column("achievement_digest", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["demands.id"],
            name=op.f("fk_reranked_pairs_demand_id_demands"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievements.id"],
            name=op.f("fk_reranked_pairs_achievement_id_achievements"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demand_id", "achievement_id", name=op.f("pk_reranked_pairs")),
    )
    op.create_index(op.f("ix_reranked_pairs_achievement_id"), "reranked_pairs", ["achievement_id"])


def downgrade() -> None:
    op.drop_table("reranked_pairs")
