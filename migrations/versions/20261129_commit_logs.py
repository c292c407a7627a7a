"""On PostgreSQL: the transactions of the last changes, for the indexes in memory."""

from alembic import op

revision = "e52b9d1c7f08"
down_revision = "d58b1f3e7c90"
branch_labels = None
depends_on = None

LOGS = (
    (
        "search_fts_changes",
        "search_documents",
        "number",
        "integer",
        "record_id, kind, state, member_words, length",
    ),
    ("search_fts_vectors", "record_vectors", "record_id", "uuid", "seq"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, of, key, key_type, columns in LOGS:
        op.execute(f"CREATE TABLE {name} ({key} {key_type} PRIMARY KEY, xid xid8 NOT NULL)")
        op.execute(f"CREATE INDEX {name}_xid ON {name} (xid)")
        noted = f"{name} ({key}, xid) VALUES (coalesce(new.{key}, old.{key}), pg_current_xact_id())"
        replaced = f"ON CONFLICT ({key}) DO UPDATE SET xid = excluded.xid"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN INSERT INTO {noted} {replaced}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {of} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, of, *_ in LOGS:
        op.execute(f"DROP TRIGGER {name} ON {of}")
        op.execute(f"DROP FUNCTION {name}()")
        op.execute(f"DROP TABLE {name}")
