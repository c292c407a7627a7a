"""Search documents: the words and tokens of each record, and what makes them searchable on SQLite and PostgreSQL.

A document has three columns of tokens (see `tokens`): `head_tokens` (title and number) and `public_tokens` from fields
that anyone may read, and `member_tokens` from fields that logged-in readers may read. A reader searches only the
columns that their view level allows, so a hit never reveals a hidden field. On SQLite, triggers keep an FTS5 table up
to date; on PostgreSQL, what each kind of reader searches has a GIN index. `member_words` are for lexical matching.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Index, Integer, String, Text, delete, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, transaction_log_ddl
from app.libraries.record.models import Record
from app.libraries.search.tokenizer import words
from app.libraries.search.tokens import BREAK, document_tokens, token_rules


class SearchDocument(Base):
    """The words and tokens of one record in any state, in reading order with repeats; `length` counts `member_words`.

    The primary key is a number because FTS5 refers to rows by number. `rules` are the `token_rules` by which the
    columns were written.
    """

    __tablename__ = "search_documents"
    # A covering index for word statistics and BM25: everything they read except the words.
    __table_args__ = (
        Index("ix_search_documents_corpus", "kind", "state", "number", "length"),
        Index("ix_search_documents_rules", "rules"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    length: Mapped[int] = mapped_column(default=0)
    rules: Mapped[str] = mapped_column(String(16), default="", server_default="")
    head_tokens: Mapped[str] = mapped_column(Text, default=BREAK, server_default=BREAK)
    public_tokens: Mapped[str] = mapped_column(Text, default=BREAK, server_default=BREAK)
    member_tokens: Mapped[str] = mapped_column(Text, default=BREAK, server_default=BREAK)
    member_words: Mapped[str] = mapped_column(Text, default="")


_SQLITE_DDL = (
    # The tokenizer takes everything but ASCII signs and spaces as part of a token.
    "CREATE VIRTUAL TABLE search_fts USING fts5(head_tokens, public_tokens, member_tokens, "
    "content='search_documents', content_rowid='number', "
    "tokenize=\"ascii tokenchars '.|'\", prefix='1')",
    "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_documents BEGIN "
    "INSERT INTO search_fts(rowid, head_tokens, public_tokens, member_tokens) "
    "VALUES (new.number, new.head_tokens, new.public_tokens, new.member_tokens); END",
    "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_documents BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, head_tokens, public_tokens, member_tokens) "
    "VALUES ('delete', old.number, old.head_tokens, old.public_tokens, old.member_tokens); END",
    "CREATE TRIGGER search_fts_update AFTER UPDATE OF head_tokens, public_tokens, member_tokens "
    "ON search_documents BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, head_tokens, public_tokens, member_tokens) "
    "VALUES ('delete', old.number, old.head_tokens, old.public_tokens, old.member_tokens); "
    "INSERT INTO search_fts(rowid, head_tokens, public_tokens, member_tokens) "
    "VALUES (new.number, new.head_tokens, new.public_tokens, new.member_tokens); END",
    # The last change of each document, including deletions. The in-memory index reads it to follow the database.
    "CREATE TABLE search_fts_changes (number INTEGER PRIMARY KEY, revision INTEGER NOT NULL UNIQUE)",
    "CREATE TRIGGER search_fts_note_insert AFTER INSERT ON search_documents BEGIN "
    "INSERT OR REPLACE INTO search_fts_changes (number, revision) "
    "SELECT new.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
    "CREATE TRIGGER search_fts_note_delete AFTER DELETE ON search_documents BEGIN "
    "INSERT OR REPLACE INTO search_fts_changes (number, revision) "
    "SELECT old.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
    "CREATE TRIGGER search_fts_note_update AFTER UPDATE OF record_id, kind, state, member_words, length "
    "ON search_documents BEGIN INSERT OR REPLACE INTO search_fts_changes (number, revision) "
    "SELECT new.number, coalesce(max(revision), 0) + 1 FROM search_fts_changes; END",
)

PUBLIC_TEXT = "head_tokens || ' ' || public_tokens"
"""What an anonymous reader searches, as SQL. PostgreSQL uses an index only for the same expression."""

MEMBER_TEXT = "head_tokens || ' ' || public_tokens || ' ' || member_tokens"
"""What a logged-in reader searches."""

_POSTGRESQL_DDL = (
    *(
        f"CREATE INDEX search_fts_{name} ON search_documents "
        f"USING gin (array_to_tsvector(string_to_array({text}, ' ')))"
        for name, text in (("public", PUBLIC_TEXT), ("member", MEMBER_TEXT), ("member_words", "member_words"))
    ),
    *transaction_log_ddl(
        "search_fts_changes",
        of="search_documents",
        key="number",
        key_type="integer",
        columns=("record_id", "kind", "state", "member_words", "length"),
    ),
)


def create_search_ddl(dialect: str) -> tuple[str, ...]:
    """Statements that make `search_documents` searchable, for the migration; all objects are named `search_fts…`."""
    return _SQLITE_DDL if dialect == "sqlite" else _POSTGRESQL_DDL


def _after_create(_: Any, connection: Connection, **__: Any) -> None:
    for statement in create_search_ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)


# For tables created from the metadata. Migrations run the statements themselves.
event.listen(SearchDocument.__table__, "after_create", _after_create)


@dataclass(frozen=True, slots=True)
class SearchTexts:
    """What may be searched of a record: `title` and `public` by anyone, `member` besides by logged-in readers.
    `matched` is the text of lexical matching."""

    title: str
    public: Sequence[str]
    member: Sequence[str]
    matched: str


def document_values(record: Record, texts: SearchTexts) -> dict[str, Any]:
    """The columns of the record's search document, without its number."""
    tokens = words(texts.matched)
    return {
        "record_id": record.id,
        "kind": record.kind.value,
        "state": record.state,
        "head_tokens": document_tokens([texts.title, record.number or ""]),
        "public_tokens": document_tokens(texts.public),
        "member_tokens": document_tokens(texts.member),
        "member_words": " ".join(tokens),
        "length": len(tokens),
        "rules": token_rules(),
    }


def write_document(document: SearchDocument, record: Record, texts: SearchTexts) -> None:
    """Update a search document from the record's texts."""
    for name, value in document_values(record, texts).items():
        setattr(document, name, value)


def document_of(session: Session, record: Record) -> SearchDocument:
    """The record's search document, or a new empty one."""
    document = session.scalar(select(SearchDocument).where(SearchDocument.record_id == record.id))
    return document or SearchDocument()


def drop_document(session: Session, record: Record) -> None:
    session.execute(delete(SearchDocument).where(SearchDocument.record_id == record.id))
