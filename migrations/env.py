"""Alembic's entry: the URL comes from the caller (app/database_schema.py) or from the settings; both databases."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

from app import database_schema
from app.database import Database
from app.settings import Settings

# A migration says what is stored, not how the application of the day reads it: our own column types are written as
# the database's types beneath them, so that an old migration still runs when the types have moved on.
_STORED_AS = {
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "Wan": 'sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite")',
    "Percent": 'sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite")',
    "Float32Bytes": "sa.LargeBinary()",
    "SearchableVector": 'VECTOR().with_variant(sa.LargeBinary(), "sqlite")',
    "JSON": 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
}


def render_item(type_: str, item: Any, context: Any) -> str | Literal[False]:
    name = type(item).__name__
    if type_ != "type" or name not in _STORED_AS:
        return False
    if name == "SearchableVector":
        context.imports.add("from pgvector.sqlalchemy import VECTOR")
    if name == "JSON":
        context.imports.add("from sqlalchemy.dialects import postgresql")
    return _STORED_AS[name]


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database_schema.metadata(),
        include_name=database_schema.is_ours,
        compare_type=False,
        render_item=render_item,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # A migration that waits for a lock would stop every request behind it: better to fail and be retried.
            connection.execute(text("SET LOCAL lock_timeout = '4s'"))
            connection.execute(text("SET LOCAL statement_timeout = '10min'"))
        context.run_migrations()


def main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    database = Database(Settings().url)
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        run(connection)
    database.dispose()


main()
