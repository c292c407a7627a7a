"""The schema: migrations give what the models say."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app import database_schema
from app.database import Database
from app.main import create_app
from app.settings import Settings


class TestSchema:
    # With more than 100 tables Alembic reads all tables of the database at once, change logs that are not ours too.
    @pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
    # SQLAlchemy reads no index of an expression from SQLite; PostgreSQL shows that the migrations make them.
    @pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
    @pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
    def test_migrations_make_what_the_models_say(self, database: Database) -> None:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_name": database_schema.is_ours, "compare_type": True}
            )
            assert compare_metadata(context, database_schema.metadata()) == []

    def test_migrating_again_changes_nothing(self, database: Database) -> None:
        assert database_schema.is_current(database)
        database_schema.migrate(database)
        assert database_schema.is_current(database)

    def test_an_unprepared_database_is_reported_at_start(self, tmp_path: Path, embedder: Any) -> None:
        settings = Settings(
            _env_file=None, home=tmp_path, database_url=f"sqlite:///{tmp_path}/empty.db", demo=True
        )
        with pytest.raises(RuntimeError, match="sanku init"):
            create_app(settings, embedder=embedder)
