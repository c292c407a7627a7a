"""All tables in one place, and the way to bring a database to the present schema."""

from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

from app.database import Base, Database

# Every module with tables; importing them registers the tables with the base class.
MODELS = (
    "app.events.outbox",
    "app.idempotency",
    "app.accounts.models",
    "app.libraries.record.models",
    "app.libraries.search.full_text",
    "app.libraries.achievements.models",
    "app.libraries.demands.models",
    "app.libraries.managers.models",
    "app.matching.models",
    "app.matching.feedback.models",
    "app.engagements.models",
    "app.engagements.contract_models",
    "app.pushes.models",
    "app.pushes.preferences.models",
    "app.pushes.feedback.models",
    "app.notifications.models",
    "app.pushes.assignment.models",
    "app.talent.models",
    "app.workers.models",
)

_MIGRATION_LOCK = 0x53414E4B55  # "SANKU"; any number that nothing else on the database locks
_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def metadata() -> MetaData:
    for module in MODELS:
        import_module(module)
    return Base.metadata


def is_ours(_: Any, name: str | None, type_: str, __: bool, ___: Any) -> bool:
    """Full-text tables are made by hand in the migrations: their shadow tables are not for autogenerate."""
    return not (type_ in ("table", "index") and (name or "").startswith("search_fts"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def migrate(database: Database) -> None:
    """Bring the database to the newest schema; does nothing when it is there already. One transaction."""
    config = _config()
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        if not database.is_sqlite:
            # Several processes of a new release may start at once: one migrates, the others wait and find it done.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _file_is_missing(database: Database) -> bool:
    file = database.engine.url.database
    return database.engine.dialect.name == "sqlite" and file is not None and not Path(file).exists()


def is_current(database: Database) -> bool:
    """Whether the database has the schema that this code needs."""
    if _file_is_missing(database):
        return False  # connecting would make an empty one in its place
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
