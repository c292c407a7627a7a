"""What the owner of a record has confirmed before publication: words, with who and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7c4e9a1d52b8"
down_revision = "3e8a51c70b96"
branch_labels = None
depends_on = None

TABLES = ("achievements", "demands", "managers")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column(
                "confirmed",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default="[]",
                nullable=False,
            ),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "confirmed")
