"""The base class of all tables, and their keys."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import uuid_utils.compat
from sqlalchemy import MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.database.columns import Json, UtcDateTime

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base class of all tables, with portable column types and deterministic constraint names."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012 — SQLAlchemy reads this name from the class
        datetime: UtcDateTime,
        UUID: Uuid,
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


_BITS_BELOW_TIME = 80  # of a UUIDv7


def new_id() -> UUID:
    """A UUIDv7: unique and increasing over time, so that ids are suitable as keys and cursors."""
    return uuid_utils.compat.uuid7()


def id_at(moment: datetime) -> UUID:
    """The least id that `new_id` makes from this moment on: by it, tables without an index by time are read."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << _BITS_BELOW_TIME)


def made_at(id_: UUID) -> datetime:
    """When `new_id` made this id, by the clock of its process."""
    return datetime.fromtimestamp((id_.int >> _BITS_BELOW_TIME) / 1000, UTC)


def unlinked_id() -> UUID:
    """A UUIDv4: unlike `new_id` it does not tell when it was made, nor what was made with it."""
    return uuid4()


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Identified:
    """Mixin with the primary key `id`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
