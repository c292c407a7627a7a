"""Records are compared once more: contents of one owner ask for a decision from a smaller likeness on."""

import sqlalchemy as sa
from alembic import op

revision = "3c9a41d7e0b6"
down_revision = "e7d2b60f4a93"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The worker compares what is noted nowhere. Pairs that were proposed, or decided, stay.
    op.execute(sa.text("DELETE FROM record_comparisons"))


def downgrade() -> None:
    pass
