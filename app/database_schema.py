"""The database schema: the modules with tables, and migration to the current version."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

from app.database import Base, Database

# All modules with tables; importing them registers the tables with the base class.
MODELS = (
    "app.encryption.register",
    "app.events.outbox",
    "app.accounts.idempotency",
    "app.accounts.models",
    "app.accounts.organisations.recusal",
    "app.accounts.audit.models",
    "app.accounts.links.models",
    "app.accounts.legal_texts.models",
    "app.libraries.record.models",
    "app.libraries.review.models",
    "app.libraries.search.full_text",
    "app.libraries.achievements.models",
    "app.libraries.demands.models",
    "app.libraries.managers.models",
    "app.matching.models",
    "app.matching.feedback.models",
    "app.engagements.models",
    "app.engagements.contract_models",
    "app.engagements.undertakings.models",
    "app.pushes.models",
    "app.pushes.preferences.models",
    "app.pushes.feedback.models",
    "app.notifications.models",
    "app.notifications.notices.models",
    "app.pushes.assignment.models",
    "app.talent.models",
    "app.statistics.wall.models",
    "app.exchange.batches.models",
    "app.exchange.duplicates.models",
    "app.partners.agreements.models",
    "app.partners.feed.models",
    "app.partners.mirror.models",
    "app.workers.models",
)

_MIGRATION_LOCK = 0x53414E4B55  # "SANKU"; a number that nothing else locks
_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def metadata() -> MetaData:
    """The metadata of all tables."""
    for module in MODELS:
        import_module(module)
    return Base.metadata


def is_ours(name: str | None, type_: str, _: Any) -> bool:
    """Alembic filter: full-text tables and change logs are created by hand in the migrations, so autogenerate must
    ignore them. Their names begin with ``search_fts``."""
    return not (type_ in ("table", "index") and (name or "").startswith("search_fts"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def migrate(database: Database) -> None:
    """Migrate the database to the current schema in one transaction; no effect if it is current."""
    config = _config()
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        if not database.is_sqlite:
            # Several processes of a new release may start at once; one migrates while the others wait.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _file_is_missing(database: Database) -> bool:
    file = database.engine.url.database
    return database.engine.dialect.name == "sqlite" and file is not None and not Path(file).exists()


@cache
def _head() -> str | None:
    """The newest revision; reading all migrations takes a while, and a process sees one set of them."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(database: Database) -> bool:
    """Whether the database has the current schema."""
    if _file_is_missing(database):
        return False  # connecting would create an empty file
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()


def revision(database: Database) -> str:
    """The revision of the database's schema; empty without one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def is_known(revision_: str) -> bool:
    """Whether this version can bring a database of this revision up to date."""
    return any(
        script.revision == revision_ for script in ScriptDirectory.from_config(_config()).walk_revisions()
    )
