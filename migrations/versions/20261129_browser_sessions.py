"""Sessions of browsers in the table of refresh tokens: their kind, last use and device."""

import sqlalchemy as sa
from alembic import op

revision = "7c2f9d41e6a8"
down_revision = "7c4e9a1d52b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "refresh_tokens", sa.Column("kind", sa.String(length=10), nullable=False, server_default="api")
    )
    op.add_column("refresh_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "refresh_tokens", sa.Column("device", sa.String(length=60), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Browsers have to log in again."""
    op.execute("DELETE FROM refresh_tokens WHERE kind = 'browser'")
    for column in ("kind", "last_used_at", "device"):
        op.drop_column("refresh_tokens", column)
