"""A new name of an organisation changes the feed's entry of achievements that it owns together with another, too."""

from alembic import op

revision = "b4e81d5c07a2"
down_revision = "5e7a91c3d0b4"
branch_labels = None
depends_on = None

TABLES = {"achievements": "achievement", "demands": "demand", "managers": "manager"}
TRIGGER = "feed_organisations_name"
# Text of a UUID: SQLite keeps ids without hyphens, and lists of them in JSON with hyphens.
_CO_OWNED_SQLITE = " OR EXISTS (SELECT 1 FROM json_each(achievements.co_org_ids) AS co WHERE replace(co.value, '-', '') = new.id)"
_CO_OWNED_POSTGRESQL = " OR co_org_ids::jsonb @> to_jsonb(new.id::text)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite(_CO_OWNED_SQLITE)
    else:
        _postgresql(_CO_OWNED_POSTGRESQL)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite("")
    else:
        _postgresql("")


def _sqlite(co_owned: str) -> None:
    drawn = "(SELECT coalesce(max(drawn), 0) + 1 FROM feed_changes)"
    op.execute(f"DROP TRIGGER {TRIGGER}")
    op.execute(
        f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF name ON organisations BEGIN {_noted(drawn, co_owned, '')}; END"
    )


def _postgresql(co_owned: str) -> None:
    noted = _noted("nextval('feed_changes_drawn')", co_owned, " ORDER BY id")
    op.execute(
        "CREATE OR REPLACE FUNCTION feed_note_owner() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {noted}; RETURN NULL; END $$"
    )


def _noted(drawn: str, co_owned: str, order: str) -> str:
    return "; ".join(
        f"INSERT INTO feed_changes (record_id, kind, drawn) SELECT id, '{kind}', {drawn} FROM {table} "  # noqa: S608
        f"WHERE (owner_org_id = new.id{co_owned if table == 'achievements' else ''}){order} "
        "ON CONFLICT (record_id) DO UPDATE SET drawn = excluded.drawn, seq = NULL"
        for table, kind in TABLES.items()
    )
