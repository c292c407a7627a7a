"""Seals of the audit trail, where its entries came from, and triggers that keep both as they are.

Entries can be deleted after 180 days, and their seals with them; nothing can be changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "e1c4870b6d2f"
down_revision = "5a1f0c7e93d4"
branch_labels = None
depends_on = None

TABLES = {"audit_entries": "created_at", "audit_seals": "sealed_at"}
REFUSAL = "the audit trail is append-only"


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("address", sa.String(64), nullable=False, server_default=""))
    op.add_column(
        "audit_entries", sa.Column("succeeded", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_table(
        "audit_seals",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("algorithm", sa.String(10), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seals_entry_id")),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if on_sqlite else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if on_sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            op.execute(f"DROP FUNCTION {table}_append_only()")
    op.drop_table("audit_seals")
    op.drop_column("audit_entries", "succeeded")
    op.drop_column("audit_entries", "address")


def _sqlite() -> list[str]:
    statements = []
    for table, column in TABLES.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        statements += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN OLD.{column} > datetime('now', '-180 days') {refuse}",
        ]
    return statements


def _postgresql() -> list[str]:
    statements = []
    for table, column in TABLES.items():
        statements += [
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF OLD.{column} <= now() - interval '180 days' THEN RETURN OLD; END IF; END IF; "
            f"RAISE EXCEPTION '{REFUSAL}'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
        ]
    return statements
