"""Links to the wall."""

import sqlalchemy as sa
from alembic import op

revision = "0c6f83d15ea9"
down_revision = "f17b62ad94c3"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "wall_links",
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wall_links")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_wall_links_token_digest")),
    )


def downgrade() -> None:
    op.drop_table("wall_links")
