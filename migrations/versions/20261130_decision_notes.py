"""Notes of decisions about organisations have room for being encrypted on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "e94a1b7d30c6"
down_revision = "a90d4c6e17b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite stores a text of any length in this column. `sanku init` encrypts what is in it.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("organisation_decisions", "note", type_=sa.Text())


def downgrade() -> None:
    """For a store without encrypted notes alone: they do not fit into the column of before."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("organisation_decisions", "note", type_=sa.String(length=300))
