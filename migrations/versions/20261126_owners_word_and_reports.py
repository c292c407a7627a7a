"""The score that an owner's answer was given at; one open report for each reporter, match and category.

Of reports that doubled before, the first stays open.
"""

import sqlalchemy as sa
from alembic import op

revision = "d41f7b92ce08"
down_revision = "9c2e41d7a0b6"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("owner_answers", sa.Column("pair_score", sa.Double(), nullable=True))
    settle_doubles(op.get_bind())
    op.create_index(
        "uq_match_reports_open",
        "match_reports",
        ["demand_id", "achievement_id", "category", "reported_by"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("uq_match_reports_open", "match_reports")
    op.drop_column("owner_answers", "pair_score")


def settle_doubles(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            """
            UPDATE match_reports SET state = 'dismissed', resolution = '重复报告 (reported twice)',
                resolved_at = created_at, version = version + 1
            WHERE state = 'open' AND EXISTS (
                SELECT 1 FROM match_reports AS earlier
                WHERE earlier.state = 'open' AND earlier.demand_id = match_reports.demand_id
                    AND earlier.achievement_id = match_reports.achievement_id
                    AND earlier.category = match_reports.category
                    AND earlier.reported_by = match_reports.reported_by AND earlier.id < match_reports.id
            )
            """
        )
    )
