"""Full-text search over both databases: the words of every record, cut once, and the conditions that look them up.

A record has one search document of words joined by spaces: `public_words` are of what anybody may read, and
`member_words` of what everybody logged in may read. A reader searches only the column that his level allows, so that
a hit never reveals what the record itself would hide. On SQLite an FTS5 table follows the documents by triggers; on
PostgreSQL two GIN indexes stand on the columns themselves. Both hold whole words as they were cut here.
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

from app.database import Base
from app.errors import Invalid
from app.libraries.record.models import Record
from app.libraries.search.tokenizer import words

MAX_QUERY_WORDS = 24
_USUAL_LENGTH = 80

# A word is one token whatever it holds: "0.4mpa", "qt400-18", "300mg/m3" (see words.py for what can occur).
_TOKENIZER = "unicode61 remove_diacritics 0 tokenchars ''-_+./%°''"


class SearchDocument(Base):
    """The words of one record, of any state, in reading order with repeats; `length` counts `member_words`.

    The number is the key because FTS5 refers to rows by number.
    """

    __tablename__ = "search_documents"
    # Holds all that word statistics and BM25 ask of a document besides its words.
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
    # What an index in memory follows: the last change of each document, those that are deleted included.
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
    """Statements that make `search_documents` searchable, for the migration; every object is named `search_fts…`."""
    return _SQLITE_DDL if dialect == "sqlite" else _POSTGRESQL_DDL


def _after_create(_: Any, connection: Connection, **__: Any) -> None:
    for statement in create_search_ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)


# Whoever creates the tables from the metadata gets a searchable one too; migrations run the statements themselves.
event.listen(SearchDocument.__table__, "after_create", _after_create)


def write_document(document: SearchDocument, record: Record, *, public: list[str], member: list[str]) -> None:
    """Bring a search document up to date with its record's texts."""
    found = words("\n".join(member))
    document.record_id = record.id
    document.kind = record.kind.value
    document.state = record.state
    document.public_words = " ".join(words("\n".join(public)))
    document.member_words = " ".join(found)
    document.length = len(found)


def document_of(session: Session, record: Record) -> SearchDocument:
    """The record's document; a new one where it has none yet."""
    found = session.scalar(select(SearchDocument).where(SearchDocument.record_id == record.id))
    return found or SearchDocument()


def drop_document(session: Session, record: Record) -> None:
    session.execute(delete(SearchDocument).where(SearchDocument.record_id == record.id))


def query_words(text: str) -> list[str]:
    """The different words of a query, at most `MAX_QUERY_WORDS`.

    Raises:
        Invalid: the text has no word that a search could find.
    """
    found = list(dict.fromkeys(words(text)))[:MAX_QUERY_WORDS]
    if not found:
        raise Invalid.field(
            "q",
            "no_words",
            "检索词过于简短或常见,请输入更具体的词语",
            "the query holds no word to search for; use more specific ones",
        )
    return found


def holding(session: Session, found: list[str], *, stranger: bool) -> Select[UUID]:
    """Ids of the records whose words, as far as this reader may know them, hold all of `found`."""
    column = "public_words" if stranger else "member_words"
    ids = select(SearchDocument.record_id)
    if session.get_bind().dialect.name == "sqlite":
        rows = func.search_fts(_fts_query(found, column)).table_valued("rowid")
        return ids.where(SearchDocument.number.in_(select(rows.c.rowid)))
    # The expression must be the index's own for the index to be used.
    vector: ColumnElement[Any] = func.array_to_tsvector(
        func.string_to_array(getattr(SearchDocument, column), " ", type_=ARRAY(Text))
    )
    return ids.where(vector.bool_op("@@")(cast(literal(_ts_query(found)), TSQUERY)))


def _fts_query(found: list[str], column: str) -> str:
    return f"{column} : ({' AND '.join(_quoted(word) for word in found)})"


def _ts_query(found: list[str]) -> str:
    return " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in found)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def relevance(found: list[str], *, stranger: bool) -> ColumnElement[int]:
    """A whole number, higher for a better hit: saturated word counts against the length, more for title and keywords.

    Counting as in BM25 (k1 = 1.2, b = 0.75) for a document of `_USUAL_LENGTH` words. It uses nothing of other
    documents, so that a cursor stays right while records come and go.
    """
    column = SearchDocument.public_words if stranger else SearchDocument.member_words
    padded = literal(" ") + column + literal(" ")
    title = literal(" ") + SearchDocument.public_words + literal(" ")
    norm = 0.3 + 0.9 * cast(SearchDocument.length, Float) / float(_USUAL_LENGTH)
    total: ColumnElement[Any] = literal(0.0)
    for word in found:
        token = f" {word} "
        # Each occurrence replaced shortens the text by the word and one space.
        removed = func.length(padded) - func.length(func.replace(padded, token, " "))
        times = cast(removed, Float) / float(len(token) - 1)
        named = case((func.length(func.replace(title, token, "")) < func.length(title), 1.0), else_=0.0)
        total = total + times * 2.2 / (times + norm) + named
    return cast(total * 1_000_000.0, BigInteger)
