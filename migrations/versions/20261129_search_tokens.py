"""Search by characters, parts of words and pieces of codes: tokens instead of words, for every search document.

Names of organisations are compared in simplified characters. The tokens of existing documents are written afterwards, by `sanku reindex` or the worker: they have no `rules` yet.
"""

import sqlalchemy as sa
from alembic import op

from app.text.folding import fold_plain

revision = "3e8a51c70b96"
down_revision = "d41f7b92ce08"
branch_labels = None
depends_on = None

COLUMNS = ("head_tokens", "public_tokens", "member_tokens")

SQLITE_DROP = (
    "DROP TRIGGER search_fts_insert",
    "DROP TRIGGER search_fts_delete",
    "DROP TRIGGER search_fts_update",
    "DROP TABLE search_fts",
)
SQLITE_CREATE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(head_tokens, public_tokens, member_tokens, content='search_documents', content_rowid='number', tokenize=\"ascii tokenchars '.|'\", prefix='1')",
    "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_documents BEGIN INSERT INTO search_fts(rowid, head_tokens, public_tokens, member_tokens) VALUES (new.number, new.head_tokens, new.public_tokens, new.member_tokens); END",
    "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, head_tokens, public_tokens, member_tokens) VALUES ('delete', old.number, old.head_tokens, old.public_tokens, old.member_tokens); END",
    "CREATE TRIGGER search_fts_update AFTER UPDATE OF head_tokens, public_tokens, member_tokens ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, head_tokens, public_tokens, member_tokens) VALUES ('delete', old.number, old.head_tokens, old.public_tokens, old.member_tokens); INSERT INTO search_fts(rowid, head_tokens, public_tokens, member_tokens) VALUES (new.number, new.head_tokens, new.public_tokens, new.member_tokens); END",
    "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
)
SQLITE_BEFORE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(public_words, member_words, content='search_documents', content_rowid='number', tokenize='unicode61 remove_diacritics 0 tokenchars ''-_+./%°''')",
    "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_documents BEGIN INSERT INTO search_fts(rowid, public_words, member_words) VALUES (new.number, new.public_words, new.member_words); END",
    "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, public_words, member_words) VALUES ('delete', old.number, old.public_words, old.member_words); END",
    "CREATE TRIGGER search_fts_update AFTER UPDATE OF public_words, member_words ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, public_words, member_words) VALUES ('delete', old.number, old.public_words, old.member_words); INSERT INTO search_fts(rowid, public_words, member_words) VALUES (new.number, new.public_words, new.member_words); END",
    "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
)
POSTGRESQL_CREATE = (
    "CREATE INDEX search_fts_public ON search_documents USING gin (array_to_tsvector(string_to_array(head_tokens || ' ' || public_tokens, ' ')))",
    "CREATE INDEX search_fts_member ON search_documents USING gin (array_to_tsvector(string_to_array(head_tokens || ' ' || public_tokens || ' ' || member_tokens, ' ')))",
)
POSTGRESQL_BEFORE = (
    "CREATE INDEX search_fts_public_words ON search_documents USING gin (array_to_tsvector(string_to_array(public_words, ' ')))",
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _run(SQLITE_DROP if sqlite else ("DROP INDEX search_fts_public_words",))
    op.add_column(
        "search_documents", sa.Column("rules", sa.String(length=16), nullable=False, server_default="")
    )
    for column in COLUMNS:
        op.add_column("search_documents", sa.Column(column, sa.Text(), nullable=False, server_default="|"))
    op.execute("ALTER TABLE search_documents DROP COLUMN public_words")
    op.create_index("ix_search_documents_rules", "search_documents", ["rules"])
    _run(SQLITE_CREATE if sqlite else POSTGRESQL_CREATE)
    fold_names(op.get_bind())


def downgrade() -> None:
    """Anonymous readers then find a record again after its next change."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _run(SQLITE_DROP if sqlite else ("DROP INDEX search_fts_public", "DROP INDEX search_fts_member"))
    op.drop_index("ix_search_documents_rules", "search_documents")
    op.add_column("search_documents", sa.Column("public_words", sa.Text(), nullable=False, server_default=""))
    for column in ("rules", *COLUMNS):
        op.execute(f"ALTER TABLE search_documents DROP COLUMN {column}")
    _run(SQLITE_BEFORE if sqlite else POSTGRESQL_BEFORE)


def fold_names(connection: sa.Connection) -> None:
    names = sa.table("organisation_names", sa.column("organisation_id"), sa.column("key"))
    rows = connection.execute(sa.select(names.c.organisation_id, names.c.key)).all()
    taken = {(organisation, key) for organisation, key in rows}
    for organisation, key in rows:
        folded = "".join(fold_plain(key).split())
        if folded == key:
            continue
        this = sa.and_(names.c.organisation_id == organisation, names.c.key == key)
        if (organisation, folded) in taken:
            connection.execute(sa.delete(names).where(this))
        else:
            taken.add((organisation, folded))
            connection.execute(sa.update(names).where(this).values(key=folded))


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.execute(statement)
