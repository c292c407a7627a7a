"""Whether a space of vectors lacks something is read from an index alone."""

from alembic import op

revision = "c85b1f4e20d9"
down_revision = "5b7e09c4d1a3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["record_id", "model_id", "active", "of_change", "seq"]
    op.create_index("ix_record_vectors_change", "record_vectors", columns)


def downgrade() -> None:
    op.drop_index("ix_record_vectors_change", "record_vectors")
