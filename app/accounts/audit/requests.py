"""The request that is being answered: where it comes from, and whose data its answer shows.

Reading has no transaction to write an entry in. What is read is noted while the answer is made, and written before the
answer is sent: if that fails, nobody gets to see the data.
"""

from collections.abc import AsyncIterator, Iterable
from contextvars import ContextVar
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry
from app.database import Database
from app.services import services_of

SINGLY = 50
"""Records of one answer that have an entry each. A longer answer has one entry, with their number."""


class AuditedRequest:
    """The address of a request, and what was read for its answer."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._reads: dict[tuple[str, UUID | None], tuple[Principal, str]] = {}

    def note(self, principal: Principal, action: str, subject_id: UUID | None, details: str) -> None:
        self._reads.setdefault((action, subject_id), (principal, details))

    @property
    def is_empty(self) -> bool:
        return not self._reads

    def write(self, session: Session) -> None:
        """Store what was noted."""
        for action in sorted({action for action, _ in self._reads}):
            noted = [(key[1], value) for key, value in self._reads.items() if key[0] == action]
            if len(noted) > SINGLY:
                principal = noted[0][1][0]
                noted = [(None, (principal, f"{len(noted)} records"))]
            session.add_all(
                entry_of(principal, action, subject_id, details, address=self.address)
                for subject_id, (principal, details) in noted
            )


_CURRENT: ContextVar[AuditedRequest | None] = ContextVar("audited_request", default=None)


def entry_of(
    principal: Principal, action: str, subject_id: UUID | None, details: str, *, address: str
) -> AuditEntry:
    """An entry that is not stored yet."""
    return AuditEntry(
        user_id=principal.user_id,
        api_key_id=principal.api_key_id,
        organisation_id=principal.organisation_id,
        action=action,
        subject_id=subject_id,
        details=details,
        address=address[:64],
    )


def current_address() -> str:
    """The address of the request that is being answered; empty for the worker and the command line."""
    current = _CURRENT.get()
    return current.address if current is not None else ""


def note_read(principal: Principal, action: str, subject_id: UUID | None, details: str = "") -> None:
    """Note that the answer of the current request shows the principal data of others."""
    current = _CURRENT.get()
    if current is not None and not principal.system:
        current.note(principal, action, subject_id, details)


def note_reads(principal: Principal, action: str, subjects: Iterable[tuple[UUID, str]]) -> None:
    """`note_read` of several subjects, each with its details."""
    for subject_id, details in subjects:
        note_read(principal, action, subject_id, details)


async def audited(request: Request) -> AsyncIterator[None]:
    """Dependency of all routes, with the scope `function`: writes the noted reads after the answer is made and before
    it is sent. Nothing is written if the request fails."""
    current = AuditedRequest(request.client.host if request.client else "")
    token = _CURRENT.set(current)
    try:
        yield
    finally:
        _CURRENT.reset(token)
    if not current.is_empty:
        await run_in_threadpool(_store, services_of(request)[Database], current)


def _store(database: Database, current: AuditedRequest) -> None:
    with database.unit_of_work(of_faulty_body=True) as session:
        current.write(session)
