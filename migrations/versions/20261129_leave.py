"""Leave of managers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e2b96d40c7f1"
down_revision = "c8e4a17f5b30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "managers",
        sa.Column(
            "leave",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            server_default="[]",
        ),
    )


def downgrade() -> None:
    op.drop_column("managers", "leave")
