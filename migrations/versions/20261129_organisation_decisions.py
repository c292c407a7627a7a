"""The bureau's decisions about organisations that may be one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c83e15f0a7d4"
down_revision = "a41c7e90d3b5"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ORGANISATIONS = ("first_id", "second_id", "kept_id")


def upgrade() -> None:
    with op.batch_alter_table("organisations") as table:
        table.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_organisations_merged_into_id_organisations"), "organisations", ["merged_into_id"], ["id"]
        )
    op.create_index(op.f("ix_organisations_merged_into_id"), "organisations", ["merged_into_id"])
    op.create_table(
        "organisation_decisions",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ORGANISATIONS),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        sa.Column("moved", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], ["organisations.id"], name=op.f(f"fk_organisation_decisions_{name}_organisations")
            )
            for name in ORGANISATIONS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_decisions")),
    )
    op.create_index(op.f("ix_organisation_decisions_first_id"), "organisation_decisions", ["first_id"])
    op.create_index(op.f("ix_organisation_decisions_second_id"), "organisation_decisions", ["second_id"])


def downgrade() -> None:
    op.drop_table("organisation_decisions")
    op.drop_index(op.f("ix_organisations_merged_into_id"), table_name="organisations")
    with op.batch_alter_table("organisations") as table:
        table.drop_column("merged_into_id")
