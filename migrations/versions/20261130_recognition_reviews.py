"""Recognitions that are in doubt, reviewed and withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "3b8e52d7f9a1"
down_revision = "c85b1f4e20d9"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_COLUMNS = (
    ("doubt", sa.String(length=40)),
    ("doubted_at", _TIME),
    ("withdrawn_at", _TIME),
    ("review_reason", sa.Text()),
    ("reviewed_by", sa.Uuid()),
    ("reviewed_at", _TIME),
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("recognition_entries", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(_COLUMNS):
        op.drop_column("recognition_entries", name)
