"""Confidential records are published on a day: to the second it tells what was published with them.

Going back leaves the days; what the second was, is in the versions.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "5c0e97b3a1f4"
down_revision = "b4e81d5c07a2"
branch_labels = None
depends_on = None


def _day_start(moment: datetime) -> datetime:
    known = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    local = known.astimezone(ZoneInfo("Asia/Shanghai"))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    return start if moment.tzinfo is not None else start.replace(tzinfo=None)


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("achievements", "demands"):
        table = sa.table(
            name,
            sa.column("id", sa.Uuid()),
            sa.column("publish_mode", sa.String()),
            sa.column("published_at", sa.DateTime(timezone=True)),
        )
        rows = connection.execute(
            sa.select(table.c.id, table.c.published_at).where(
                table.c.publish_mode == "confidential", table.c.published_at.is_not(None)
            )
        ).all()
        for id_, moment in rows:
            connection.execute(
                sa.update(table).where(table.c.id == id_).values(published_at=_day_start(moment))
            )


def downgrade() -> None:
    pass
