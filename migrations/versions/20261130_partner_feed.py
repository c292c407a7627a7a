"""Agreements with partners, and the feed of changes that they read.

The last change of each record is noted by triggers. What exists already is marked as changed, so that a partner who
starts reads everything.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5a1f0c7e93d4"
down_revision = "7be0c94d12f6"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = {"achievements": "achievement", "demands": "demand", "managers": "manager"}


def upgrade() -> None:
    op.create_table(
        "partner_agreements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("libraries", JSON, nullable=False),
        sa.Column("publish_modes", JSON, nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("regions", JSON, nullable=False),
        sa.Column("all_regions", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("agreed_by", sa.String(length=120), nullable=False),
        sa.Column("scope_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_partner_agreements_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreements")),
    )
    op.create_index(op.f("ix_partner_agreements_organisation_id"), "partner_agreements", ["organisation_id"])
    op.create_table(
        "feed_deliveries",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["partner_agreements.id"],
            name=op.f("fk_feed_deliveries_agreement_id_partner_agreements"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "record_id", name=op.f("pk_feed_deliveries")),
    )
    op.create_table(
        "feed_positions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_positions")),
    )
    op.create_table(
        "feed_changes",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_feed_changes")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)
    drawn = "0" if sqlite else "nextval('feed_changes_drawn')"
    for table, kind in TABLES.items():
        op.execute(
            f"INSERT INTO feed_changes (record_id, kind, drawn) SELECT id, '{kind}', {drawn} FROM {table}"  # noqa: S608
        )
    op.create_index("ix_feed_changes_place", "feed_changes", ["seq", "drawn"])
    op.create_index("ix_feed_changes_drawn", "feed_changes", ["drawn"])


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for event in ("insert", "update", "delete") if sqlite else ("change",):
            on = "" if sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER feed_{table}_{event}{on}")
    op.execute("DROP TRIGGER feed_organisations_name" + ("" if sqlite else " ON organisations"))
    if not sqlite:
        op.execute("DROP FUNCTION feed_note()")
        op.execute("DROP FUNCTION feed_note_owner()")
        op.execute("DROP SEQUENCE feed_changes_drawn")
    for table in ("feed_changes", "feed_positions", "feed_deliveries", "partner_agreements"):
        op.drop_table(table)


def _noted(source: str) -> str:
    return (
        f"INSERT INTO feed_changes (record_id, kind, drawn) {source} "
        "ON CONFLICT (record_id) DO UPDATE SET drawn = excluded.drawn, seq = NULL"
    )


def _sqlite() -> list[str]:
    next_drawn = "(SELECT coalesce(max(drawn), 0) + 1 FROM feed_changes)"
    statements = [
        f"CREATE TRIGGER feed_{table}_{event} AFTER {event.upper()} ON {table} BEGIN "
        + _noted(f"VALUES ({'old' if event == 'delete' else 'new'}.id, '{kind}', {next_drawn})")
        + "; END"
        for table, kind in TABLES.items()
        for event in ("insert", "update", "delete")
    ]
    owned = "; ".join(
        # WHERE, because SQLite would take ON CONFLICT after a plain SELECT for the beginning of a join.
        _noted(f"SELECT id, '{kind}', {next_drawn} FROM {table} WHERE owner_org_id = new.id")  # noqa: S608
        for table, kind in TABLES.items()
    )
    statements.append(
        f"CREATE TRIGGER feed_organisations_name AFTER UPDATE OF name ON organisations BEGIN {owned}; END"
    )
    return statements


def _postgresql() -> list[str]:
    drawn = "nextval('feed_changes_drawn')"
    note = _noted(f"VALUES (coalesce(new.id, old.id), TG_ARGV[0], {drawn})")
    owned = "; ".join(
        _noted(f"SELECT id, '{kind}', {drawn} FROM {table} WHERE owner_org_id = new.id ORDER BY id")  # noqa: S608
        for table, kind in TABLES.items()
    )
    begin = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    return [
        "CREATE SEQUENCE feed_changes_drawn",
        f"CREATE FUNCTION feed_note() {begin} {note}; RETURN NULL; END $$",
        f"CREATE FUNCTION feed_note_owner() {begin} {owned}; RETURN NULL; END $$",
        *(
            f"CREATE TRIGGER feed_{table}_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION feed_note('{kind}')"
            for table, kind in TABLES.items()
        ),
        "CREATE TRIGGER feed_organisations_name AFTER UPDATE OF name ON organisations "
        "FOR EACH ROW EXECUTE FUNCTION feed_note_owner()",
    ]
