"""Disclosure: facts of higher layers on which access depends, handed down as functions.

They say which manager's record is about a user, and which records of others an engagement opens to a principal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal


@dataclass(frozen=True, slots=True)
class OpenedRecords:
    """Records of others that a principal sees more of: those they broker, and those whose owners consented."""

    brokered: frozenset[UUID] = frozenset()
    approved: frozenset[UUID] = frozenset()


NOTHING_OPENED = OpenedRecords()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`manager_of_user` gives the id of the manager's record about a user; `opened_records` those that engagements open
    to a principal. A process without this service answers no request that needs it."""

    manager_of_user: Callable[[Session, UUID], UUID | None]
    opened_records: Callable[[Session, Principal], OpenedRecords]
