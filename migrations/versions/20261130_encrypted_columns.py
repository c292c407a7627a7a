"""Columns that are encrypted: room for what they hold on PostgreSQL, and the register of keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d1f60a8e52b7"
down_revision = "1fd4a9c06b37"
branch_labels = None
depends_on = None

_TEXTS = {
    **{
        (table, name): length
        for table in ("achievements", "demands", "managers")
        for name, length in (("contact_name", 60), ("contact_phone", 30), ("contact_email", 200))
    },
    ("engagement_moves", "note"): 1000,
    ("engagement_tasks", "note"): 1000,
    ("pushes", "note"): 500,
    ("owner_answers", "note"): 500,
    ("match_reports", "note"): 500,
    ("second_factors", "secret"): 300,
    ("second_factors", "pending_secret"): 300,
}
_OBJECTS = (("import_rows", "entry"), ("import_rows", "before"), ("import_rows", "remarks"))


def upgrade() -> None:
    op.create_table(
        "encryption_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption_keys")),
    )
    # SQLite stores a text of any length in these columns. `sanku init` encrypts what is in them.
    if op.get_bind().dialect.name == "postgresql":
        for table, name in _TEXTS:
            op.alter_column(table, name, type_=sa.Text())
        for table, name in _OBJECTS:
            op.alter_column(table, name, type_=sa.Text(), postgresql_using=f"{name}::text")


def downgrade() -> None:
    """For a store without encrypted values alone: they fit into no column of before."""
    if op.get_bind().dialect.name == "postgresql":
        for table, name in _OBJECTS:
            op.alter_column(table, name, type_=postgresql.JSONB(), postgresql_using=f"{name}::jsonb")
        for (table, name), length in _TEXTS.items():
            op.alter_column(table, name, type_=sa.String(length=length))
    op.drop_table("encryption_keys")
