"""A new name of an organisation is no change of its confidential records, whose owner the feed does not name.

Otherwise a partner saw which of them came again with the records of whoever had just changed their name.
"""

from alembic import op

revision = "c3f07a9d5e18"
down_revision = "b41c7e0d92f6"
branch_labels = None
depends_on = None

TABLES = {"achievements": "achievement", "demands": "demand", "managers": "manager"}
TRIGGER = "feed_organisations_name"
# Text of a UUID: SQLite keeps ids without hyphens, and lists of them in JSON with hyphens.
_CO_OWNED_SQLITE = " OR EXISTS (SELECT 1 FROM json_each(achievements.co_org_ids) AS co WHERE replace(co.value, '-', '') = new.id)"
_CO_OWNED_POSTGRESQL = " OR co_org_ids::jsonb @> to_jsonb(new.id::text)"
_NAMED = " AND publish_mode <> 'confidential'"


def upgrade() -> None:
    _replace(_NAMED)


def downgrade() -> None:
    _replace("")


def _replace(named: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        drawn = "(SELECT coalesce(max(drawn), 0) + 1 FROM feed_changes)"
        op.execute(f"DROP TRIGGER {TRIGGER}")
        op.execute(
            f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF name ON organisations "
            f"BEGIN {_noted(drawn, _CO_OWNED_SQLITE, named, '')}; END"
        )
    else:
        noted = _noted("nextval('feed_changes_drawn')", _CO_OWNED_POSTGRESQL, named, " ORDER BY id")
        op.execute(
            "CREATE OR REPLACE FUNCTION feed_note_owner() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {noted}; RETURN NULL; END $$"
        )


def _noted(drawn: str, co_owned: str, named: str, order: str) -> str:
    return "; ".join(
        f"INSERT INTO feed_changes (record_id, kind, drawn) SELECT id, '{kind}', {drawn} FROM {table} "  # noqa: S608
        f"WHERE (owner_org_id = new.id{co_owned if table == 'achievements' else ''}){named}{order} "
        "ON CONFLICT (record_id) DO UPDATE SET drawn = excluded.drawn, seq = NULL"
        for table, kind in TABLES.items()
    )
