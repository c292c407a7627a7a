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
    _merged_into()
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
    op.drop_column("organisations", "merged_into_id")


def _merged_into() -> None:
    name = op.f("fk_organisations_merged_into_id_organisations")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a constraint only with its column; a copy of the table cannot take the place of one that others
        # refer to while foreign keys are checked.
        op.execute(
            "ALTER TABLE organisations ADD COLUMN merged_into_id CHAR(32) "
            f"CONSTRAINT {name} REFERENCES organisations (id)"
        )
        return
    op.add_column("organisations", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(name, "organisations", "organisations", ["merged_into_id"], ["id"])
