"""A confidential record changes for the feed when its version does: not when organisations or people behind it change.

A merger of two organisations, or an erasure, writes to all records of somebody at once; a partner saw the confidential
ones among them come again with those that name their owner.
"""

from alembic import op

revision = "e7d2b60f4a93"
down_revision = "c3f07a9d5e18"
branch_labels = None
depends_on = None

TABLES = {"achievements": "achievement", "demands": "demand", "managers": "manager"}
_UNSEEN = (
    "old.publish_mode = 'confidential' AND new.publish_mode = 'confidential' "
    "AND old.version = new.version AND old.state = new.state"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite(f"WHEN NOT ({_UNSEEN}) ")
    else:
        _postgresql(f"IF TG_OP = 'UPDATE' THEN IF {_UNSEEN} THEN RETURN NULL; END IF; END IF; ")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite("")
    else:
        _postgresql("")


def _sqlite(seen: str) -> None:
    drawn = "(SELECT coalesce(max(drawn), 0) + 1 FROM feed_changes)"
    for table, kind in TABLES.items():
        op.execute(f"DROP TRIGGER feed_{table}_update")
        noted = _noted(f"new.id, '{kind}', {drawn}")
        op.execute(f"CREATE TRIGGER feed_{table}_update AFTER UPDATE ON {table} {seen}BEGIN {noted}; END")


def _postgresql(unseen: str) -> None:
    noted = _noted("coalesce(new.id, old.id), TG_ARGV[0], nextval('feed_changes_drawn')")
    op.execute(
        "CREATE OR REPLACE FUNCTION feed_note() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {unseen}{noted}; RETURN NULL; END $$"
    )


def _noted(values: str) -> str:
    return (
        f"INSERT INTO feed_changes (record_id, kind, drawn) VALUES ({values}) "  # noqa: S608 — all fixed
        "ON CONFLICT (record_id) DO UPDATE SET drawn = excluded.drawn, seq = NULL"
    )
