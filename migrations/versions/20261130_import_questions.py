"""What is open about the lists of an imported file, and the kind of list in which a header was explained."""

import sqlalchemy as sa
from alembic import op

revision = "a90d4c6e17b2"
down_revision = "3b8e52d7f9a1"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    op.add_column("import_batches", sa.Column("questions", _JSON, nullable=True))
    op.add_column("import_headers", sa.Column("kind", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("import_headers", "kind")
    op.drop_column("import_batches", "questions")
