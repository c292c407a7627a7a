"""Assignment runs over chosen demands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f17b62ad94c3"
down_revision = "e52b9d1c7f08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignment_runs",
        sa.Column("demand_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("assignment_runs", "demand_ids")
