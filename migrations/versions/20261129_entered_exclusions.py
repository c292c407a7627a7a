"""Demands: what their owners have ever excluded."""

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d5a07c31e8f2"
down_revision = "0c6f83d15ea9"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DEMANDS = sa.table(
    "demands",
    sa.column("owner_org_id", sa.Uuid()),
    sa.column("excluded_orgs", JSON),
    sa.column("updated_at", TIME),
)


def upgrade() -> None:
    table = op.create_table(
        "entered_exclusions",
        sa.Column("owner_org_id", sa.Uuid(), nullable=False),
        sa.Column("excluded", sa.String(length=200), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_org_id"],
            ["organisations.id"],
            name=op.f("fk_entered_exclusions_owner_org_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entered_exclusions")),
        sa.UniqueConstraint(
            "owner_org_id", "excluded", name=op.f("uq_entered_exclusions_owner_org_id_excluded")
        ),
    )
    op.create_index(op.f("ix_entered_exclusions_owner_org_id"), "entered_exclusions", ["owner_org_id"])
    connection = op.get_bind()
    rows: dict[tuple[object, str], dict[str, object]] = {}
    for owner, excluded, changed in connection.execute(sa.select(*DEMANDS.c)):
        known = json.loads(excluded) if isinstance(excluded, str) else excluded
        for text in known or ():
            row = {"id": uuid4(), "owner_org_id": owner, "excluded": text, "entered_at": changed}
            rows.setdefault((owner, text), row)
    if rows:
        connection.execute(sa.insert(table), list(rows.values()))


def downgrade() -> None:
    op.drop_index(op.f("ix_entered_exclusions_owner_org_id"), table_name="entered_exclusions")
    op.drop_table("entered_exclusions")
