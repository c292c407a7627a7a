"""Opened records: access facts from higher layers, provided as functions.

They supply the manager record of a user, and the records that engagements open to a principal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal


@dataclass(frozen=True, slots=True)
class OpenedRecords:
    """Records of other owners that a principal may see more of.

    Attributes:
        brokered: those that they broker.
        approved: those whose owners have consented.
        asked: those whose contacts somebody of the bureau has asked for with a reason.
        all_asked: a reason was given for the contacts of a whole list.
    """

    brokered: frozenset[UUID] = frozenset()
    approved: frozenset[UUID] = frozenset()
    asked: frozenset[UUID] = frozenset()
    all_asked: bool = False


NOTHING_OPENED = OpenedRecords()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Functions of higher layers. They are required: a process without them cannot serve requests that depend on them.

    Attributes:
        manager_of_user: id of the manager record of a user, or None.
        opened_records: the records that engagements open to a principal.
    """

    manager_of_user: Callable[[Session, UUID], UUID | None]
    opened_records: Callable[[Session, Principal], OpenedRecords]
