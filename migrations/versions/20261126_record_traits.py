"""Traits of published records, beside their vectors. Rows of before have none: neutral until they are stored again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5d1c0a7be642"
down_revision = "8964189ee46a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "record_vectors",
        sa.Column(
            "traits",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default="{}",
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("record_vectors", "traits")
