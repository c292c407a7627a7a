"""Managers: what the bureau has verified of their own statements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e3c85a1f60d7"
down_revision = "e2b96d40c7f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("managers", sa.Column("verified_claims", json, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("managers", "verified_claims")
