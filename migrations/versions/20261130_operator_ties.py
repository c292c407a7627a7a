"""Ties of operators, about whose parties others decide."""

import sqlalchemy as sa
from alembic import op

revision = "b41c7e0d92f6"
down_revision = "5e1c07d4a9b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator_ties",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (manager_id IS NULL)", name=op.f("ck_operator_ties_party")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_operator_ties_user_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_operator_ties_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_operator_ties_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_ties")),
        sa.UniqueConstraint(
            "user_id", "organisation_id", name=op.f("uq_operator_ties_user_id_organisation_id")
        ),
        sa.UniqueConstraint("user_id", "manager_id", name=op.f("uq_operator_ties_user_id_manager_id")),
    )
    op.create_index(op.f("ix_operator_ties_organisation_id"), "operator_ties", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("operator_ties")
