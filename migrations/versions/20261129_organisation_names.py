"""Former names of organisations, what each name identifies, and reasons for having no credit code.

Existing organisations keep their names and codes; their names are folded anew.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.accounts.organisations.fields import name_rows

revision = "a41c7e90d3b5"
down_revision = "e3c85a1f60d7"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NAMES = sa.table(
    "organisation_names",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("key", sa.String()),
    sa.column("core", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("branch", sa.Boolean()),
)
ORGANISATIONS = sa.table(
    "organisations", sa.column("id", sa.Uuid()), sa.column("name", sa.String()), sa.column("aliases", JSON)
)
CHUNK = 1000


def upgrade() -> None:
    op.add_column("organisations", sa.Column("former_names", JSON, server_default="[]", nullable=False))
    op.add_column("organisations", sa.Column("code_exemption", sa.String(length=200), nullable=True))
    for column in (
        sa.Column("core", sa.String(length=240), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="short", nullable=False),
        sa.Column("branch", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("organisation_names", column)
    op.create_index(op.f("ix_organisation_names_core"), "organisation_names", ["core"])
    connection = op.get_bind()
    rows: list[dict[str, Any]] = []
    for id_, name, aliases in connection.execute(
        sa.select(ORGANISATIONS.c.id, ORGANISATIONS.c.name, ORGANISATIONS.c.aliases)
    ):
        known = json.loads(aliases) if isinstance(aliases, str) else aliases
        rows.extend({"organisation_id": id_, **row} for row in name_rows(name, (), known or ()))
    connection.execute(sa.delete(NAMES))
    for start in range(0, len(rows), CHUNK):
        connection.execute(sa.insert(NAMES), rows[start : start + CHUNK])


def downgrade() -> None:
    op.drop_index(op.f("ix_organisation_names_core"), table_name="organisation_names")
    for column in ("branch", "kind", "core"):
        op.drop_column("organisation_names", column)
    op.drop_column("organisations", "code_exemption")
    op.drop_column("organisations", "former_names")
