"""Likely duplicates among published records, the bureau's decisions about them, and who reads an imported file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c71d20b6e94f"
down_revision = "9c3e7a1f5b20"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("import_batches", sa.Column("reader", sa.Uuid(), nullable=True))
    op.create_table(
        "record_comparisons",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_comparisons")),
    )
    op.create_table(
        "record_keys",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "key", name=op.f("pk_record_keys")),
    )
    op.create_index("ix_record_keys_key", "record_keys", ["kind", "key"])
    op.create_table(
        "likely_pairs",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likely_pairs")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_likely_pairs_first_id_second_id")),
    )
    op.create_index(op.f("ix_likely_pairs_second_id"), "likely_pairs", ["second_id"])
    op.create_index("ix_likely_pairs_order", "likely_pairs", ["kind", "verdict", "strength"])
    op.create_table(
        "record_decisions",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_version", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_decisions")),
    )
    op.create_index(op.f("ix_record_decisions_first_id"), "record_decisions", ["first_id"])
    op.create_index(op.f("ix_record_decisions_second_id"), "record_decisions", ["second_id"])


def downgrade() -> None:
    op.drop_table("record_decisions")
    op.drop_table("likely_pairs")
    op.drop_table("record_keys")
    op.drop_table("record_comparisons")
    op.drop_column("import_batches", "reader")
