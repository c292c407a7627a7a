"""Full-text search on SQLite and PostgreSQL: one search document per record, and the conditions that query it.

A search document holds words joined by spaces: `public_words` from fields that anyone may read, and `member_words`
from fields that logged-in readers may read. A reader searches only the column that their view level allows, so a hit
never reveals a hidden field. On SQLite, triggers keep an FTS5 table up to date; on PostgreSQL, each of the two columns
has a GIN index. Both index whole words as `tokenizer.words` produces them.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Index,
    Integer,
    Select,
    String,
    Text,
    case,
    cast,
    delete,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from app.database import Base, on_sqlite
from app.errors import Invalid
from app.libraries.record.models import Record
from app.libraries.search.tokenizer import words

MAX_QUERY_WORDS = 24
_TYPICAL_LENGTH = 80

# FTS5 must keep each word as one token, e.g. "0.4mpa", "qt400-18", "300mg/m3" (see tokenizer.py for all shapes).
_TOKENIZER = "unicode61 remove_diacritics 0 tokenchars ''-_+./%°''"


class SearchDocument(Base):
    """The words of one record in any state, in reading order with repeats; `length` counts `member_words`.

    The primary key is a number because FTS5 refers to rows by number.
    """

    __tablename__ = "search_documents"
    # A covering index for word statistics and BM25: everything they read except the words.
    __table_args__ = (Index("ix_search_documents_corpus", "kind", "state", "number", "length"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    public_words: Mapped[str] = mapped_column(Text, default="")
    member_words: Mapped[str] = mapped_column(Text, default="")
    length: Mapped[int] = mapped_column(default=0)


_SQLITE_DDL = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(public_words, member_words, content='search_documents', "
    f"content_rowid='number', tokenize='{_TOKENIZER}')",
    "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_documents BEGIN "
    "INSERT INTO search_fts(rowid, public_words, member_words) "
    "VALUES (new.number, new.public_words, new.member_words); END",
    "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_documents BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, public_words, member_words) "
    "VALUES ('delete', old.number, old.public_words, old.member_words); END",
    "CREATE TRIGGER search_fts_update AFTER UPDATE OF public_words, member_words ON search_documents BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, public_words, member_words) "
    "VALUES ('delete', old.number, old.public_words, old.member_words); "
    "INSERT INTO search_fts(rowid, public_words, member_words) "
    "VALUES (new.number, new.public_words, new.member_words); END",
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

_POSTGRESQL_DDL = tuple(
    f"CREATE INDEX search_fts_{column} ON search_documents "
    f"USING gin (array_to_tsvector(string_to_array({column}, ' ')))"
    for column in ("public_words", "member_words")
)


def create_search_ddl(dialect: str) -> tuple[str, ...]:
    """Statements that make `search_documents` searchable, for the migration; all objects are named `search_fts…`."""
    return _SQLITE_DDL if dialect == "sqlite" else _POSTGRESQL_DDL


def _after_create(_: Any, connection: Connection, **__: Any) -> None:
    for statement in create_search_ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)


# For tables created from the metadata. Migrations run the statements themselves.
event.listen(SearchDocument.__table__, "after_create", _after_create)


def write_document(document: SearchDocument, record: Record, *, public: list[str], member: list[str]) -> None:
    """Update a search document from the record's texts."""
    tokens = words("\n".join(member))
    document.record_id = record.id
    document.kind = record.kind.value
    document.state = record.state
    document.public_words = " ".join(words("\n".join(public)))
    document.member_words = " ".join(tokens)
    document.length = len(tokens)


def document_of(session: Session, record: Record) -> SearchDocument:
    """The record's search document, or a new empty one."""
    document = session.scalar(select(SearchDocument).where(SearchDocument.record_id == record.id))
    return document or SearchDocument()


def drop_document(session: Session, record: Record) -> None:
    session.execute(delete(SearchDocument).where(SearchDocument.record_id == record.id))


def query_words(text: str) -> list[str]:
    """The distinct words of a query, at most `MAX_QUERY_WORDS`.

    Raises:
        Invalid: the text contains no searchable word.
    """
    terms = list(dict.fromkeys(words(text)))[:MAX_QUERY_WORDS]
    if not terms:
        raise Invalid.field(
            "q",
            "no_words",
            "检索词过于简短或常见,请输入更具体的词语",
            "the query contains only short or common words; use more specific words",
        )
    return terms


def records_with_words(session: Session, terms: list[str], *, anonymous: bool) -> Select[UUID]:
    """Ids of the records that contain all `terms` in the text that this reader may see."""
    column = "public_words" if anonymous else "member_words"
    ids = select(SearchDocument.record_id)
    if on_sqlite(session):
        rows = func.search_fts(_fts_query(terms, column)).table_valued("rowid")
        return ids.where(SearchDocument.number.in_(select(rows.c.rowid)))
    # PostgreSQL uses the index only if the expression equals the indexed one.
    vector: ColumnElement[Any] = func.array_to_tsvector(
        func.string_to_array(getattr(SearchDocument, column), " ", type_=ARRAY(Text))
    )
    return ids.where(vector.bool_op("@@")(cast(literal(_ts_query(terms)), TSQUERY)))


def _fts_query(terms: list[str], column: str) -> str:
    return f"{column} : ({' AND '.join(_quoted(word) for word in terms)})"


def _ts_query(terms: list[str]) -> str:
    return " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in terms)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def relevance(terms: list[str], *, anonymous: bool) -> ColumnElement[int]:
    """Relevance of a hit as an integer (score × 10⁶), higher is better: term frequencies as in BM25, plus 1 for each
    term in the title or keywords.

    BM25 parameters: k1 = 1.2, b = 0.75, average length `_TYPICAL_LENGTH` words. No statistics of other documents are
    used, so a cursor stays valid while records are added and removed.
    """
    column = SearchDocument.public_words if anonymous else SearchDocument.member_words
    padded = literal(" ") + column + literal(" ")
    title = literal(" ") + SearchDocument.public_words + literal(" ")
    norm = 0.3 + 0.9 * cast(SearchDocument.length, Float) / float(_TYPICAL_LENGTH)
    total: ColumnElement[Any] = literal(0.0)
    for word in terms:
        token = f" {word} "
        # Replacing one occurrence shortens the text by the word and one space.
        removed = func.length(padded) - func.length(func.replace(padded, token, " "))
        frequency = cast(removed, Float) / float(len(token) - 1)
        in_title = case((func.length(func.replace(title, token, "")) < func.length(title), 1.0), else_=0.0)
        total = total + frequency * 2.2 / (frequency + norm) + in_title
    return cast(total * 1_000_000.0, BigInteger)
