"""What an index of words in memory follows: the last change of each search document (SQLite alone)."""

from alembic import op

revision = "5b1f0c7d9a42"
down_revision = "5b1f0c7a9d24"
branch_labels = None
depends_on = None

CREATE = (
    "CREATE TABLE search_fts_changes (number INTEGER PRIMARY KEY, revision INTEGER NOT NULL UNIQUE)",
    "CREATE TRIGGER search_fts_note_insert AFTER INSERT ON search_documents BEGIN INSERT OR REPLACE INTO search_fts_changes (number, revision) SELECT new.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
    "CREATE TRIGGER search_fts_note_delete AFTER DELETE ON search_documents BEGIN INSERT OR REPLACE INTO search_fts_changes (number, revision) SELECT old.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
    "CREATE TRIGGER search_fts_note_update AFTER UPDATE OF record_id, kind, state, member_words, length ON search_documents BEGIN INSERT OR REPLACE INTO search_fts_changes (number, revision) SELECT new.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
)
DROP = (
    "DROP TRIGGER search_fts_note_insert",
    "DROP TRIGGER search_fts_note_delete",
    "DROP TRIGGER search_fts_note_update",
    "DROP TABLE search_fts_changes",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in CREATE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in DROP:
            op.execute(statement)
