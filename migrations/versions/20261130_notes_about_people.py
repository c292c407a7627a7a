"""Reviews remember that their ties were taken back; notes about people have room for being encrypted on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "5b7e09c4d1a3"
down_revision = "a64e0d7c19f3"
branch_labels = None
depends_on = None

_TEXTS = {
    ("certificates", "review_note"): 500,
    ("filings", "review_note"): 500,
    ("filings", "statement"): 2000,
    ("trainings", "review_note"): 500,
    ("affiliation_consents", "note"): 500,
    ("recognition_entries", "reason"): 500,
    ("recognition_objections", "text"): 2000,
    ("recognition_objections", "answer"): 2000,
    ("talent_moves", "note"): 500,
}


def upgrade() -> None:
    op.add_column(
        "engagement_reviews",
        sa.Column("taken_back", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # SQLite stores a text of any length in these columns. `sanku init` encrypts what is in them, and the reasons of
    # reviews.
    if op.get_bind().dialect.name == "postgresql":
        for table, name in _TEXTS:
            op.alter_column(table, name, type_=sa.Text())


def downgrade() -> None:
    """For a store without encrypted values alone: they fit into no column of before."""
    if op.get_bind().dialect.name == "postgresql":
        for (table, name), length in _TEXTS.items():
            op.alter_column(table, name, type_=sa.String(length=length))
    op.drop_column("engagement_reviews", "taken_back")
